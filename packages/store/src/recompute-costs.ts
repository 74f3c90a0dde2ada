import { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import { addBeside, cachedBesideInput, isBeside, reasoningBesideOutput, spanFields } from "@genscope/semconv";
import { costOfTokens, type Pricing } from "@genscope/semconv/prices";
import { RowWriter } from "./loader/row-writer.ts";

/** What became of the calls whose cost was computed again. */
export interface RecomputedCosts {
  readonly calls: number;
  /** Of which no price is known. */
  readonly unpriced: number;
}

/** A call as it is stored. */
interface Call {
  readonly trace: string;
  readonly span: string;
  readonly start_ms: string;
  readonly provider: string;
  readonly request_model: string;
  readonly response_model: string;
  readonly service_tier: string;
  readonly tokens: readonly (string | number | null)[];
  /** The keys that cached and reasoning tokens came under. */
  readonly cached_key: string;
  readonly reasoning_key: string;
}

const keysOf = (name: string): readonly string[] => spanFields.find(({ field }) => field === name)!.keys;

const selectCalls = `
SELECT
    hex(trace_id) AS trace, hex(span_id) AS span, intDiv(start_unix_nano, 1000000) AS start_ms,
    provider, request_model, response_model, service_tier,
    [input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens] AS tokens,
    arrayFirst(key -> mapContains(int_attributes, key), {cached:Array(String)}) AS cached_key,
    arrayFirst(key -> mapContains(int_attributes, key), {reasoning:Array(String)}) AS reasoning_key
FROM spans
WHERE _partition_id = {partition:String} AND span_type IN ('model', 'embedding')
    AND (input_tokens IS NOT NULL OR output_tokens IS NOT NULL)`;

/** Computes what every stored call cost by other prices, a partition after the other, and writes cost and version anew. Nothing else of a span changes. */
export async function recomputeCosts(client: ClickHouseClient, pricing: Pricing): Promise<RecomputedCosts> {
  let calls = 0;
  let unpriced = 0;
  for (const partition of await partitionsOf(client)) {
    const rows = new RowWriter(1 << 16);
    let count = 0;
    const answer = await client.query({
      query: selectCalls,
      query_params: { partition, cached: keysOf("cacheReadTokens"), reasoning: keysOf("reasoningTokens") },
      format: "JSONEachRow",
    });
    for await (const page of answer.stream<Call>()) {
      for (const row of page) {
        const call = row.json();
        const cost = costOf(pricing, call);
        if (cost === undefined) continue;
        count++;
        if (Number.isNaN(cost)) unpriced++;
        writeCost(rows, call, cost);
      }
    }
    if (count > 0) await writeCosts(client, partition, rows, pricing.version);
    calls += count;
  }
  return { calls, unpriced };
}

async function partitionsOf(client: ClickHouseClient): Promise<readonly string[]> {
  const answer = await client.query({ query: "SELECT DISTINCT _partition_id AS id FROM spans", format: "JSONEachRow" });
  return (await answer.json<{ id: string }>()).map(({ id }) => id);
}

/** Dollars, NaN where there is no price; undefined for tokens that cannot be. */
function costOf(pricing: Pricing, call: Call): number | undefined {
  const { provider, request_model: asked, response_model: answered, service_tier: tier, tokens } = call;
  const [input, output, cacheRead, cacheWrite, reasoning] = tokens.map((count) =>
    count === null || Number(count) < 0 ? Number.NaN : Number(count),
  ) as [number, number, number, number, number];
  const cached = (cacheRead || 0) + (cacheWrite || 0);
  const cachedPart = Number.isNaN(cacheRead) && Number.isNaN(cacheWrite) ? Number.NaN : cached;
  const isCachedBeside = cached > 0 && isBeside(cachedBesideInput, call.cached_key, provider);
  const isReasoningBeside = reasoning > 0 && isBeside(reasoningBesideOutput, call.reasoning_key, provider);
  const all = addBeside(input, cachedPart, isCachedBeside);
  const given = addBeside(output, reasoning, isReasoningBeside);
  if (Number.isNaN(all) && Number.isNaN(given)) return undefined;
  const atMs = Number(call.start_ms);
  for (const model of [answered, asked]) {
    const rates = model === "" ? undefined : pricing.ratesOf(provider, model, atMs);
    if (rates !== undefined) return costOfTokens(rates, all, given, cacheRead, cacheWrite, reasoning, tier);
  }
  return Number.NaN;
}

function writeCost(rows: RowWriter, { trace, span }: Call, cost: number): void {
  rows.raw(Buffer.from(trace, "hex"), 0, 16);
  rows.raw(Buffer.from(span, "hex"), 0, 8);
  rows.u8(Number.isNaN(cost) ? 1 : 0);
  if (!Number.isNaN(cost)) rows.f64(cost);
}

/** A span is found by its ids in a table that lives in memory while the partition's column is written anew. */
async function writeCosts(
  client: ClickHouseClient,
  partition: string,
  rows: RowWriter,
  version: string,
): Promise<void> {
  const drop = (): Promise<unknown> => client.command({ query: "DROP TABLE IF EXISTS cost_updates" });
  await drop();
  await client.command({
    query:
      "CREATE TABLE cost_updates (trace_id FixedString(16), span_id FixedString(8), cost_usd Nullable(Float64)) ENGINE = Join(ANY, LEFT, trace_id, span_id)",
  });
  try {
    const { stream } = await client.exec({
      query: "INSERT INTO cost_updates (trace_id, span_id, cost_usd) FORMAT RowBinary",
      values: Readable.from([rows.bytes()], { objectMode: false }),
    });
    stream.resume();
    await client.command({
      query: `
ALTER TABLE spans UPDATE
    cost_usd = joinGet({table:String}, 'cost_usd', trace_id, span_id), price_version = {version:String}
IN PARTITION ID {partition:String}
WHERE span_type IN ('model', 'embedding') AND (input_tokens IS NOT NULL OR output_tokens IS NOT NULL)`,
      query_params: { version, partition, table: `${await databaseOf(client)}.cost_updates` },
      clickhouse_settings: { mutations_sync: "1" },
    });
  } finally {
    await drop();
  }
}

/** The engine writes columns anew in the background, where no database is the default. */
async function databaseOf(client: ClickHouseClient): Promise<string> {
  const answer = await client.query({ query: "SELECT currentDatabase() AS name", format: "JSONEachRow" });
  return (await answer.json<{ name: string }>())[0]!.name;
}
