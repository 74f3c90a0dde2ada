import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkRecorded } from "./testing/conformance.ts";
import { useAsyncContext } from "./testing/recorder.ts";
import { loadPrograms } from "./testing/test-program.ts";

useAsyncContext();

describe("what is emitted, held against the conventions", async () => {
  for (const program of await loadPrograms()) {
    const { library, version } = program;
    for (const capture of ["none", "both"] as const) {
      it(`${library} ${version}, capture ${capture}: nothing required is missing, nothing deprecated or unknown is there`, async (t) => {
        const found = await checkRecorded(await program.run(capture), capture === "both");
        assert.deepEqual(found.violations, []);
        for (const [convention, { recorded, of }] of found.spans) t.diagnostic(`${convention}: ${recorded.size}/${of}`);
        for (const one of found.advice) t.diagnostic(one);
        if (library !== "openai" || capture === "none") return;
        const inference = found.spans.get("inference");
        assert.ok(inference !== undefined && inference.recorded.size >= 25, `${inference?.recorded.size} of inference`);
        assert.equal(found.spans.get("embeddings")?.recorded.size, 10);
      });
    }
  }
});
