import { defaultReceiveLimits } from "../limits.ts";
import type { ReceiveLimits } from "../limits.ts";
import { createEventTable, createLinkTable, createSpanTable } from "./create-tables.ts";
import { idOffset } from "./id-offset.ts";
import { Indexer } from "./indexer.ts";
import { withHint } from "./looks-like.ts";
import type { EventTable, LinkTable, SpanTable } from "./tables.ts";
import type { TraceView } from "./views.ts";

/**
 * Indexes an `ExportTraceServiceRequest` in one pass over its bytes.
 *
 * The view refers to `bytes`: they must not change while it is used. Given a view to `reuse`, its tables are taken over and it must not be used
 * any more. Strings are not checked for valid UTF-8 here; readers replace what is invalid by U+FFFD.
 * @throws OtlpError `invalid-argument` for bytes that are no such request, or one with more items or rows than allowed.
 */
export function indexTraces(
  bytes: Uint8Array,
  limits: ReceiveLimits = defaultReceiveLimits,
  reuse?: TraceView,
): TraceView {
  return indexed(new TraceIndexer(bytes, limits, reuse, true));
}

/** As {@link indexTraces}, without the attributes, events and links of spans: for who only wants to know where which spans are. For requests that were indexed before. */
export function indexSpanBounds(bytes: Uint8Array, limits: ReceiveLimits, reuse?: TraceView): TraceView {
  return indexed(new TraceIndexer(bytes, limits, reuse, false));
}

function indexed(indexer: TraceIndexer): TraceView {
  const { bytes } = indexer;
  try {
    indexer.request();
  } catch (error) {
    throw withHint(error, bytes, "traces");
  }
  const { resources, scopes, attributes, spans, events, links } = indexer;
  return { bytes: indexer.finish(), size: bytes.length, resources, scopes, attributes, spans, events, links };
}

class TraceIndexer extends Indexer {
  readonly names = { request: "ExportTraceServiceRequest", resource: "ResourceSpans", scope: "ScopeSpans" };
  readonly spans: SpanTable;
  readonly events: EventTable;
  readonly links: LinkTable;
  readonly #isDeep: boolean;

  constructor(bytes: Uint8Array, limits: ReceiveLimits, reuse: TraceView | undefined, isDeep: boolean) {
    super(bytes, limits, reuse);
    this.#isDeep = isDeep;
    this.spans = reuse?.spans ?? createSpanTable(Math.max(16, bytes.length >>> 8));
    this.events = reuse?.events ?? createEventTable(16);
    this.links = reuse?.links ?? createLinkTable(16);
    this.spans.count = 0;
    this.events.count = 0;
    this.links.count = 0;
  }

