import type { ClickHouseClient } from "@clickhouse/client";
import { Bindings } from "./bindings.ts";
import { rowsOf } from "./run.ts";
import { filterSql } from "./trace-filter.ts";
import type { TraceFilter } from "./trace-filter.ts";
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
  tokens: "toInt64(ifNull(tokens, -1))",
};

/** The first look at a newest-first list; each further one goes this many times as far back. */
const firstWindowNano = 300_000_000_000n;
const windowGrowth = 8n;

function encodeCursor({ value, traceId }: Cursor): string {
  return Buffer.from(`${value}.${traceId}`).toString("base64url");
}

function decodeCursor(text: string): Cursor {
  const match = /^(-?\d{1,20})\.([0-9a-f]{32})$/.exec(Buffer.from(text, "base64url").toString("latin1"));
  if (match === null)
    throw new CursorError("the cursor is none that a page gave out: leave it away to start from the first page");
  return { value: match[1]!, traceId: match[2]! };
}

interface Found {
  readonly id: string;
  readonly value: string;
}

/** Ids and sort values of the page's traces, one more than asked for if there are more. */
async function find(client: ClickHouseClient, options: TraceListOptions, filter: TraceFilter): Promise<Found[]> {
  const bind = new Bindings();
  const { where, having } = await filterSql(client, filter, bind);
  const key = sortKeys[options.sort];
  const conditions = having === "" ? [] : [having];
  if (options.cursor !== undefined) {
    const cursor = decodeCursor(options.cursor);
    const after = options.order === "desc" ? "<" : ">";
    const traceId = `toFixedString(unhex(${bind.add("String", cursor.traceId)}), 16)`;
    conditions.push(`(${key}, trace_id) ${after} (${bind.add("Int64", cursor.value)}, ${traceId})`);
  }
  const direction = options.order === "desc" ? "DESC" : "ASC";
  return rowsOf<Found>(
    client,
    `SELECT lower(hex(trace_id)) AS id, toString(${key}) AS value
     FROM (
       SELECT trace_id,
         min(t.start_unix_nano) AS started,
         max(t.end_unix_nano) AS ended,
         argMinMerge(t.head) AS head,
         sum(t.span_count) AS spans,
         sum(t.error_count) AS errors,
         sum(t.input_tokens) + sum(t.output_tokens) AS tokens
       FROM trace_summaries AS t
       WHERE ${where}
       GROUP BY trace_id
     )
     ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`}
     ORDER BY ${key} ${direction}, trace_id ${direction}
     LIMIT ${bind.add("UInt32", options.limit + 1)}`,
    bind,
  );
}

/**
 * A newest-first list looks at the last minutes first and goes further back only while the page is not full, so that its cost does not grow with what is
 * stored. A filter on the whole of a trace cannot be answered from a part of it and looks at everything at once.
 */
async function findNewest(client: ClickHouseClient, options: TraceListOptions): Promise<Found[]> {
  const { filter } = options;
  const top = options.cursor === undefined ? filter.toNano : BigInt(decodeCursor(options.cursor).value) + 1n;
  let windowNano = firstWindowNano;
  for (;;) {
    const fromNano = top - windowNano;
    if (fromNano <= filter.fromNano) return find(client, options, filter);
    const found = await find(client, options, { ...filter, fromNano });
    if (found.length > options.limit) return found;
    windowNano *= windowGrowth;
  }
}

/** A page of traces. Throws {@link CursorError}. */
export async function listTraces(client: ClickHouseClient, options: TraceListOptions): Promise<TracePage> {
  const { filter } = options;
  const isWhole =
    filter.status !== undefined ||
    filter.minDurationMs !== undefined ||
    filter.maxDurationMs !== undefined ||
    filter.q !== undefined;
  const isNewest = options.sort === "start" && options.order === "desc" && !isWhole;
  const found = isNewest ? await findNewest(client, options) : await find(client, options, filter);
  const page = found.slice(0, options.limit);
  const last = page.at(-1);
  return {
    traces: await traceSummaries(
      client,
      page.map(({ id }) => id),
    ),
    next:
      found.length > options.limit && last !== undefined ? encodeCursor({ value: last.value, traceId: last.id }) : null,
  };
}
