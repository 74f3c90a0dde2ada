import type { ClickHouseClient } from "@clickhouse/client";
import { spanDetails } from "./span-details.ts";
import type { SpanDetail } from "./span-details.ts";

const kindNumbers = { unspecified: 0, internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
const statusNumbers = { unset: 0, ok: 1, error: 2 } as const;

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
  const byResource = Map.groupBy(spans, ({ resource }) => JSON.stringify(resource));
  const resourceSpans = [...byResource.values()].map((ofResource) => {
    const { attributes, droppedAttributesCount, schemaUrl } = ofResource[0]!.resource;
    const byScope = Map.groupBy(ofResource, ({ scope }) => JSON.stringify(scope));
    return {
      resource: { attributes, droppedAttributesCount },
      scopeSpans: [...byScope.values()].map((ofScope) => {
        const { schemaUrl: scopeSchemaUrl, ...scope } = ofScope[0]!.scope;
        return {
          scope,
          spans: ofScope.map(toOtlpSpan),
          ...(scopeSchemaUrl === "" ? {} : { schemaUrl: scopeSchemaUrl }),
        };
      }),
      ...(schemaUrl === "" ? {} : { schemaUrl }),
    };
  });
  return `${JSON.stringify({ resourceSpans })}\n`;
}
