import type { ClickHouseClient } from "@clickhouse/client";
import { Bindings } from "./bindings.ts";
import { rowsOf } from "./run.ts";

/** Which traces are asked for; times in nanoseconds since the Unix epoch. Several values of one filter: any of them. */
export interface TraceFilter {
  readonly fromNano: bigint;
  readonly toNano: bigint;
  readonly service?: readonly string[];
  readonly name?: readonly string[];
  readonly status?: "ok" | "error";
  readonly operation?: readonly string[];
  readonly provider?: readonly string[];
  readonly model?: readonly string[];
  readonly agent?: readonly string[];
  readonly tool?: readonly string[];
  readonly spanType?: readonly string[];
  readonly conversation?: string;
  readonly user?: string;
  readonly minDurationMs?: number;
  readonly maxDurationMs?: number;
  /** `key=value`, on a span or its resource; all of them. There must be a `=`. */
  readonly attribute?: readonly string[];
  readonly q?: string;
  /** Only these traces, hex. */
  readonly traceIds?: readonly string[];
}

interface AttributePair {
  readonly text: string;
  readonly key: string;
  readonly value: string;
  /** Resources that have it. */
  readonly resources: readonly bigint[];
}

/** A filter with what the store had to be asked for. */
export interface PreparedFilter extends TraceFilter {
  readonly attributePairs: readonly AttributePair[];
}

/** A filter as SQL over `trace_summaries`. */
export interface FilterSql {
  /** Conditions on single rows, all of which must hold; the range of time is not among them. */
  readonly where: string[];
  /** Conditions on the merged summary (`started`, `ended`, `errors`). */
  readonly having: string[];
}

const hourNano = 3_600_000_000_000n;
/** Spans are looked for this long after the range: traces that began in it may go on. */
export const longestNano = 24n * hourNano;

const spanColumns = {
  name: "name",
  operation: "operation",
  provider: "provider",
  agent: "agent_name",
  tool: "tool_name",
  spanType: "span_type",
} as const;

export const stringPairs =
  "arrayMap((k, v) -> concat(k, '=', v), mapKeys(string_attributes), mapValues(string_attributes))";

export function hourOf(nano: bigint): string {
  return String(nano < 0n ? 0n : nano / hourNano);
}

/** Spans that may belong to traces of the range: a trace starts with its first span, and may go on long after. */
function spanRange(filter: TraceFilter, bind: Bindings): string {
  const from = bind.add("UInt64", hourOf(filter.fromNano));
  const to = bind.add("UInt64", hourOf(filter.toNano + longestNano));
  const start = bind.add("UInt64", String(filter.fromNano < 0n ? 0n : filter.fromNano));
  return `intDiv(start_unix_nano, 3600000000000) BETWEEN ${from} AND ${to} AND start_unix_nano >= ${start}`;
}

function inSpans(filter: TraceFilter, bind: Bindings, condition: string): string {
  return `trace_id IN (SELECT trace_id FROM spans WHERE ${spanRange(filter, bind)} AND ${condition})`;
}

/** Resources that have the attribute. There are few, so that they are looked up before the spans. */
async function resourcesWith(client: ClickHouseClient, text: string, key: string, value: string): Promise<bigint[]> {
  const bind = new Bindings();
  const k = bind.add("String", key);
  const v = bind.add("String", value);
  const rows = await rowsOf<{ id: string }>(
    client,
    `SELECT DISTINCT toString(resource_id) AS id FROM resources
     WHERE has(${stringPairs}, ${bind.add("String", text)})
        OR (mapContains(int_attributes, ${k}) AND toString(int_attributes[${k}]) = ${v})
        OR (mapContains(double_attributes, ${k}) AND double_attributes[${k}] = toFloat64OrNull(${v}))
        OR (mapContains(bool_attributes, ${k}) AND toString(bool_attributes[${k}]) = ${v})
     LIMIT 10000`,
    bind,
  );
  return rows.map(({ id }) => BigInt(id));
}

function attributeCondition(filter: TraceFilter, pair: AttributePair, bind: Bindings): string {
  const { text, key, value, resources } = pair;
  const range = spanRange(filter, bind);
  const k = bind.add("String", key);
  // apart, not OR-ed: the index on pairs prunes only where it stands alone
  const selects = [`has(${stringPairs}, ${bind.add("String", text)})`];
  if (/^-?\d{1,19}$/.test(value)) {
    const number = bind.add("String", value);
    selects.push(`mapContains(int_attributes, ${k}) AND int_attributes[${k}] = toInt64OrNull(${number})`);
  }
  if (value !== "" && Number.isFinite(Number(value))) {
    selects.push(
      `mapContains(double_attributes, ${k}) AND double_attributes[${k}] = ${bind.add("Float64", Number(value))}`,
    );
  }
  if (value === "true" || value === "false") {
    selects.push(`mapContains(bool_attributes, ${k}) AND bool_attributes[${k}] = ${value}`);
  }
  if (resources.length > 0) selects.push(`resource_id IN ${bind.add("Array(UInt64)", resources)}`);
  return `trace_id IN (${selects.map((condition) => `SELECT trace_id FROM spans WHERE ${range} AND ${condition}`).join(" UNION ALL ")})`;
}

