import type { ClickHouseClient } from "@clickhouse/client";
import { attributeColumns, toKeyValues } from "./attribute-values.ts";
import type { AnyValue, AttributeColumns } from "./attribute-values.ts";
import { Bindings } from "./bindings.ts";
import { rowsOf } from "./run.ts";
import { sources, spanDetails, toResource, toScope } from "./span-details.ts";
import type { SpanDetail } from "./span-details.ts";

const kindNumbers = { unspecified: 0, internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
const statusNumbers = { unset: 0, ok: 1, error: 2 } as const;

/** What comes from somewhere: a span or a log record with its resource and scope. */
type Sourced = Pick<SpanDetail, "resource" | "scope">;

/** Items grouped by resource and scope, as every OTLP message has them. */
function grouped<Item extends Sourced>(
  items: readonly Item[],
  names: { readonly scopes: string; readonly items: string },
  toOtlp: (item: Item) => object,
): object[] {
  const byResource = Map.groupBy(items, ({ resource }) => JSON.stringify(resource));
  return [...byResource.values()].map((ofResource) => {
    const { attributes, droppedAttributesCount, schemaUrl } = ofResource[0]!.resource;
    const byScope = Map.groupBy(ofResource, ({ scope }) => JSON.stringify(scope));
    return {
      resource: { attributes, droppedAttributesCount },
      [names.scopes]: [...byScope.values()].map((ofScope) => {
        const { schemaUrl: scopeSchemaUrl, ...scope } = ofScope[0]!.scope;
        return {
          scope,
          [names.items]: ofScope.map(toOtlp),
          ...(scopeSchemaUrl === "" ? {} : { schemaUrl: scopeSchemaUrl }),
        };
      }),
      ...(schemaUrl === "" ? {} : { schemaUrl }),
    };
  });
}

function toOtlpSpan(span: SpanDetail): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.traceState === "" ? {} : { traceState: span.traceState }),
    ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
    flags: span.flags,
    name: span.name,
    kind: kindNumbers[span.kind],
    startTimeUnixNano: span.startUnixNano,
    endTimeUnixNano: span.endUnixNano,
    attributes: span.attributes,
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events,
    droppedEventsCount: span.droppedEventsCount,
    links: span.links,
    droppedLinksCount: span.droppedLinksCount,
    status: {
      code: statusNumbers[span.status.code],
      ...(span.status.message === "" ? {} : { message: span.status.message }),
    },
  };
}

/** A trace as OTLP/JSON `TracesData` on one line, spans grouped by resource and scope; undefined if it is not stored. */
export async function traceOtlpJson(client: ClickHouseClient, traceId: string): Promise<string | undefined> {
  const spans = await spanDetails(client, traceId);
  if (spans.length === 0) return undefined;
  const resourceSpans = grouped(spans, { scopes: "scopeSpans", items: "spans" }, toOtlpSpan);
  return `${JSON.stringify({ resourceSpans })}\n`;
}

interface LogRow extends AttributeColumns {
  readonly time: string;
  readonly observed: string;
  readonly span: string;
  readonly flags: number;
  readonly severity_number: number;
  readonly severity_text: string;
  readonly event_name: string;
  readonly body: string;
  readonly dropped_attributes_count: number;
  readonly resource: string;
  readonly scope: string;
}

/** The log records that carry a trace's id, captured prompts and answers among them, as OTLP/JSON `LogsData` on one line; "" if there are none. */
export async function traceLogsOtlpJson(client: ClickHouseClient, traceId: string): Promise<string> {
  const bind = new Bindings();
  const rows = await rowsOf<LogRow>(
    client,
    `SELECT toString(l.time_unix_nano) AS time, toString(l.observed_time_unix_nano) AS observed, lower(hex(l.span_id)) AS span, flags,
       severity_number, severity_text, event_name, body, ${attributeColumns("l")}, dropped_attributes_count,
       toString(resource_id) AS resource, toString(scope_id) AS scope
     FROM logs AS l
     WHERE trace_id = toFixedString(unhex(${bind.add("String", traceId)}), 16)
     ORDER BY time_unix_nano, observed_time_unix_nano`,
    bind,
  );
  if (rows.length === 0) return "";
  const [resources, scopes] = await Promise.all([
    sources(client, "resources", [...new Set(rows.map(({ resource }) => resource))]),
    sources(client, "scopes", [...new Set(rows.map(({ scope }) => scope))]),
  ]);
  const records = rows.map((row) => ({
    row,
    resource: toResource(resources.get(row.resource)),
    scope: toScope(scopes.get(row.scope)),
  }));
  const resourceLogs = grouped(records, { scopes: "scopeLogs", items: "logRecords" }, ({ row }) =>
    toOtlpLog(traceId, row),
  );
  return `${JSON.stringify({ resourceLogs })}\n`;
}

function toOtlpLog(traceId: string, row: LogRow): object {
  return {
    timeUnixNano: row.time,
    observedTimeUnixNano: row.observed,
    severityNumber: row.severity_number,
    ...(row.severity_text === "" ? {} : { severityText: row.severity_text }),
    ...(row.event_name === "" ? {} : { eventName: row.event_name }),
    body: JSON.parse(row.body) as AnyValue,
    attributes: toKeyValues(row),
    droppedAttributesCount: row.dropped_attributes_count,
    flags: row.flags,
    traceId,
    ...(/^0+$/.test(row.span) ? {} : { spanId: row.span }),
  };
}
