import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aTraceRequest, type PlainAttributes, type SpanInit } from "@genscope/otlp/testing";
import { costsByModel } from "./queries/costs-by-model.ts";
import { traceSummaries } from "./queries/trace-summaries.ts";
import { countedColumns } from "./loader/counted-columns.ts";
import { migrate } from "./migrate.ts";
import { recomputeCosts } from "./recompute-costs.ts";
import { createPricing } from "@genscope/semconv/prices";
import { openTestStore, type TestStore } from "./testing/index.ts";

const startTime = 1_772_000_000_000_000_000n;
const tokens = { "gen_ai.usage.input_tokens": 1_000_000, "gen_ai.usage.output_tokens": 100_000 };
const model = { "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini" };
const client: PlainAttributes = { "gen_ai.operation.name": "chat", ...model, ...tokens };
/** What a million tokens and a tenth of that cost, by list price. */
const oneCall = 0.15 + 0.06;

/** From the root on, each below the one before; what frameworks send around the client's own span of a call. */
const nestings: Readonly<Record<string, readonly PlainAttributes[]>> = {
  "LangChain over OpenAI": [
    { "openinference.span.kind": "CHAIN", "llm.token_count.prompt": 1_000_000 },
    {
      "openinference.span.kind": "LLM",
      "llm.provider": "openai",
      "llm.model_name": "gpt-4o-mini",
      "llm.token_count.prompt": 1_000_000,
      "llm.token_count.completion": 100_000,
    },
    client,
    { "http.request.method": "POST" },
  ],
  "the Vercel AI SDK over OpenAI": [
    { "ai.operationId": "ai.generateText", "ai.usage.inputTokens": 1_000_000, "ai.usage.outputTokens": 100_000 },
    {
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.model.provider": "openai.chat",
      "ai.model.id": "gpt-4o-mini",
      "ai.usage.inputTokens": 1_000_000,
      "ai.usage.outputTokens": 100_000,
    },
    client,
  ],
  "Mastra over the AI SDK, through functions of its own": [
    { "gen_ai.operation.name": "invoke_agent", ...model, ...tokens },
    client,
    { "code.function.name": "execute" },
    { "code.function.name": "step" },
    {
      "ai.operationId": "ai.streamText.doStream",
      "gen_ai.provider.name": "openai",
      "ai.model.id": "gpt-4o-mini",
      "ai.usage.inputTokens": 1_000_000,
      "ai.usage.outputTokens": 100_000,
    },
    client,
  ],
};

let traces = 0;

function spanIdOf(at: number): string {
  return String(at + 1).padStart(16, "b");
}

/** A trace of its own; inner spans begin later and end earlier. */
function spansOf(attributes: readonly PlainAttributes[]): SpanInit[] {
  const traceId = String(++traces).padStart(32, "a");
  return attributes.map((each, at) => ({
    traceId,
    spanId: spanIdOf(at),
    name: `span ${at}`,
    startTime: startTime + BigInt(at) * 1_000_000n,
    endTime: startTime + BigInt(1_000 - at) * 1_000_000n,
    attributes: each,
    ...(at === 0 ? {} : { parentSpanId: spanIdOf(at - 1) }),
  }));
}

/** Orders in which a trace's spans may come, by batches. */
const orders: Readonly<Record<string, (spans: readonly SpanInit[]) => readonly (readonly SpanInit[])[]>> = {
  "children first, in one batch": (spans) => [spans.toReversed()],
  "parents first, in one batch": (spans) => [spans],
  "children first, a batch each": (spans) => spans.toReversed().map((span) => [span]),
  "parents first, a batch each": (spans) => spans.map((span) => [span]),
  "mixed, and sent again": (spans) => [
    spans.filter((_, at) => at % 2 === 1),
    spans.filter((_, at) => at % 2 === 0),
    spans,
  ],
};

async function load(test: TestStore, batches: readonly (readonly SpanInit[])[]): Promise<void> {
  for (const spans of batches) await test.load(Signal.traces, aTraceRequest({ spans }));
}

async function countedOf(test: TestStore, traceId: string): Promise<readonly number[]> {
  const [row] = await test.rows<{ cost: number; input: string; output: string }>(
    `SELECT round(sum(counted_cost_usd), 6) AS cost, sum(counted_input_tokens) AS input, sum(counted_output_tokens) AS output
     FROM spans WHERE trace_id = unhex('${traceId}')`,
  );
  return [row!.cost, Number(row!.input), Number(row!.output)];
}

const once = [oneCall, 1_000_000, 100_000];

