import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { configDoc } from "./config-doc.ts";

it("docs/config.md says what the settings are", async () => {
  const written = await readFile(new URL("../../../docs/config.md", import.meta.url), "utf8");
  assert.equal(written, configDoc(), "run `npm run docs`");
});
