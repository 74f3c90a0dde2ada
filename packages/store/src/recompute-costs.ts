import { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import { addBeside, cachedBesideInput, isBeside, reasoningBesideOutput, spanFields } from "@genscope/semconv";
import { costOfTokens, type Pricing } from "@genscope/semconv/prices";
import { callClassOf, passingTypes, typeNames, UsageLineage, usageKinds } from "@genscope/semconv/wire";
import { countedColumns } from "./loader/counted-columns.ts";
import { RowWriter } from "./loader/row-writer.ts";

/** What became of the calls whose cost was computed again. */
export interface RecomputedCosts {
  readonly calls: number;
  /** Of which no price is known. */
  readonly unpriced: number;
}

export interface RecomputeProgress extends RecomputedCosts {
  /** Days of arrival that are done. */
  readonly done: number;
  readonly of: number;
}

export interface RecomputeOptions {
  readonly onProgress?: (progress: RecomputeProgress) => void;
  /** Ends between two days: what is done stays, and another run begins anew. */
  readonly signal?: AbortSignal;
}

/** A call as it is stored, or a span between calls. */
interface Call {
  readonly trace: string;
  readonly span: string;
  readonly parent: string;
  readonly type: string;
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

const isCall = "span_type IN ('model', 'embedding') AND (input_tokens IS NOT NULL OR output_tokens IS NOT NULL)";

/** Inner spans first, which end before those around them; what lies between calls only where there are several. */
const selectCalls = `
SELECT
    hex(trace_id) AS trace, hex(span_id) AS span, if(parent_span_id = unhex('0000000000000000'), '', hex(parent_span_id)) AS parent, span_type AS type,
    intDiv(start_unix_nano, 1000000) AS start_ms,
    provider, request_model, response_model, service_tier,
    [input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens] AS tokens,
    arrayFirst(key -> mapContains(int_attributes, key), {cached:Array(String)}) AS cached_key,
    arrayFirst(key -> mapContains(int_attributes, key), {reasoning:Array(String)}) AS reasoning_key
FROM spans
WHERE _partition_id = {partition:String} AND (
    (${isCall})
    OR (span_type IN {passing:Array(String)} AND trace_id IN (
        SELECT trace_id FROM spans WHERE _partition_id = {partition:String} AND ${isCall} GROUP BY trace_id HAVING count() > 1)))
ORDER BY trace_id, end_unix_nano, start_unix_nano DESC`;

/**
 * Computes what every stored call cost by other prices, and what of it is counted, a partition after the other, and writes both anew. Nothing else of a span
 * changes. Spans may be stored meanwhile: they keep what they came with.
 */
export async function recomputeCosts(
  client: ClickHouseClient,
  pricing: Pricing,
  { onProgress, signal }: RecomputeOptions = {},
): Promise<RecomputedCosts> {
  await endEarlierRun(client);
  let calls = 0;
  let unpriced = 0;
  const partitions = await partitionsOf(client);
  for (const [done, partition] of partitions.entries()) {
    onProgress?.({ done, of: partitions.length, calls, unpriced });
    signal?.throwIfAborted();
    const rows = new RowWriter(1 << 16);
    // calls of a trace that arrive on different days are few, and told apart as when they came
    const counter = new CallCounter();
    let count = 0;
    const answer = await client.query({
      query: selectCalls,
      query_params: {
        partition,
        passing: passingTypes,
        cached: keysOf("cacheReadTokens"),
        reasoning: keysOf("reasoningTokens"),
      },
      format: "JSONEachRow",
    });
    for await (const page of answer.stream<Call>()) {
      for (const row of page) {
        const counted = counter.count(pricing, row.json());
        if (counted === undefined) continue;
        count++;
        if (Number.isNaN(counted.cost)) unpriced++;
        writeCall(rows, counter.ids, counted);
      }
    }
    if (count > 0) await writeCosts(client, partition, rows, pricing.version);
    calls += count;
  }
  onProgress?.({ done: partitions.length, of: partitions.length, calls, unpriced });
  return { calls, unpriced };
}

/** What was killed in the middle of it leaves a change of columns that waits for its table for ever. */
async function endEarlierRun(client: ClickHouseClient): Promise<void> {
  await client.command({
    query:
      "KILL MUTATION WHERE database = currentDatabase() AND table = 'spans' AND NOT is_done AND command LIKE '%cost_updates%' SYNC",
  });
}

async function partitionsOf(client: ClickHouseClient): Promise<readonly string[]> {
  const answer = await client.query({
    query: "SELECT DISTINCT _partition_id AS id FROM spans ORDER BY id",
    format: "JSONEachRow",
  });
  return (await answer.json<{ id: string }>()).map(({ id }) => id);
}

interface Counted {
  /** As reported: dollars, NaN where there is no price. */
  readonly cost: number;
  /** By `usageKinds`, less what was counted elsewhere. */
  readonly usage: Float64Array;
}

/** Counts calls as the loader does, with the same rules for which of them repeat others. */
class CallCounter {
  readonly #lineage = new UsageLineage();
  readonly #usage = new Float64Array(usageKinds.length);
  /** Of the span counted last: trace, span and parent. */
  readonly ids: Buffer = Buffer.alloc(32);

  /** Undefined for what is no call, or reports tokens that cannot be. */
  count(pricing: Pricing, call: Call): Counted | undefined {
    const { ids } = this;
    ids.write(call.trace, 0, "hex");
    ids.write(call.span, 16, "hex");
    ids.write(call.parent, 24, "hex");
    const parentAt = call.parent === "" ? -1 : 24;
    const type = typeNames.findIndex((name) => name === call.type);
    if (call.type !== "model" && call.type !== "embedding") {
      this.#lineage.pass(type, ids, 0, 16, parentAt);
      return undefined;
    }
    const usage = this.#usage;
    if (!readUsage(pricing, call, usage)) return undefined;
    const cost = usage[costKind]!;
    this.#lineage.count(usage, callClassOf(type), ids, 0, 16, parentAt);
    return { cost, usage };
  }
}

const costKind = usageKinds.indexOf("cost");

/** Whether there is anything to count. */
function readUsage(pricing: Pricing, call: Call, usage: Float64Array): boolean {
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
  if (Number.isNaN(all) && Number.isNaN(given)) return false;
  const atMs = Number(call.start_ms);
  let cost = Number.NaN;
  for (const model of [answered, asked]) {
    const rates = model === "" ? undefined : pricing.ratesOf(provider, model, atMs);
    if (rates === undefined) continue;
    cost = costOfTokens(rates, all, given, cacheRead, cacheWrite, reasoning, tier);
    break;
  }
  usage.set([all, given, cacheRead, cacheWrite, reasoning, cost]);
  return true;
}

function writeCall(rows: RowWriter, ids: Buffer, { cost, usage }: Counted): void {
  rows.raw(ids, 0, 24);
  rows.u8(1);
  writeNumber(rows, cost);
  for (const value of usage) writeNumber(rows, value);
}

function writeNumber(rows: RowWriter, value: number): void {
  rows.u8(Number.isNaN(value) ? 1 : 0);
  if (!Number.isNaN(value)) rows.f64(value);
}

/** What the table has of a span. */
function found(column: string): string {
  return `joinGet({table:String}, '${column}', trace_id, span_id)`;
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
  const columns = ["cost_usd", ...countedColumns.map(({ name }) => name)];
  await client.command({
    query: `CREATE TABLE cost_updates (trace_id FixedString(16), span_id FixedString(8), is_known UInt8, ${columns
      .map((name) => `${name} Nullable(Float64)`)
      .join(", ")}) ENGINE = Join(ANY, LEFT, trace_id, span_id)`,
  });
  try {
    const { stream } = await client.exec({
      query: "INSERT INTO cost_updates FORMAT RowBinary",
      values: Readable.from([rows.bytes()], { objectMode: false }),
    });
    stream.resume();
    const tokens = countedColumns
      .filter(({ type }) => type === "Int64")
      .map(({ name }) => `${name} = accurateCastOrNull(${found(name)}, 'Int64')`);
    await client.command({
      query: `
ALTER TABLE spans UPDATE
    cost_usd = ${found("cost_usd")}, counted_cost_usd = ${found("counted_cost_usd")}, ${tokens.join(", ")}, price_version = {version:String}
IN PARTITION ID {partition:String}
WHERE ${isCall} AND ${found("is_known")} = 1`,
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