describe("calls within calls", () => {
  let test: TestStore;
  before(async () => {
    test = await openTestStore();
  });
  after(() => test[Symbol.asyncDispose]());

  it("are counted once, in whatever order they come", async () => {
    const sent: { readonly traceId: string; readonly what: string; readonly isLate: boolean }[] = [];
    for (const [name, attributes] of Object.entries(nestings)) {
      for (const [order, batchesOf] of Object.entries(orders)) {
        const spans = spansOf(attributes);
        for (const batch of batchesOf(spans)) await test.append(Signal.traces, aTraceRequest({ spans: batch }));
        // what links two calls may come after both of them: that is found out by looking again
        const isLate = order.startsWith("mixed") && name.includes("functions");
        sent.push({ traceId: spans[0]!.traceId!, what: `${name}, ${order}`, isLate });
      }
    }
    await test.loader.drained();
    for (const { traceId, what, isLate } of sent) {
      if (isLate) continue;
      assert.deepEqual(await countedOf(test, traceId), once, what);
      const [summary] = await traceSummaries(test.store.client, [traceId]);
      assert.deepEqual([summary!.inputTokens, summary!.outputTokens], once.slice(1), what);
    }
    const [reported] = await test.rows<{ calls: string }>(
      "SELECT min(calls) AS calls FROM (SELECT countIf(cost_usd > 0 AND input_tokens = 1000000) AS calls FROM spans GROUP BY trace_id)",
    );
    assert.ok(Number(reported!.calls) >= 2, "rows have what calls reported");

    await recomputeCosts(test.store.client, createPricing());
    for (const { traceId, what } of sent) assert.deepEqual(await countedOf(test, traceId), once, what);
    const byModel = await test.rows<{ model: string; calls: string; cost_usd: number }>(costsByModel());
    assert.deepEqual(
      byModel.map((each) => [each.model, Number(each.calls), each.cost_usd]),
      [["gpt-4o-mini", traces, Number((traces * oneCall).toFixed(6))]],
    );
  });

  it("are known after a restart of the loader", async () => {
    const spans = spansOf(nestings["Mastra over the AI SDK, through functions of its own"]!);
    for (const span of spans.toReversed()) {
      await load(test, [[span]]);
      await test.restartLoader();
    }
    assert.deepEqual(await countedOf(test, spans[0]!.traceId!), once);
  });

  it("count what a wrapper says beyond them", async () => {
    const [outer, inner] = spansOf([{ ...client, "gen_ai.usage.input_tokens": 1_500_000 }, client]);
    await load(test, [[inner!], [outer!]]);
    const rows = await test.rows<{ input: string; counted: string; rolled: boolean }>(
      `SELECT input_tokens AS input, counted_input_tokens AS counted, is_rolled_up AS rolled FROM spans
       WHERE trace_id = unhex('${outer!.traceId}') ORDER BY name`,
    );
    assert.deepEqual(
      rows.map(({ input, counted, rolled }) => [Number(input), Number(counted), rolled]),
      [
        [1_500_000, 500_000, false],
        [1_000_000, 1_000_000, false],
      ],
    );
  });

  it("are two where a tool makes one of its own", async () => {
    const spans = spansOf([client, { "gen_ai.operation.name": "execute_tool" }, client]);
    await load(test, [spans.toReversed()]);
    assert.deepEqual(
      await countedOf(test, spans[0]!.traceId!),
      once.map((one) => 2 * one),
    );
  });

  it("have what they reported where an older Genscope stored them, until they are computed again", async () => {
    await using old = await openTestStore();
    const { client: engine } = old.store;
    const run = (query: string): Promise<unknown> => engine.command({ query });
    await run("DROP VIEW span_facts_mv");
    for (const column of ["is_rolled_up", ...countedColumns.map(({ name }) => name)]) {
      await run(`ALTER TABLE spans DROP COLUMN ${column}`);
    }
    const [trace, outer, inner, agent] = ["a".repeat(32), "b".repeat(16), "c".repeat(16), "d".repeat(16)] as const;
    const none = "0".repeat(16);
    const row = (span: string, parent: string, type: string, end: number): string =>
      `(unhex('${trace}'), unhex('${span}'), unhex('${parent}'), '${type}', 'openai', 'gpt-4o-mini', 1000000, 0.15, 'before', ${startTime}, ${startTime} + ${end}, now())`;
    await run(
      `INSERT INTO spans (trace_id, span_id, parent_span_id, span_type, provider, request_model, input_tokens, cost_usd, price_version, start_unix_nano, end_unix_nano, received_at)
       VALUES ${row(outer, none, "model", 9)}, ${row(inner, outer, "model", 8)}, ${row(agent, none, "agent", 10)}`,
    );
    const migration = new URL("./migrations/0009-counted-usage.sql", import.meta.url);
    await migrate(engine, [
      ...(await old.rows<{ name: string }>("SELECT name FROM schema_migrations")).map(({ name }) => ({
        name,
        sql: "",
      })),
      { name: "0009-again.sql", sql: await readFile(migration, "utf8") },
    ]);
    const sums =
      "SELECT sum(counted_input_tokens) AS input, round(sum(counted_cost_usd), 6) AS cost FROM spans WHERE span_type = 'model'";
    const counted = async (): Promise<readonly number[]> => {
      const [found] = await old.rows<{ input: string; cost: number }>(sums);
      return [Number(found!.input), found!.cost];
    };
    assert.deepEqual(await counted(), [2_000_000, 0.3]);
    await recomputeCosts(engine, createPricing());
    assert.deepEqual(await counted(), [1_000_000, 0.15]);
  });
});
