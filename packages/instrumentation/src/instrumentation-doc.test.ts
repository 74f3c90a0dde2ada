import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { instrumentationDoc } from "./testing/instrumentation-doc.ts";

/** Tables are laid out by the formatter. */
function plain(text: string): string {
  return text.replaceAll(/ *\| */g, "|").replaceAll(/:?-{2,}:?/g, "-");
}

it("docs/instrumentation.md says what is emitted", async () => {
  const written = await readFile(new URL("../../../docs/instrumentation.md", import.meta.url), "utf8");
  assert.equal(plain(written), plain(await instrumentationDoc()), "run `npm run docs`");
});
