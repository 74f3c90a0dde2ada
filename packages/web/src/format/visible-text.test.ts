import assert from "node:assert/strict";
import { test } from "node:test";
import { visibleText } from "./visible-text.ts";

test("a character that reverses the text is named in place", () => {
  assert.equal(visibleText("invoice\u202Efdp.exe"), "invoice⟨RLO⟩fdp.exe");
  assert.equal(visibleText("a\u200Bb\u0007c\u001B[31m"), "a⟨ZWSP⟩b⟨U+0007⟩c⟨ESC⟩[31m");
});

test("ordinary text, line feeds, tabs and joined emoji are left alone", () => {
  for (const text of ["line\n\tnext\r\n", "👩‍🚀 שלום مرحبا", ""]) assert.equal(visibleText(text), text);
});
