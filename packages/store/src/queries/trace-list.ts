import type { ClickHouseClient } from "@clickhouse/client";
import { Bindings } from "./bindings.ts";
import { bigSets, rowsOf } from "./run.ts";
import { allOf, filterSql, hasRange, isOnWholeTrace, longestNano, prepareFilter, rowsBetween } from "./trace-filter.ts";
import type { PreparedFilter, TraceFilter } from "./trace-filter.ts";
import { traceSummaries } from "./trace-summaries.ts";
import type { TraceSummary } from "./trace-summaries.ts";

export type TraceSort = "start" | "duration" | "spans" | "errors" | "tokens";

export interface TraceListOptions {
  readonly filter: TraceFilter;
  readonly sort: TraceSort;
  readonly order: "asc" | "desc";
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

export interface TracePage {
  readonly traces: TraceSummary[];
  readonly next: string | null;
}

/** A cursor that no page gave out. */
export class CursorError extends Error {
  override readonly name: string = "CursorError";
}

interface Cursor {
  readonly value: string;
  readonly traceId: string;
}

const sortKeys: Record<TraceSort, string> = {
  start: "toInt64(started)",
  duration: "greatest(toInt64(ended - started), 0)",
  spans: "toInt64(spans)",
  errors: "toInt64(errors)",
  tokens: "if(isNull(input) AND isNull(output), -1, toInt64(ifNull(input, 0) + ifNull(output, 0)))",
};

/** The first look at a newest-first list; each further one goes this many times as far back. */
const firstWindowNano = 900_000_000_000n;
const windowGrowth = 16n;
/** Rows this long before and after the range are looked at, to see most traces whole that reach into it. The few longer ones are told by their summaries. */
const marginNano = 3_600_000_000_000n;

function encodeCursor({ value, traceId }: Cursor): string {
  return Buffer.from(`${value}.${traceId}`).toString("base64url");
}

function decodeCursor(text: string): Cursor {
  const match = /^(-?\d{1,20})\.([0-9a-f]{32})$/.exec(Buffer.from(text, "base64url").toString("latin1"));
  if (match === null || BigInt.asIntN(64, BigInt(match[1]!)) !== BigInt(match[1]!))
    throw new CursorError("the cursor is none that a page gave out: leave it away to start from the first page");
  return { value: match[1]!, traceId: match[2]! };
}

interface Found {
  readonly id: string;
  readonly value: string;
}

/** Ids and sort values of the page's traces, one more than asked for if there are more. */
async function find(client: ClickHouseClient, options: TraceListOptions, filter: PreparedFilter): Promise<Found[]> {
  const bind = new Bindings();
  const { where, having } = filterSql(filter, bind);
  const key = sortKeys[options.sort];
  if (hasRange(filter)) {
    // what is asked of whole traces needs the rows that came later, too
    const after = options.sort !== "start" || isOnWholeTrace(filter) ? longestNano : marginNano;
    where.push(rowsBetween(filter.fromNano - marginNano, filter.toNano + after, bind));
    having.push(`started >= ${bind.add("UInt64", String(filter.fromNano))}`);
    having.push(`started < ${bind.add("UInt64", String(filter.toNano))}`);
  }
  if (options.cursor !== undefined) {
    const cursor = decodeCursor(options.cursor);
    const after = options.order === "desc" ? "<" : ">";
    const traceId = `toFixedString(unhex(${bind.add("String", cursor.traceId)}), 16)`;
    having.push(`(${key}, trace_id) ${after} (${bind.add("Int64", cursor.value)}, ${traceId})`);
  }
  const direction = options.order === "desc" ? "DESC" : "ASC";
  return rowsOf<Found>(
    client,
    `SELECT lower(hex(trace_id)) AS id, toString(${key}) AS value
     FROM (
       SELECT trace_id,
         min(t.start_unix_nano) AS started,
         max(t.end_unix_nano) AS ended,
         sum(t.span_count) AS spans,
         sum(t.error_count) AS errors,
         sum(t.input_tokens) AS input,
         sum(t.output_tokens) AS output
       FROM trace_summaries AS t
       WHERE ${allOf(where)}
       GROUP BY trace_id
     )
     WHERE ${allOf(having)}
     ORDER BY ${key} ${direction}, trace_id ${direction}
     LIMIT ${bind.add("UInt32", options.limit + 1)}`,
    bind,
    bigSets,
  );
}

/** What was found, and from which start on it was looked for. */
interface Findings {
  readonly found: readonly Found[];
  readonly fromNano: bigint;
}

/**
 * A newest-first list looks at the last minutes first and goes further back only while the page is not full, so that its cost does not grow with what is
 * stored.
 */
async function findNewest(
  client: ClickHouseClient,
  options: TraceListOptions,
  filter: PreparedFilter,
): Promise<Findings> {
  const top = options.cursor === undefined ? filter.toNano : BigInt(decodeCursor(options.cursor).value) + 1n;
  for (let windowNano = firstWindowNano; ; windowNano *= windowGrowth) {
    const fromNano = top - windowNano;
    if (fromNano <= filter.fromNano) break;
    const found = await find(client, options, { ...filter, fromNano });
    if (found.length > options.limit) return { found, fromNano };
  }
  return { found: await find(client, options, filter), fromNano: filter.fromNano };
}

/** A page of traces. Throws {@link CursorError}. */
export async function listTraces(client: ClickHouseClient, options: TraceListOptions): Promise<TracePage> {
  const filter = await prepareFilter(client, options.filter);
  const { limit } = options;
  const isInRange = hasRange(filter);
  const isNewest = isInRange && options.sort === "start" && options.order === "desc";
  const traces: TraceSummary[] = [];
  let { cursor } = options;
  for (;;) {
    const rest = { ...options, ...(cursor === undefined ? {} : { cursor }) };
    const { found, fromNano } = isNewest
      ? await findNewest(client, rest, filter)
      : { found: await find(client, rest, filter), fromNano: filter.fromNano };
    const page = found.slice(0, limit);
    const summaries = await traceSummaries(
      client,
      page.map(({ id }) => id),
    );
    const byId = new Map(summaries.map((summary) => [summary.traceId, summary]));
    for (const { id, value } of page) {
      cursor = encodeCursor({ value, traceId: id });
      const summary = byId.get(id);
      // a late block of a trace that began before: it has its place further down the list, or outside of it
      if (summary === undefined || (isInRange && BigInt(summary.startUnixNano) < fromNano)) continue;
      traces.push(summary);
      if (traces.length < limit) continue;
      return { traces, next: found.at(-1)!.id === id ? null : cursor };
    }
    if (found.length <= limit) return { traces, next: null };
  }
}
