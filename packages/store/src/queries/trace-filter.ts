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

/** A filter as SQL over `trace_summaries`. */
export interface FilterSql {
  /** Conditions on single rows, joined by AND; never empty. */
  readonly where: string;
  /** Conditions on the merged summary (`started`, `ended`, `head`), joined by AND; "" for none. */
  readonly having: string;
}

const hourNano = 3_600_000_000_000n;
/** Spans of a trace may have started before it did (clocks differ) or long after. */
const slackNano = hourNano;
const longestNano = 24n * hourNano;

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

/** Spans that may belong to traces of the range, by the table's sorting key. */
function spanRange(filter: TraceFilter, bind: Bindings): string {
  const from = bind.add("UInt64", hourOf(filter.fromNano - slackNano));
  const to = bind.add("UInt64", hourOf(filter.toNano + longestNano));
  return `intDiv(start_unix_nano, 3600000000000) BETWEEN ${from} AND ${to}`;
}

/** Rows of `trace_summaries` whose blocks start in a range. */
function rowRange(fromNano: bigint, toNano: bigint, bind: Bindings): string[] {
  return [
    `start_hour BETWEEN ${bind.add("UInt64", hourOf(fromNano))} AND ${bind.add("UInt64", hourOf(toNano))}`,
    `start_unix_nano >= ${bind.add("UInt64", String(fromNano))}`,
    `start_unix_nano < ${bind.add("UInt64", String(toNano))}`,
  ];
}

function inSpans(filter: TraceFilter, bind: Bindings, condition: string): string {
  return `trace_id IN (SELECT trace_id FROM spans WHERE ${spanRange(filter, bind)} AND ${condition})`;
}

async function attributeCondition(
  client: ClickHouseClient,
  filter: TraceFilter,
  pair: string,
  bind: Bindings,
): Promise<string> {
  // numbers and booleans have no "=" in them, keys may
  const split = pair.lastIndexOf("=");
  const key = pair.slice(0, split);
  const value = pair.slice(split + 1);
  const range = spanRange(filter, bind);
  const k = bind.add("String", key);
  // apart, not OR-ed: the index on pairs prunes only where it stands alone
  const selects = [`has(${stringPairs}, ${bind.add("String", pair)})`];
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
  const own = new Bindings();
  const ownKey = own.add("String", key);
  const ownValue = own.add("String", value);
  const resources = await rowsOf<{ id: string }>(
    client,
    `SELECT DISTINCT toString(resource_id) AS id FROM resources
     WHERE has(${stringPairs}, ${own.add("String", pair)})
        OR (mapContains(int_attributes, ${ownKey}) AND toString(int_attributes[${ownKey}]) = ${ownValue})
        OR (mapContains(double_attributes, ${ownKey}) AND double_attributes[${ownKey}] = toFloat64OrNull(${ownValue}))
        OR (mapContains(bool_attributes, ${ownKey}) AND toString(bool_attributes[${ownKey}]) = ${ownValue})
     LIMIT 10000`,
    own,
  );
  if (resources.length > 0) {
    selects.push(
      `resource_id IN ${bind.add(
        "Array(UInt64)",
        resources.map(({ id }) => BigInt(id)),
      )}`,
    );
  }
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

/** Whether a search is for a trace or span id. */
export function isId(q: string | undefined): boolean {
  return q !== undefined && /^([0-9a-f]{16}|[0-9a-f]{32})$/i.test(q.trim());
}

/** Whether a filter asks for what only all spans of a trace together can answer. */
export function isOnWholeTrace(filter: TraceFilter): boolean {
  return filter.status !== undefined || filter.minDurationMs !== undefined || filter.maxDurationMs !== undefined;
}

/**
 * Puts the filter into SQL, every value bound. Asks the (small) table of resources which ones an attribute filter names. A trace has a row per block: rows before the
 * range are not looked at, so that what it says of a trace that began before the range is not all of it. With `isWhole`, rows up to a day after the range are.
 */
export async function filterSql(
  client: ClickHouseClient,
  filter: TraceFilter,
  bind: Bindings,
  { isWhole = isOnWholeTrace(filter) }: { readonly isWhole?: boolean } = {},
): Promise<FilterSql> {
  const where: string[] = [];
  const having: string[] = [];
  // an id is looked for wherever it is
  if (!isId(filter.q) && filter.traceIds === undefined) {
    where.push(...rowRange(filter.fromNano, isWhole ? filter.toNano + longestNano : filter.toNano, bind));
    if (isWhole) having.push(`started < ${bind.add("UInt64", String(filter.toNano))}`);
  }
  if (filter.traceIds !== undefined) {
    where.push(
      `trace_id IN (SELECT toFixedString(unhex(arrayJoin(${bind.add("Array(String)", filter.traceIds)})), 16))`,
    );
  }
  if (filter.service?.length) {
    // of a trace that the service has a part in all rows count
    const range = rowRange(filter.fromNano, filter.toNano + longestNano, bind);
    const services = bind.add("Array(String)", filter.service);
    where.push(
      `trace_id IN (SELECT trace_id FROM trace_summaries WHERE ${range.join(" AND ")} AND hasAny(mapKeys(service_spans), ${services}))`,
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
  for (const pair of filter.attribute ?? []) where.push(await attributeCondition(client, filter, pair, bind));
  if (filter.q !== undefined) where.push(...searchConditions(filter, filter.q, bind));

  if (filter.status !== undefined) having.push(`${filter.status === "ok" ? "NOT " : ""}(${failed})`);
  const duration = "greatest(toInt64(ended - started), 0)";
  if (filter.minDurationMs !== undefined)
    having.push(`${duration} >= ${bind.add("Float64", filter.minDurationMs * 1e6)}`);
  if (filter.maxDurationMs !== undefined)
    having.push(`${duration} <= ${bind.add("Float64", filter.maxDurationMs * 1e6)}`);
  return { where: where.length === 0 ? "true" : where.join(" AND "), having: having.join(" AND ") };
}

/** Whether a merged summary (with `errors`) counts as failed: any of its spans did. */
export const failed = "errors > 0";
