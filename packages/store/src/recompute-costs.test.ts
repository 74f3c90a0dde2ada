import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aTraceRequest, type PlainAttributes } from "@genscope/otlp/testing";
import { createPricing, parsePriceTable } from "@genscope/semconv/prices";
import { costsByModel } from "./queries/costs-by-model.ts";
import { recomputeCosts } from "./recompute-costs.ts";
import { openTestStore, type TestStore } from "./testing/index.ts";

interface Stored {
  readonly name: string;
  readonly cost_usd: number | null;
  readonly price_version: string;
}

const startTime = 1_772_000_000_000_000_000n;

function call(
  name: string,
  attributes: PlainAttributes,
): { name: string; attributes: PlainAttributes; startTime: bigint } {
  return { name, startTime, attributes: { "gen_ai.operation.name": "chat", ...attributes } };
}

const openai = { "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini" };
const million = { ...openai, "gen_ai.usage.input_tokens": 1_000_000 };
const spans = [
  call("plain", million),
  call("cached", { ...million, "gen_ai.usage.cache_read.input_tokens": 1_000_000 }),
  call("batch", { ...million, "openai.response.service_tier": "batch" }),
  call("unheard of", { ...million, "gen_ai.request.model": "house-1" }),
  call("beside", {
    "ai.operationId": "ai.streamText.doStream",
    "gen_ai.operation.name": "",
    "ai.model.provider": "anthropic.messages",
    "ai.model.id": "claude-sonnet-4-20250514",
    "ai.usage.inputTokens": 1_000_000,
    "ai.usage.cachedInputTokens": 100_000,
  }),
  call("agent", { ...million, "gen_ai.operation.name": "invoke_agent" }),
  call("no tokens", openai),
];

describe("costs of stored calls", () => {
  let test: TestStore;
  before(async () => {
    test = await openTestStore();
    await test.load(Signal.traces, aTraceRequest({ spans }));
  });
  after(() => test[Symbol.asyncDispose]());

  const stored = async (): Promise<Record<string, number | null>> => {
    const rows = await test.rows<Stored>("SELECT name, cost_usd, price_version FROM spans");
    return Object.fromEntries(
      rows.map(({ name, cost_usd: cost }) => [name, cost === null ? null : Number(cost.toFixed(9))]),
    );
  };
  const versions = async (): Promise<readonly string[]> =>
    (await test.rows<Stored>("SELECT DISTINCT price_version FROM spans ORDER BY 1")).map((row) => row.price_version);

  const listPrices = {
    plain: 0.15,
    cached: 0.075,
    batch: 0.075,
    "unheard of": null,
    beside: 3.03,
    agent: null,
    "no tokens": null,
  };

  it("come with the span, with the version of the prices; none where there is no price", async () => {
    assert.deepEqual(await stored(), listPrices);
    assert.deepEqual(await versions(), ["", createPricing().version]);
  });

  it("are listed by model, and models without a price", async () => {
    const rows = await test.rows<{ model: string; calls: string; cost_usd: number | null }>(costsByModel());
    assert.deepEqual(
      rows.map(({ model, calls, cost_usd: cost }) => [model, Number(calls), cost]),
      [
        ["claude-sonnet-4-20250514", 1, 3.03],
        ["gpt-4o-mini", 3, 0.3],
        ["house-1", 1, null],
      ],
    );
    assert.deepEqual(
      (await test.rows<{ model: string }>(costsByModel(true))).map(({ model }) => model),
      ["house-1"],
    );
  });

  it("are the same when they are computed again", async () => {
    assert.deepEqual(await recomputeCosts(test.store.client, createPricing()), { calls: 5, unpriced: 1 });
    assert.deepEqual(await stored(), listPrices);
  });

  it("follow other prices, and say so", async () => {
    const table = parsePriceTable({
      version: "ours",
      prices: [
        { model: "house-*", input: 2 },
        { provider: "openai", model: "gpt-4o*", from: "2027-01-01", input: 99 },
        { provider: "openai", model: "gpt-4o*", input: 1, cache_read: 0.5, service_tiers: { batch: 0.1 } },
      ],
    });
    assert.deepEqual(await recomputeCosts(test.store.client, createPricing(table)), { calls: 5, unpriced: 0 });
    assert.deepEqual(await stored(), { ...listPrices, plain: 1, cached: 0.5, batch: 0.1, "unheard of": 2 });
    assert.deepEqual(await versions(), ["", createPricing(table).version]);
  });
});
