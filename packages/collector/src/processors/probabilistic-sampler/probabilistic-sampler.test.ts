import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { itemCountOf } from "../../graph/index-request.ts";
import { batchOf } from "../../ottl/testing/case-input.ts";
import { testProcessor } from "../../ottl/testing/processor-cases.ts";
import { runProcessor } from "../../ottl/testing/run-processor.ts";
import { fnv1a } from "../../ottl/functions/hashes.ts";
import { createProbabilisticSampler, probabilisticSamplerComponent } from "./index.ts";

testProcessor("sampler", probabilisticSamplerComponent, createProbabilisticSampler);

// ids as random as a hash of their number
const traceId = (i: number): string =>
  [0, 1]
    .map((half) =>
      fnv1a(Buffer.from(`${i}-${half}`))
        .toString(16)
        .padStart(16, "0"),
    )
    .join("");

describe("probabilistic_sampler", () => {
  const count = 4_000;
  const request = aTraceRequest({ spans: Array.from({ length: count }, (_, i) => ({ traceId: traceId(i) })) });
  const left = (config: object): number => {
    const { bytes } = runProcessor(
      probabilisticSamplerComponent,
      createProbabilisticSampler,
      config,
      Signal.traces,
      request,
    );
    return itemCountOf(batchOf(Signal.traces, bytes));
  };

  for (const mode of ["hash_seed", "equalizing", "proportional"]) {
    it(`keeps the share it is told to, by ${mode}`, () => {
      const kept = left({ mode, sampling_percentage: 25 });
      assert.ok(Math.abs(kept / count - 0.25) < 0.03, `${kept} of ${count}`);
    });
  }
});
