import type { ClickHouseClient } from "@clickhouse/client";
import { Bindings } from "./bindings.ts";
import { rowsOf } from "./run.ts";
import { summaryInHours, withHours } from "./trace-hours.ts";

/** One trace as a list shows it. Field for field the API's `traceSummary`. */
export interface TraceSummary {
  traceId: string;
  name: string;
  service: string;
  hasRoot: boolean;
  services: { name: string; spanCount: number; errorCount: number }[];
  startUnixNano: string;
  durationNano: number;
  spanCount: number;
  errorCount: number;
  status: "unset" | "ok" | "error";
  models: string[];
  inputTokens: number | null;
  outputTokens: number | null;
  modelCalls: number;
  toolCalls: number;
  retrievals: number;
}

interface Row {
  id: string;
  started: string;
  ended: string;
  head: { name: string; service: string; status: number; is_root: number };
  spans: string;
  errors: string;
  service_spans: Record<string, string>;
  service_errors: Record<string, string>;
  models: Record<string, string>;
  input_tokens: string | null;
  output_tokens: string | null;
  model_calls: string;
  tool_calls: string;
  retrievals: string;
}

const statuses = ["unset", "ok", "error"] as const;

function numberOrNull(text: string | null): number | null {
  return text === null ? null : Number(text);
}

/** Entries, the most used first. */
function byUse(counts: Record<string, string>): [string, string][] {
  return Object.entries(counts).toSorted(([a, x], [b, y]) => Number(y) - Number(x) || (a < b ? -1 : 1));
}

function toSummary(row: Row): TraceSummary {
  const { head } = row;
  const isRoot = head.is_root === 1;
  return {
    traceId: row.id,
    name: head.name,
    service: head.service,
    hasRoot: isRoot,
    services: byUse(row.service_spans).map(([name, count]) => ({
      name,
      spanCount: Number(count),
      errorCount: Number(row.service_errors[name] ?? 0),
    })),
    startUnixNano: row.started,
    durationNano: Math.max(0, Number(BigInt(row.ended) - BigInt(row.started))),
    spanCount: Number(row.spans),
    errorCount: Number(row.errors),
    status: isRoot ? (statuses[head.status] ?? "unset") : Number(row.errors) > 0 ? "error" : "unset",
    models: byUse(row.models).map(([model]) => model),
    inputTokens: numberOrNull(row.input_tokens),
    outputTokens: numberOrNull(row.output_tokens),
    modelCalls: Number(row.model_calls),
    toolCalls: Number(row.tool_calls),
    retrievals: Number(row.retrievals),
  };
}

/** Summaries of the given traces (hex ids), in the order given; unknown ones are left out. Complete, wherever in time their spans lie. */
export async function traceSummaries(client: ClickHouseClient, traceIds: readonly string[]): Promise<TraceSummary[]> {
  if (traceIds.length === 0) return [];
  const bind = new Bindings();
  const ids = `SELECT toFixedString(unhex(arrayJoin(${bind.add("Array(String)", traceIds)})), 16)`;
  const rows = await rowsOf<Row>(
    client,
    `${withHours(ids)}
     SELECT
       lower(hex(trace_id)) AS id,
       toString(min(t.start_unix_nano)) AS started,
       toString(max(t.end_unix_nano)) AS ended,
       argMinMerge(t.head) AS head,
       sum(span_count) AS spans,
       sum(error_count) AS errors,
       sumMap(t.service_spans) AS service_spans,
       sumMap(t.service_errors) AS service_errors,
       sumMap(t.model_calls_by_model) AS models,
       sum(t.input_tokens) AS input_tokens,
       sum(t.output_tokens) AS output_tokens,
       sum(t.model_calls) AS model_calls,
       sum(t.tool_calls) AS tool_calls,
       sum(t.retrievals) AS retrievals
     FROM trace_summaries AS t
     WHERE ${summaryInHours} AND trace_id IN (${ids})
     GROUP BY trace_id`,
    bind,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return traceIds.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [toSummary(row)];
  });
}
