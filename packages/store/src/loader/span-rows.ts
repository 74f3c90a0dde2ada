import { readAttributes } from "@genscope/otlp";
import type { TraceView } from "@genscope/otlp";
import type { RowWriter } from "./row-writer.ts";
import type { SourceCache } from "./source-cache.ts";
import { fieldIndex, SpanReader } from "./span-reader.ts";
import {
  writeAttributeMaps,
  writeNullableDouble,
  writeNullableInt,
  writeString,
  writeStrings,
} from "./write-values.ts";

/** The columns of `spans`, in the order {@link writeSpanRow} writes them. */
export const spanColumns: string = [
  "trace_id, span_id, parent_span_id, trace_state, flags, name, kind, start_unix_nano, end_unix_nano, status_code, status_message",
  "service_name, resource_id, scope_id, span_type",
  "operation, provider, request_model, response_model, response_id",
  "input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, finish_reasons, time_to_first_chunk_seconds",
  "conversation_id, user_id, agent_name, tool_name, tool_call_id, data_source_id, error_type",
  "string_attributes, int_attributes, double_attributes, bool_attributes, other_attributes, dropped_attributes_count",
  "event_times, event_names, event_attributes, event_dropped_attributes_counts, dropped_events_count",
  "link_trace_ids, link_span_ids, link_trace_states, link_flags, link_attributes, link_dropped_attributes_counts, dropped_links_count",
  "received_at, journal_position",
].join(", ");

const stringFieldsBefore = (["operation", "provider", "requestModel", "responseModel", "responseId"] as const).map(
  fieldIndex,
);
const intFields = (
  ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens"] as const
).map(fieldIndex);
const finishReasons = fieldIndex("finishReasons");
const timeToFirstChunk = fieldIndex("timeToFirstChunkSeconds");
const stringFieldsAfter = (
  ["conversationId", "userId", "agentName", "toolName", "toolCallId", "dataSourceId", "errorType"] as const
).map(fieldIndex);

const unknownService = "unknown_service";
const reader = new SpanReader();

/** Appends the row of one span, copying from the wire. The view must be of `bytes`, the sources read for it. */
export function writeSpanRow(
  out: RowWriter,
  view: TraceView,
  bytes: Buffer,
  sources: SourceCache,
  span: number,
  receivedAtMs: number,
  journalPosition: number,
): void {
  const { spans, attributes } = view;
  const first = spans.firstAttribute[span]!;
  reader.read(bytes, attributes, first);

  out.raw(bytes, spans.traceIdOffset[span]!, 16);
  out.raw(bytes, spans.spanIdOffset[span]!, 8);
  out.fixed64(bytes, spans.parentSpanIdOffset[span]!);
  out.slice(bytes, spans.traceStateOffset[span]!, spans.traceStateLength[span]!);
  out.u32(spans.flags[span]!);
  out.slice(bytes, spans.nameOffset[span]!, spans.nameLength[span]!);
  out.u8(spans.kind[span]!);
  out.fixed64(bytes, spans.startTimeOffset[span]!);
  out.fixed64(bytes, spans.endTimeOffset[span]!);
  out.u8(spans.statusCode[span]!);
  out.slice(bytes, spans.statusMessageOffset[span]!, spans.statusMessageLength[span]!);

  const resource = spans.resource[span]!;
  if (sources.serviceOffset[resource] === -1) out.text(unknownService);
  else out.slice(bytes, sources.serviceOffset[resource]!, sources.serviceLength[resource]!);
  out.raw(sources.resourceIds, resource * 8, 8);
  out.raw(sources.scopeIds, spans.scope[span]! * 8, 8);
  out.length7(reader.type.length);
  out.raw(reader.type, 0, reader.type.length);

  const { fieldRow } = reader;
  for (let i = 0; i < stringFieldsBefore.length; i++) writeString(out, view, bytes, fieldRow[stringFieldsBefore[i]!]!);
  for (let i = 0; i < intFields.length; i++) writeNullableInt(out, view, bytes, fieldRow[intFields[i]!]!);
  writeStrings(out, view, fieldRow[finishReasons]!);
  writeNullableDouble(out, view, bytes, fieldRow[timeToFirstChunk]!);
  for (let i = 0; i < stringFieldsAfter.length; i++) writeString(out, view, bytes, fieldRow[stringFieldsAfter[i]!]!);

  writeAttributeMaps(out, view, bytes, first, reader);
  out.u32(spans.droppedAttributesCount[span]!);
  writeEvents(out, view, bytes, span);
  writeLinks(out, view, bytes, span);
  out.safeInteger(receivedAtMs);
  out.safeInteger(journalPosition);
}

function writeEvents(out: RowWriter, view: TraceView, bytes: Buffer, span: number): void {
  const { spans, events } = view;
  const first = spans.firstEvent[span]!;
  const count = spans.eventCount[span]!;
  if (count === 0) out.zeros(4);
  else {
    out.length7(count);
    for (let row = first; row !== -1; row = events.next[row]!) out.fixed64(bytes, events.timeOffset[row]!);
    out.length7(count);
    for (let row = first; row !== -1; row = events.next[row]!)
      out.slice(bytes, events.nameOffset[row]!, events.nameLength[row]!);
    out.length7(count);
    for (let row = first; row !== -1; row = events.next[row]!)
      out.text(JSON.stringify(readAttributes(view, events.firstAttribute[row]!)));
    out.length7(count);
    for (let row = first; row !== -1; row = events.next[row]!) out.u32(events.droppedAttributesCount[row]!);
  }
  out.u32(spans.droppedEventsCount[span]!);
}

/** A link's ids may be invalid; they are then all zero. */
function writeLinks(out: RowWriter, view: TraceView, bytes: Buffer, span: number): void {
  const { spans, links } = view;
  const first = spans.firstLink[span]!;
  const count = spans.linkCount[span]!;
  if (count === 0) out.zeros(6);
  else {
    out.length7(count);
    for (let row = first; row !== -1; row = links.next[row]!) {
      const offset = links.traceIdOffset[row]!;
      if (offset === -1) out.zeros(16);
      else out.raw(bytes, offset, 16);
    }
    out.length7(count);
    for (let row = first; row !== -1; row = links.next[row]!) out.fixed64(bytes, links.spanIdOffset[row]!);
    out.length7(count);
    for (let row = first; row !== -1; row = links.next[row]!)
      out.slice(bytes, links.traceStateOffset[row]!, links.traceStateLength[row]!);
    out.length7(count);
    for (let row = first; row !== -1; row = links.next[row]!) out.u32(links.flags[row]!);
    out.length7(count);
    for (let row = first; row !== -1; row = links.next[row]!)
      out.text(JSON.stringify(readAttributes(view, links.firstAttribute[row]!)));
    out.length7(count);
    for (let row = first; row !== -1; row = links.next[row]!) out.u32(links.droppedAttributesCount[row]!);
  }
  out.u32(spans.droppedLinksCount[span]!);
}
