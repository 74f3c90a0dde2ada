import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { checkRecorded } from "./testing/conformance.ts";
import { type CheckedProgram, instrumentationDoc } from "./testing/instrumentation-doc.ts";
import { useAsyncContext } from "./testing/recorder.ts";
import { loadPrograms } from "./testing/test-program.ts";

useAsyncContext();

/** Tables are laid out by the formatter. */
function plain(text: string): string {
  return text.replaceAll(/ *\| */g, "|").replaceAll(/:?-{2,}:?/g, "-");
}

describe("what is emitted, held against the conventions", async () => {
  const checked: CheckedProgram[] = [];
  for (const program of await loadPrograms()) {
    const { library, version } = program;
    for (const capture of ["none", "both"] as const) {
      it(`${library} ${version}, capture ${capture}: nothing required is missing, nothing deprecated or unknown is there`, async (t) => {
        const found = await checkRecorded(await program.run(capture), capture === "both");
        assert.deepEqual(found.violations, []);
        for (const [convention, { recorded, of }] of found.spans) t.diagnostic(`${convention}: ${recorded.size}/${of}`);
        for (const one of found.advice) t.diagnostic(one);
        if (capture === "none") return;
        checked.push({ program, found });
        if (library !== "openai") return;
        const inference = found.spans.get("inference");
        assert.ok(inference !== undefined && inference.recorded.size >= 25, `${inference?.recorded.size} of inference`);
        assert.equal(found.spans.get("embeddings")?.recorded.size, 10);
      });
    }
  }

  it("docs/instrumentation.md says what is emitted, capture both", async () => {
    const written = await readFile(new URL("../../../docs/instrumentation.md", import.meta.url), "utf8");
    assert.equal(plain(written), plain(instrumentationDoc(checked)), "run `npm run docs`");
  });
});
