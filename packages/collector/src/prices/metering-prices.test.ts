import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { indexTraces } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { policiesOf, type TailSamplingConfig } from "../processors/tail-sampling/config.ts";
import { configOf, quiet, tempDir } from "../testing/collector-harness.ts";
import { sharePrices } from "./metering-prices.ts";

async function samplerOf(sampler: object, connectors: object): Promise<TailSamplingConfig> {
  const policies = [{ name: "dear", type: "genai_cost", genai_cost: { min_usd: 2 } }];
  const config = {
    receivers: { nop: {} },
    processors: { tail_sampling: { policies, ...sampler } },
    connectors,
    exporters: { nop: {} },
    service: {
      pipelines: {
        traces: { receivers: ["nop"], processors: ["tail_sampling"], exporters: ["nop", ...Object.keys(connectors)] },
        metrics: { receivers: ["nop", ...Object.keys(connectors)], exporters: ["nop"] },
      },
    },
  };
  const shared = sharePrices(await configOf(quiet(JSON.stringify(config))));
  return shared.components.processors.get("tail_sampling")!.config as TailSamplingConfig;
}

const attributes = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "in-house",
  "gen_ai.request.model": "house-large",
  "gen_ai.usage.input_tokens": 1_000_000,
};

function meter(prices: string): object {
  return { cost: { prices } };
}

function keeps(config: TailSamplingConfig): boolean {
  const set = policiesOf(config, () => {});
  const request = aTraceRequest({ spans: [{ attributes, startTime: 1_750_000_000_000_000_000n }] });
  set.clear(0, 1);
  set.begin(indexTraces(request));
  set.observe(0, 0);
  const trace = { slot: 0, id: new Uint8Array(16), spanCount: 1, sizeBytes: request.byteLength, nowMs: 0 };
  return set.decide(trace, () => {}).decision === "sampled";
}

describe("a tail sampler's prices", () => {
  it("are those that calls are metered by", async () => {
    await using dir = await tempDir();
    const [dear, cheap] = [join(dir.path, "dear.yaml"), join(dir.path, "cheap.yaml")];
    await writeFile(dear, "prices: [{model: house-*, input: 3}]\n");
    await writeFile(cheap, "prices: [{model: house-*, input: 1}]\n");

    assert.equal(keeps(await samplerOf({}, {})), false, "nobody knows the price");
    assert.equal(keeps(await samplerOf({}, { spanmetrics: meter(dear), "span_metrics/other": {} })), true);
    assert.equal(keeps(await samplerOf({}, { spanmetrics: meter(cheap) })), false);
    assert.equal(keeps(await samplerOf({ prices: dear }, { spanmetrics: meter(cheap) })), true, "its own go first");
    const unlike = { spanmetrics: meter(dear), "spanmetrics/2": meter(cheap) };
    assert.equal(keeps(await samplerOf({}, unlike)), false, "two tables, and none is meant");
  });

  it("are read when the configuration is checked", async () => {
    await assert.rejects(
      samplerOf({ prices: "no-such-file.yaml" }, {}),
      /policy evaluator for "dear": .*no-such-file/u,
    );
  });
});
