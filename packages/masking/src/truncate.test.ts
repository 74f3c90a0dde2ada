import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMasker } from "./masker.ts";

describe("the size limit", () => {
  const masker = createMasker({ maxLength: 100 });

  it("says how much was cut, within the limit", () => {
    const cut = masker.text("word ".repeat(100));
    assert.ok(cut.length <= 100);
    const [, kept, missing] = /^(.*)…\[(\d+) more characters\]$/.exec(cut)!;
    assert.equal(kept!.length + Number(missing), 500);
  });

  it("leaves a text of just that length alone", () => {
    const text = "x".repeat(100);
    assert.equal(masker.text(text), text);
  });

  it("does not cut a character in two", () => {
    for (const shift of ["", "x"]) {
      const cut = masker.text(shift + "😀".repeat(100));
      assert.equal(cut.isWellFormed(), true);
    }
  });

  it("cannot be used to cut a secret out of sight of its detector", () => {
    for (let padding = 0; padding < 100; padding++) {
      const cut = masker.text(`${".".repeat(padding)} 4111 1111 1111 1111 jo@example.org ${".".repeat(100)}`);
      assert.doesNotMatch(cut, /4111|jo@/);
      assert.doesNotMatch(cut, /\[(?:C|E)[A-Z]*(?!\])[^A-Z\]]/);
    }
  });

  it("keeps JSON valid by cutting its longest strings", () => {
    const messages = [
      { role: "system", content: "short" },
      { role: "user", content: 'long "quoted" \n'.repeat(200) },
    ];
    const cut = createMasker({ maxLength: 300 }).text(JSON.stringify(messages));
    assert.ok(cut.length <= 300);
    const [first, second] = JSON.parse(cut) as typeof messages;
    assert.deepEqual(first, messages[0]);
    assert.match(second!.content, /more characters\]$/);
  });

  it("cuts JSON as text where its structure alone is too long, and says so", () => {
    const cut = masker.text(JSON.stringify(Array.from({ length: 1_000 }, (_, i) => i)));
    assert.ok(cut.length <= 100);
    assert.match(cut, /more characters\]$/);
  });
});
