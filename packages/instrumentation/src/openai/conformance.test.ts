import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkRecorded } from "../testing/conformance.ts";
import { openAiMajors } from "../testing/openai-majors.ts";
import { runOpenAiProgram } from "../testing/openai-program.ts";
import { useAsyncContext } from "../testing/recorder.ts";

useAsyncContext();

describe("what is emitted for openai, held against the conventions", () => {
  for (const major of openAiMajors) {
    for (const capture of ["none", "both"] as const) {
      it(`${major}, capture ${capture}: nothing required is missing, nothing deprecated or unknown is there`, async (t) => {
        const found = await checkRecorded(await runOpenAiProgram(major, capture), capture === "both");
        assert.deepEqual(found.violations, []);
        for (const [convention, { recorded, of }] of found.spans) t.diagnostic(`${convention}: ${recorded.size}/${of}`);
        for (const one of found.advice) t.diagnostic(one);
        if (capture === "none") return;
        const inference = found.spans.get("inference");
        assert.ok(inference !== undefined && inference.recorded.size >= 25, `${inference?.recorded.size} of inference`);
        assert.equal(found.spans.get("embeddings")?.recorded.size, 10);
      });
    }
  }
});
