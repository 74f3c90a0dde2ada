import assert from "node:assert/strict";
import type { AttributeValue, KeyValue, SpanDetail } from "@genscope/server/contract";
import { eventually, type RunningGenscope } from "./genscope.ts";

/** A span as its sender held it, in the words of the API. What the server adds by itself is not part of it. */
export type SentSpan = Omit<SpanDetail, "type" | "logs" | "receivedUnixNano">;
export type SentLog = SpanDetail["logs"][number] & { readonly traceId: string; readonly spanId: string };

/** Keys in order: an attribute list is a map, its order means nothing. The order within a value does. */
function sorted(list: readonly KeyValue[]): KeyValue[] {
  return list.toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
}

function comparable(span: SentSpan): SentSpan {
  return {
    ...span,
    attributes: sorted(span.attributes),
    events: span.events.map((event) => ({ ...event, attributes: sorted(event.attributes) })),
    links: span.links.map((link) => ({ ...link, attributes: sorted(link.attributes) })),
    resource: { ...span.resource, attributes: sorted(span.resource.attributes) },
    scope: { ...span.scope, attributes: sorted(span.scope.attributes) },
  };
}

/** Checks that each span is stored exactly as it was sent, and that its trace holds as many spans as were sent and no more. */
export async function assertStored(genscope: RunningGenscope, sent: readonly SentSpan[]): Promise<void> {
  assert.ok(sent.length > 0, "nothing was sent");
  for (const span of sent) {
    const what = `span ${span.name} (${span.traceId}/${span.spanId})`;
    const {
      type: _type,
      logs: _logs,
      receivedUnixNano,
      ...stored
    } = await eventually(() => genscope.span(span.traceId, span.spanId), what);
    assert.deepEqual(comparable(stored), comparable(span), what);
    assert.ok(BigInt(receivedUnixNano) > 0n);
  }
  for (const [traceId, spans] of Map.groupBy(sent, ({ traceId: id }) => id)) {
    // a trace's summary is stored with its spans, and may be seen a moment after them
    const counted = await eventually(async () => {
      const count = await genscope.spanCount(traceId);
      return count >= spans.length ? count : undefined;
    }, `the summary of trace ${traceId}`);
    assert.equal(counted, spans.length, `spans of trace ${traceId}`);
  }
}

/** Checks that each log record is shown with its span, exactly as it was sent. */
export async function assertLogsStored(genscope: RunningGenscope, sent: readonly SentLog[]): Promise<void> {
  assert.ok(sent.length > 0, "no log record was sent");
  for (const { traceId, spanId, ...log } of sent) {
    const stored = await eventually(async () => {
      const span = await genscope.span(traceId, spanId);
      return span?.logs.find(
        ({ eventName, timeUnixNano }) => eventName === log.eventName && timeUnixNano === log.timeUnixNano,
      );
    }, `log record ${log.eventName} of ${log.timeUnixNano}`);
    assert.deepEqual(
      { ...stored, attributes: sorted(stored.attributes) },
      { ...log, attributes: sorted(log.attributes) },
    );
  }
}

export const text = (value: string): AttributeValue => ({ stringValue: value });
export const int = (value: number | bigint): AttributeValue => ({ intValue: String(value) });
export const bool = (value: boolean): AttributeValue => ({ boolValue: value });
export const list = (...values: AttributeValue[]): AttributeValue => ({ arrayValue: { values } });

export function keyValues(entries: Record<string, AttributeValue>): KeyValue[] {
  return Object.entries(entries).map(([key, value]) => ({ key, value }));
}
