import { readAttributes, readFixed64, readHex, readString, type TraceView } from "@genscope/otlp";
import type { Cursor } from "../cursor.ts";
import { Native } from "../values/value.ts";
import {
  attributesField,
  countField,
  enumField,
  enumNameField,
  expectInt,
  expectText,
  flagsField,
  idFields,
  nanoFields,
  nativeField,
  type Path,
  type PathTable,
  textField,
} from "./field.ts";
import { traceStatePath } from "./trace-state-path.ts";

const of = { kind: "span", row: (cursor: Cursor) => cursor.span } as const;

const kindNames = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const traceId = idFields(of, "traceId", 16, ({ traces }, row) => readHex(traces, traces.spans.traceIdOffset[row]!, 16));
const spanId = idFields(of, "spanId", 8, ({ traces }, row) => readHex(traces, traces.spans.spanIdOffset[row]!, 8));
const parentSpanId = idFields(of, "parentSpanId", 8, ({ traces }, row) =>
  readHex(traces, traces.spans.parentSpanIdOffset[row]!, 8),
);
const start = nanoFields(of, "startTimeUnixNano", ({ traces }, row) =>
  readFixed64(traces, traces.spans.startTimeOffset[row]!),
);
const end = nanoFields(of, "endTimeUnixNano", ({ traces }, row) =>
  readFixed64(traces, traces.spans.endTimeOffset[row]!),
);
const kindOf = ({ traces }: Cursor, row: number): number => traces.spans.kind[row]!;

interface Status {
  readonly code: number;
  readonly message: string;
}

function statusOf(cursor: Cursor): Status {
  const changed = cursor.pending("span", cursor.span, "status") as Partial<Status> | undefined;
  if (changed !== undefined) return { code: 0, message: "", ...changed };
  const { traces, span } = cursor;
  const { statusCode, statusMessageOffset, statusMessageLength } = traces.spans;
  return {
    code: statusCode[span]!,
    message: readString(traces, statusMessageOffset[span]!, statusMessageLength[span]!),
  };
}

const setStatus = (cursor: Cursor, change: Partial<Status>): void => {
  cursor.edits.setField("span", cursor.span, "status", { ...statusOf(cursor), ...change });
};

const statusCode: Path = () => ({
  get: (cursor) => BigInt(statusOf(cursor).code),
  set: (cursor, value) => setStatus(cursor, { code: Number(BigInt.asIntN(32, expectInt(value))) }),
});

const statusMessage: Path = () => ({
  get: (cursor) => statusOf(cursor).message,
  set: (cursor, value) => setStatus(cursor, { message: expectText(value) }),
});

export const spanPaths: PathTable = {
  trace_id: traceId.id,
  "trace_id.string": traceId.text,
  span_id: spanId.id,
  "span_id.string": spanId.text,
  parent_span_id: parentSpanId.id,
  "parent_span_id.string": parentSpanId.text,
  trace_state: traceStatePath("span", of.row, ({ traces }, row) =>
    readString(traces, traces.spans.traceStateOffset[row]!, traces.spans.traceStateLength[row]!),
  ),
  name: textField(of, "name", ({ traces }, row) =>
    readString(traces, traces.spans.nameOffset[row]!, traces.spans.nameLength[row]!),
  ),
  kind: enumField(of, "kind", kindOf),
  "kind.string": enumNameField(of, "kind", kindOf, kindNames, "span kind string"),
  "kind.deprecated_string": enumNameField(
    of,
    "kind",
    kindOf,
    kindNames.map((name) => `SPAN_KIND_${name.toUpperCase()}`),
    "span kind deprecated string",
  ),
  start_time_unix_nano: start.nano,
  start_time: start.time,
  end_time_unix_nano: end.nano,
  end_time: end.time,
  attributes: attributesField("span", of.row, ({ traces }, row) => traces.spans.firstAttribute[row]!),
  dropped_attributes_count: countField(
    of,
    "droppedAttributesCount",
    ({ traces }, row) => traces.spans.droppedAttributesCount[row]!,
  ),
  events: nativeField(of, "events", "ptrace.SpanEventSlice", ({ traces, edits }, row) =>
    readEvents(traces, row, (event) => edits.isDropped("event", event)),
  ),
  dropped_events_count: countField(
    of,
    "droppedEventsCount",
    ({ traces }, row) => traces.spans.droppedEventsCount[row]!,
  ),
  links: nativeField(of, "links", "ptrace.SpanLinkSlice", ({ traces, edits }, row) =>
    readLinks(traces, row, (link) => edits.isDropped("link", link)),
  ),
  dropped_links_count: countField(of, "droppedLinksCount", ({ traces }, row) => traces.spans.droppedLinksCount[row]!),
  status: () => ({
    get: (cursor) => new Native("ptrace.Status", statusOf(cursor)),
    set: nativeField(of, "status", "ptrace.Status", () => ({}))([]).set!,
  }),
  "status.code": statusCode,
  "status.message": statusMessage,
  flags: flagsField(of, "flags", ({ traces }, row) => traces.spans.flags[row]!),
};

function readEvents(view: TraceView, span: number, isDropped: (event: number) => boolean): object[] {
  const { spans, events } = view;
  const list: object[] = [];
  for (let event = spans.firstEvent[span]!; event !== -1; event = events.next[event]!) {
    if (isDropped(event)) continue;
    list.push({
      timeUnixNano: readFixed64(view, events.timeOffset[event]!),
      name: readString(view, events.nameOffset[event]!, events.nameLength[event]!),
      attributes: readAttributes(view, events.firstAttribute[event]!),
      droppedAttributesCount: events.droppedAttributesCount[event],
    });
  }
  return list;
}

function readLinks(view: TraceView, span: number, isDropped: (link: number) => boolean): object[] {
  const { spans, links } = view;
  const list: object[] = [];
  for (let link = spans.firstLink[span]!; link !== -1; link = links.next[link]!) {
    if (isDropped(link)) continue;
    list.push({
      traceId: readHex(view, links.traceIdOffset[link]!, 16),
      spanId: readHex(view, links.spanIdOffset[link]!, 8),
      traceState: readString(view, links.traceStateOffset[link]!, links.traceStateLength[link]!),
      attributes: readAttributes(view, links.firstAttribute[link]!),
      droppedAttributesCount: links.droppedAttributesCount[link],
      flags: links.flags[link],
    });
  }
  return list;
}