  override item(from: number, end: number, resource: number, scope: number): void {
    const { bytes, spans } = this;
    if (++this.items > this.limits.items) this.tooMany("items", this.limits.items, "spans");
    const row = this.row(spans, spans.start);
    const isDeep = this.#isDeep;
    let traceIdOffset = -1;
    let spanIdOffset = -1;
    let parentSpanIdOffset = -1;
    let traceStateOffset = -1;
    let traceStateLength = 0;
    let flags = 0;
    let nameOffset = -1;
    let nameLength = 0;
    let kind = 0;
    let startTimeOffset = -1;
    let endTimeOffset = -1;
    let firstAttribute = -1;
    let lastAttribute = -1;
    let droppedAttributesCount = 0;
    let firstEvent = -1;
    let lastEvent = -1;
    let eventCount = 0;
    let droppedEventsCount = 0;
    let firstLink = -1;
    let lastLink = -1;
    let linkCount = 0;
    let droppedLinksCount = 0;
    spans.statusCode[row] = 0;
    spans.statusMessageOffset[row] = -1;
    spans.statusMessageLength[row] = 0;
    // Events and links count their own attributes.
    let attributeCount = 0;

    let p = from;
    while (p < end) {
      const at = p;
      let tag = bytes[p++]!;
      if (tag >= 0x80) {
        p = this.tag(at);
        tag = this.low;
      }
      if ((tag & 7) === 2) {
        let length = bytes[p++]!;
        if (length >= 0x80) {
          p = this.length(p - 1, end, "Span");
          length = this.low;
        }
        const start = p;
        p += length;
        if (!(p <= end)) this.tooLong(`Span field ${tag >>> 3}`, start, length, end);
        switch (tag) {
          case 0x0a:
            traceIdOffset = idOffset(bytes, start, length, 16);
            break;
          case 0x12:
            spanIdOffset = idOffset(bytes, start, length, 8);
            break;
          case 0x1a:
            traceStateOffset = start;
            traceStateLength = length;
            break;
          case 0x22:
            parentSpanIdOffset = idOffset(bytes, start, length, 8);
            break;
          case 0x2a:
            nameOffset = start;
            nameLength = length;
            break;
          case 0x4a: {
            if (!isDeep) break;
            this.attributeCount = attributeCount;
            const added = this.attribute(start, p, lastAttribute);
            attributeCount++;
            if (added === -1) break;
            if (firstAttribute === -1) firstAttribute = added;
            lastAttribute = added;
            break;
          }
          case 0x5a:
            if (!isDeep) break;
            lastEvent = this.#event(start, p, lastEvent);
            if (eventCount++ === 0) firstEvent = lastEvent;
            break;
          case 0x6a:
            if (!isDeep) break;
            lastLink = this.#link(start, p, lastLink);
            if (linkCount++ === 0) firstLink = lastLink;
            break;
          case 0x7a:
            this.#status(start, p, row);
            break;
          default:
            if (tag >>> 3 === 0) this.noField(at);
        }
      } else if (tag === 0x39) {
        startTimeOffset = p;
        p += 8;
      } else if (tag === 0x41) {
        endTimeOffset = p;
        p += 8;
      } else if (tag === 0x30) {
        p = this.varint(p, end);
        kind = this.low;
      } else if (tag === 0x85) {
        flags = this.fixed32(p);
        p += 4;
      } else if (tag === 0x50) {
        p = this.varint(p, end);
        droppedAttributesCount = this.low;
      } else if (tag === 0x60) {
        p = this.varint(p, end);
        droppedEventsCount = this.low;
      } else if (tag === 0x70) {
        p = this.varint(p, end);
        droppedLinksCount = this.low;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("Span", end);

    spans.resource[row] = resource;
    spans.scope[row] = scope;
    spans.start[row] = from;
    spans.end[row] = end;
    spans.traceIdOffset[row] = traceIdOffset;
    spans.spanIdOffset[row] = spanIdOffset;
    spans.parentSpanIdOffset[row] = parentSpanIdOffset;
    spans.traceStateOffset[row] = traceStateOffset;
    spans.traceStateLength[row] = traceStateLength;
    spans.flags[row] = flags;
    spans.nameOffset[row] = nameOffset;
    spans.nameLength[row] = nameLength;
    spans.kind[row] = kind;
    spans.startTimeOffset[row] = startTimeOffset;
    spans.endTimeOffset[row] = endTimeOffset;
    spans.firstAttribute[row] = firstAttribute;
    spans.droppedAttributesCount[row] = droppedAttributesCount;
    spans.firstEvent[row] = firstEvent;
    spans.eventCount[row] = eventCount;
    spans.droppedEventsCount[row] = droppedEventsCount;
    spans.firstLink[row] = firstLink;
    spans.linkCount[row] = linkCount;
    spans.droppedLinksCount[row] = droppedLinksCount;
    spans.problem[row] = this.problem;
  }

  #event(from: number, end: number, previous: number): number {
    const { events } = this;
    const row = this.row(events, events.next);
    let timeOffset = -1;
    let nameOffset = -1;
    let nameLength = 0;
    let firstAttribute = -1;
    let lastAttribute = -1;
    let droppedAttributesCount = 0;
    this.attributeCount = 0;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x1a) {
        const start = this.length(p, end, "Event.attributes");
        p = start + this.low;
        const added = this.attribute(start, p, lastAttribute);
        if (added === -1) continue;
        if (firstAttribute === -1) firstAttribute = added;
        lastAttribute = added;
      } else if (tag === 0x09) {
        timeOffset = p;
        p += 8;
      } else if (tag === 0x12) {
        nameOffset = this.length(p, end, "Event.name");
        nameLength = this.low;
        p = nameOffset + nameLength;
      } else if (tag === 0x20) {
        p = this.varint(p, end);
        droppedAttributesCount = this.low;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("Event", end);
    events.start[row] = from;
    events.end[row] = end;
    events.timeOffset[row] = timeOffset;
    events.nameOffset[row] = nameOffset;
    events.nameLength[row] = nameLength;
    events.firstAttribute[row] = firstAttribute;
    events.droppedAttributesCount[row] = droppedAttributesCount;
    events.next[row] = -1;
    if (previous !== -1) events.next[previous] = row;
    return row;
  }

  #link(from: number, end: number, previous: number): number {
    const { bytes, links } = this;
    const row = this.row(links, links.next);
    let traceIdOffset = -1;
    let spanIdOffset = -1;
    let traceStateOffset = -1;
    let traceStateLength = 0;
    let flags = 0;
    let firstAttribute = -1;
    let lastAttribute = -1;
    let droppedAttributesCount = 0;
    this.attributeCount = 0;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x0a) {
        const start = this.length(p, end, "Link.trace_id");
        traceIdOffset = idOffset(bytes, start, this.low, 16);
        p = start + this.low;
      } else if (tag === 0x12) {
        const start = this.length(p, end, "Link.span_id");
        spanIdOffset = idOffset(bytes, start, this.low, 8);
        p = start + this.low;
      } else if (tag === 0x1a) {
        traceStateOffset = this.length(p, end, "Link.trace_state");
        traceStateLength = this.low;
        p = traceStateOffset + traceStateLength;
      } else if (tag === 0x22) {
        const start = this.length(p, end, "Link.attributes");
        p = start + this.low;
        const added = this.attribute(start, p, lastAttribute);
        if (added === -1) continue;
        if (firstAttribute === -1) firstAttribute = added;
        lastAttribute = added;
      } else if (tag === 0x28) {
        p = this.varint(p, end);
        droppedAttributesCount = this.low;
      } else if (tag === 0x35) {
        flags = this.fixed32(p);
        p += 4;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("Link", end);
    links.start[row] = from;
    links.end[row] = end;
    links.traceIdOffset[row] = traceIdOffset;
    links.spanIdOffset[row] = spanIdOffset;
    links.traceStateOffset[row] = traceStateOffset;
    links.traceStateLength[row] = traceStateLength;
    links.flags[row] = flags;
    links.firstAttribute[row] = firstAttribute;
    links.droppedAttributesCount[row] = droppedAttributesCount;
    links.next[row] = -1;
    if (previous !== -1) links.next[previous] = row;
    return row;
  }

  #status(from: number, end: number, span: number): void {
    const { spans } = this;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x12) {
        const start = this.length(p, end, "Status.message");
        spans.statusMessageOffset[span] = start;
        spans.statusMessageLength[span] = this.low;
        p = start + this.low;
      } else if (tag === 0x18) {
        p = this.varint(p, end);
        spans.statusCode[span] = this.low;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("Status", end);
  }
}