function wordCondition(filter: TraceFilter, word: string, bind: Bindings): string {
  const w = bind.add("String", word);
  const has = (text: string): string => `positionCaseInsensitiveUTF8(${text}, ${w}) > 0`;
  return inSpans(
    filter,
    bind,
    `(${has("name")} OR ${has("status_message")} OR ${has("service_name")} OR arrayExists(v -> ${has("v")}, mapValues(string_attributes)))`,
  );
}

function searchConditions(filter: TraceFilter, q: string, bind: Bindings): string[] {
  const text = q.trim();
  if (/^[0-9a-f]{32}$/i.test(text)) return [`trace_id = toFixedString(unhex(${bind.add("String", text)}), 16)`];
  if (/^[0-9a-f]{16}$/i.test(text)) {
    return [
      `trace_id IN (SELECT trace_id FROM spans WHERE span_id = toFixedString(unhex(${bind.add("String", text)}), 8))`,
    ];
  }
  const words = text.split(/\s+/).filter(Boolean).slice(0, 8);
  return words.map((word) => wordCondition(filter, word, bind));
}

/** Asks the store what must be known before the filter can be put into SQL. */
export async function prepareFilter(client: ClickHouseClient, filter: TraceFilter): Promise<PreparedFilter> {
  const attributePairs = await Promise.all(
    (filter.attribute ?? []).map(async (text) => {
      // numbers and booleans have no "=" in them, keys may
      const split = text.lastIndexOf("=");
      const key = text.slice(0, split);
      const value = text.slice(split + 1);
      return { text, key, value, resources: await resourcesWith(client, text, key, value) };
    }),
  );
  return { ...filter, attributePairs };
}

/** Whether the range of time is part of the question: an id is looked for wherever it is. */
export function hasRange({ q, traceIds }: TraceFilter): boolean {
  return traceIds === undefined && !(q !== undefined && /^([0-9a-f]{16}|[0-9a-f]{32})$/i.test(q.trim()));
}

/** Whether a filter asks for what only all spans of a trace together can answer. */
export function isOnWholeTrace(filter: TraceFilter): boolean {
  return filter.status !== undefined || filter.minDurationMs !== undefined || filter.maxDurationMs !== undefined;
}

/** Rows of `trace_summaries` that start between two times; a trace has one per block that brought spans of it. */
export function rowsBetween(fromNano: bigint, toNano: bigint, bind: Bindings): string {
  const from = fromNano < 0n ? 0n : fromNano;
  const hours = `start_hour BETWEEN ${bind.add("UInt64", hourOf(from))} AND ${bind.add("UInt64", hourOf(toNano))}`;
  return `${hours} AND start_unix_nano >= ${bind.add("UInt64", String(from))} AND start_unix_nano < ${bind.add("UInt64", String(toNano))}`;
}

export function allOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? "true" : conditions.join(" AND ");
}

/** Puts the filter into SQL, every value bound. */
export function filterSql(filter: PreparedFilter, bind: Bindings): FilterSql {
  const where: string[] = [];
  const having: string[] = [];
  if (filter.traceIds !== undefined) {
    where.push(
      `trace_id IN (SELECT toFixedString(unhex(arrayJoin(${bind.add("Array(String)", filter.traceIds)})), 16))`,
    );
  }
  if (filter.service?.length) {
    // of a trace that the service has a part in all rows count
    const range = rowsBetween(filter.fromNano, filter.toNano + longestNano, bind);
    const services = bind.add("Array(String)", filter.service);
    where.push(
      `trace_id IN (SELECT trace_id FROM trace_summaries WHERE ${range} AND hasAny(mapKeys(service_spans), ${services}))`,
    );
  }
  if (filter.model?.length) {
    const models = bind.add("Array(String)", filter.model);
    where.push(inSpans(filter, bind, `(response_model IN ${models} OR request_model IN ${models})`));
  }
  for (const [field, column] of Object.entries(spanColumns)) {
    const values = filter[field as keyof typeof spanColumns];
    if (values?.length) where.push(inSpans(filter, bind, `${column} IN ${bind.add("Array(String)", values)}`));
  }
  if (filter.conversation !== undefined) {
    where.push(inSpans(filter, bind, `conversation_id = ${bind.add("String", filter.conversation)}`));
  }
  if (filter.user !== undefined) where.push(inSpans(filter, bind, `user_id = ${bind.add("String", filter.user)}`));
  for (const pair of filter.attributePairs) where.push(attributeCondition(filter, pair, bind));
  if (filter.q !== undefined) where.push(...searchConditions(filter, filter.q, bind));

  if (filter.status !== undefined) having.push(`${filter.status === "ok" ? "NOT " : ""}(${failed})`);
  const duration = "greatest(toInt64(ended - started), 0)";
  if (filter.minDurationMs !== undefined)
    having.push(`${duration} >= ${bind.add("Float64", filter.minDurationMs * 1e6)}`);
  if (filter.maxDurationMs !== undefined)
    having.push(`${duration} <= ${bind.add("Float64", filter.maxDurationMs * 1e6)}`);
  return { where, having };
}

/** Whether a merged summary (with `errors`) counts as failed: any of its spans did. */
export const failed = "errors > 0";
