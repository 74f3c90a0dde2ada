import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { instrumentationDoc } from "./testing/instrumentation-doc.ts";

it("docs/instrumentation.md says what is emitted", async () => {
  const written = await readFile(new URL("../../../docs/instrumentation.md", import.meta.url), "utf8");
  // tables are laid out by the formatter
  const plain = (text: string): string => text.replaceAll(/ *\| */g, "|").replaceAll(/:?-{2,}:?/g, "-");
  assert.equal(plain(written), plain(await instrumentationDoc()), "run `npm run docs`");
});
