import type { ClickHouseClient } from "@clickhouse/client";
import type { SpanType } from "@genscope/semconv";
import { attributeColumns, parseKeyValues, toKeyValues } from "./attribute-values.ts";
import type { AnyValue, AttributeColumns, KeyValue } from "./attribute-values.ts";
import { Bindings } from "./bindings.ts";
import { rowsOf } from "./run.ts";
import { spanInHours, withHours } from "./trace-hours.ts";

export interface SpanEvent {
  timeUnixNano: string;
  name: string;
  attributes: KeyValue[];
  droppedAttributesCount: number;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  traceState: string;
  flags: number;
  attributes: KeyValue[];
  droppedAttributesCount: number;
}

export interface SpanLog {
  timeUnixNano: string;
  severityNumber: number;
  severityText: string;
  eventName: string;
  body: AnyValue;
  attributes: KeyValue[];
}

/** Everything known of a span. Field for field the API's `spanDetail`. */
export interface SpanDetail {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  traceState: string;
  flags: number;
  name: string;
  kind: SpanKindName;
  type: SpanType;
  startUnixNano: string;
  endUnixNano: string;
  status: { code: "unset" | "ok" | "error"; message: string };
  attributes: KeyValue[];
  droppedAttributesCount: number;
  events: SpanEvent[];
  droppedEventsCount: number;
  links: SpanLink[];
  droppedLinksCount: number;
  resource: { attributes: KeyValue[]; droppedAttributesCount: number; schemaUrl: string };
  scope: { name: string; version: string; attributes: KeyValue[]; droppedAttributesCount: number; schemaUrl: string };
  logs: SpanLog[];
  receivedUnixNano: string;
}

export type SpanKindName = "unspecified" | "internal" | "server" | "client" | "producer" | "consumer";

const kinds: readonly SpanKindName[] = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const statuses = ["unset", "ok", "error"] as const;
const maxLogs = 200;
const noSource = { attributes: [], droppedAttributesCount: 0, schemaUrl: "" };

interface SpanRow extends AttributeColumns {
  span: string;
  parent: string;
  trace_state: string;
  flags: number;
  name: string;
  kind: number;
  span_type: SpanType;
  started: string;
  ended: string;
  status_code: number;
  status_message: string;
  dropped_attributes_count: number;
  event_times: string[];
  event_names: string[];
  event_attributes: string[];
  event_dropped_attributes_counts: number[];
  dropped_events_count: number;
  linked_traces: string[];
  linked_spans: string[];
  link_trace_states: string[];
  link_flags: number[];
  link_attributes: string[];
  link_dropped_attributes_counts: number[];
  dropped_links_count: number;
  resource: string;
  scope: string;
  received: string;
}

interface SourceRow extends AttributeColumns {
  id: string;
  name: string;
  version: string;
  dropped_attributes_count: number;
  schema_url: string;
}

export type Source = Omit<SourceRow, keyof AttributeColumns> & { attributes: KeyValue[] };

/** Resources or scopes by id. */
export async function sources(
  client: ClickHouseClient,
  table: "resources" | "scopes",
  ids: readonly string[],
): Promise<Map<string, Source>> {
  const bind = new Bindings();
  const id = table === "resources" ? "resource_id" : "scope_id";
  const own = table === "resources" ? "'' AS name, '' AS version" : "s.name AS name, s.version AS version";
  const rows = await rowsOf<SourceRow>(
    client,
    `SELECT toString(s.${id}) AS id, ${own}, ${attributeColumns("s")}, s.dropped_attributes_count AS dropped_attributes_count, s.schema_url AS schema_url
     FROM ${table} AS s WHERE s.${id} IN ${bind.add("Array(UInt64)", ids.map(BigInt))} LIMIT 1 BY id`,
    bind,
  );
  return new Map(rows.map((row) => [row.id, { ...row, attributes: toKeyValues(row) }]));
}

