import type { ClickHouseClient } from "@clickhouse/client";
import type { SpanType } from "@genscope/semconv";
import { Bindings } from "./bindings.ts";
import { rowsOf } from "./run.ts";

/** One finished span on one line. Field for field the API's `liveSpan`. */
export interface LiveSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  service: string;
  name: string;
  type: SpanType;
  startUnixNano: string;
  durationNano: number;
  status: "unset" | "ok" | "error";
  statusMessage: string;
  label: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
}

interface Row {
  trace: string;
  span: string;
  parent: string;
  service: string;
  name: string;
  type: SpanType;
  started: string;
  duration: string;
  status: number;
  message: string;
  label: string;
  input: string | null;
  output: string | null;
}

const statuses = ["unset", "ok", "error"] as const;

/** Spans stored from a journal position on, in the order they started; and the position after the last. */
export async function spansSince(client: ClickHouseClient, position: number, limit: number): Promise<LiveSpan[]> {
  const bind = new Bindings();
  const rows = await rowsOf<Row>(
    client,
    `SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS parent, service_name AS service, name, span_type AS type,
       toString(start_unix_nano) AS started, toString(greatest(toInt64(end_unix_nano - start_unix_nano), 0)) AS duration,
       status_code AS status, substring(status_message, 1, 300) AS message,
       multiIf(response_model != '', response_model, request_model != '', request_model, tool_name != '', tool_name, agent_name != '', agent_name, data_source_id) AS label,
       input_tokens AS input, output_tokens AS output
     FROM spans
     WHERE journal_position >= ${bind.add("UInt64", position)} AND received_at > now() - INTERVAL 1 HOUR
     ORDER BY start_unix_nano, span_id
     LIMIT ${bind.add("UInt32", limit)}`,
    bind,
  );
  return rows.map((row) => ({
    traceId: row.trace,
    spanId: row.span,
    parentSpanId: /^0+$/.test(row.parent) ? null : row.parent,
    service: row.service,
    name: row.name,
    type: row.type,
    startUnixNano: row.started,
    durationNano: Number(row.duration),
    status: statuses[row.status] ?? "unset",
    statusMessage: row.message,
    label: row.label === "" ? null : row.label,
    inputTokens: row.input === null ? null : Number(row.input),
    outputTokens: row.output === null ? null : Number(row.output),
  }));
}