/** Spans of a trace in full, oldest first; all of them, or the one asked for. */
export async function spanDetails(
  client: ClickHouseClient,
  traceId: string,
  spanId?: string,
  limit = 1_000_000,
): Promise<SpanDetail[]> {
  const bind = new Bindings();
  const id = `toFixedString(unhex(${bind.add("String", traceId)}), 16)`;
  const one = spanId === undefined ? "" : `AND span_id = toFixedString(unhex(${bind.add("String", spanId)}), 8)`;
  const rows = await rowsOf<SpanRow>(
    client,
    `${withHours(id)}
     SELECT
       lower(hex(s.span_id)) AS span, lower(hex(s.parent_span_id)) AS parent, trace_state, flags, name, kind, span_type,
       toString(s.start_unix_nano) AS started, toString(s.end_unix_nano) AS ended, status_code, status_message,
       ${attributeColumns("s")}, dropped_attributes_count,
       event_times, event_names, event_attributes, event_dropped_attributes_counts, dropped_events_count,
       arrayMap(i -> lower(hex(i)), link_trace_ids) AS linked_traces, arrayMap(i -> lower(hex(i)), link_span_ids) AS linked_spans,
       link_trace_states, link_flags, link_attributes, link_dropped_attributes_counts, dropped_links_count,
       toString(resource_id) AS resource, toString(scope_id) AS scope,
       toString(toUnixTimestamp64Milli(s.received_at) * 1000000) AS received
     FROM spans AS s
     WHERE ${spanInHours} AND trace_id = ${id} ${one}
     ORDER BY start_unix_nano, received_at, span_id
     LIMIT 1 BY span_id
     LIMIT ${bind.add("UInt32", limit)}`,
    bind,
  );
  if (rows.length === 0) return [];
  const [resources, scopes] = await Promise.all([
    sources(client, "resources", [...new Set(rows.map(({ resource }) => resource))]),
    sources(client, "scopes", [...new Set(rows.map(({ scope }) => scope))]),
  ]);
  return rows.map((row) => toDetail(traceId, row, resources.get(row.resource), scopes.get(row.scope)));
}

function toDetail(traceId: string, row: SpanRow, resource: Source | undefined, scope: Source | undefined): SpanDetail {
  return {
    traceId,
    spanId: row.span,
    parentSpanId: /^0+$/.test(row.parent) ? null : row.parent,
    traceState: row.trace_state,
    flags: row.flags,
    name: row.name,
    kind: kinds[row.kind] ?? "unspecified",
    type: row.span_type,
    startUnixNano: row.started,
    endUnixNano: row.ended,
    status: { code: statuses[row.status_code] ?? "unset", message: row.status_message },
    attributes: toKeyValues(row),
    droppedAttributesCount: row.dropped_attributes_count,
    events: row.event_times.map((timeUnixNano, i) => ({
      timeUnixNano,
      name: row.event_names[i] ?? "",
      attributes: parseKeyValues(row.event_attributes[i] ?? "[]"),
      droppedAttributesCount: row.event_dropped_attributes_counts[i] ?? 0,
    })),
    droppedEventsCount: row.dropped_events_count,
    links: row.linked_traces.map((linked, i) => ({
      traceId: linked,
      spanId: row.linked_spans[i] ?? "",
      traceState: row.link_trace_states[i] ?? "",
      flags: row.link_flags[i] ?? 0,
      attributes: parseKeyValues(row.link_attributes[i] ?? "[]"),
      droppedAttributesCount: row.link_dropped_attributes_counts[i] ?? 0,
    })),
    droppedLinksCount: row.dropped_links_count,
    resource: toResource(resource),
    scope: toScope(scope),
    logs: [],
    receivedUnixNano: row.received,
  };
}

export function toResource(source: Source | undefined): SpanDetail["resource"] {
  if (source === undefined) return noSource;
  const { attributes, dropped_attributes_count: droppedAttributesCount, schema_url: schemaUrl } = source;
  return { attributes, droppedAttributesCount, schemaUrl };
}

export function toScope(source: Source | undefined): SpanDetail["scope"] {
  return { ...toResource(source), name: source?.name ?? "", version: source?.version ?? "" };
}

interface LogRow extends AttributeColumns {
  time: string;
  severity_number: number;
  severity_text: string;
  event_name: string;
  body: string;
}

async function spanLogs(client: ClickHouseClient, traceId: string, spanId: string): Promise<SpanLog[]> {
  const bind = new Bindings();
  const rows = await rowsOf<LogRow>(
    client,
    `SELECT toString(if(l.time_unix_nano = 0, l.observed_time_unix_nano, l.time_unix_nano)) AS time, severity_number, severity_text, event_name, body, ${attributeColumns("l")}
     FROM logs AS l
     WHERE trace_id = toFixedString(unhex(${bind.add("String", traceId)}), 16) AND span_id = toFixedString(unhex(${bind.add("String", spanId)}), 8)
     ORDER BY time_unix_nano, observed_time_unix_nano
     LIMIT ${maxLogs}`,
    bind,
  );
  return rows.map((row) => ({
    timeUnixNano: row.time,
    severityNumber: row.severity_number,
    severityText: row.severity_text,
    eventName: row.event_name,
    body: JSON.parse(row.body) as AnyValue,
    attributes: toKeyValues(row),
  }));
}

/** One span with its log records; undefined if it is not stored. */
export async function spanDetail(
  client: ClickHouseClient,
  traceId: string,
  spanId: string,
): Promise<SpanDetail | undefined> {
  const [[span], logs] = await Promise.all([spanDetails(client, traceId, spanId), spanLogs(client, traceId, spanId)]);
  return span === undefined ? undefined : { ...span, logs };
}
