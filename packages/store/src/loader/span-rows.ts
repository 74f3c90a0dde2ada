import { readAttributes, readValue, ValueType } from "@genscope/otlp";
import type { TraceView } from "@genscope/otlp";
import type { SpanFieldName } from "@genscope/semconv";
import { NativeTable } from "./native-table.ts";
import type { NativeColumn } from "./native-table.ts";
import type { RowWriter } from "./row-writer.ts";
import type { SourceCache } from "./source-cache.ts";
import { fieldIndex, SpanReader } from "./span-reader.ts";
import { numberOf, textsOf, writeString } from "./write-values.ts";

const stringFields: readonly [SpanFieldName, string][] = [
  ["operation", "operation"],
  ["provider", "provider"],
  ["requestModel", "request_model"],
  ["responseModel", "response_model"],
  ["responseId", "response_id"],
  ["conversationId", "conversation_id"],
  ["userId", "user_id"],
  ["agentName", "agent_name"],
  ["toolName", "tool_name"],
  ["toolCallId", "tool_call_id"],
  ["dataSourceId", "data_source_id"],
  ["errorType", "error_type"],
];
const intFields: readonly [SpanFieldName, string][] = [
  ["inputTokens", "input_tokens"],
  ["outputTokens", "output_tokens"],
  ["cacheReadTokens", "cache_read_tokens"],
  ["cacheWriteTokens", "cache_write_tokens"],
  ["reasoningTokens", "reasoning_tokens"],
];
const unknownService = "unknown_service";

/** The rows of `spans` in the making. */
export class SpanRows {
  readonly table: NativeTable = new NativeTable([
    "trace_id FixedString(16)",
    "span_id FixedString(8)",
    "parent_span_id FixedString(8)",
    "trace_state String",
    "flags UInt32",
    "name String",
    "kind UInt8",
    "start_unix_nano UInt64",
    "end_unix_nano UInt64",
    "status_code UInt8",
    "status_message String",
    "service_name String",
    "resource_id UInt64",
    "scope_id UInt64",
    "span_type String",
    ...stringFields.map(([, column]) => `${column} String`),
    ...intFields.map(([, column]) => `${column} Nullable(Int64)`),
    "finish_reasons Array(String)",
    "time_to_first_chunk_seconds Nullable(Float64)",
    "string_attributes Map(String, String)",
    "int_attributes Map(String, Int64)",
    "double_attributes Map(String, Float64)",
    "bool_attributes Map(String, UInt8)",
    "other_attributes Map(String, String)",
    "dropped_attributes_count UInt32",
    "event_times Array(UInt64)",
    "event_names Array(String)",
    "event_attributes Array(String)",
    "event_dropped_attributes_counts Array(UInt32)",
    "dropped_events_count UInt32",
    "link_trace_ids Array(FixedString(16))",
    "link_span_ids Array(FixedString(8))",
    "link_trace_states Array(String)",
    "link_flags Array(UInt32)",
    "link_attributes Array(String)",
    "link_dropped_attributes_counts Array(UInt32)",
    "dropped_links_count UInt32",
    "received_at DateTime64(3)",
    "journal_position UInt64",
  ]);
  readonly #reader = new SpanReader();
  readonly #plain = this.#writers(
    "trace_id",
    "span_id",
    "parent_span_id",
    "trace_state",
    "flags",
    "name",
    "kind",
    "start_unix_nano",
    "end_unix_nano",
    "status_code",
    "status_message",
    "service_name",
    "resource_id",
    "scope_id",
    "span_type",
    "dropped_attributes_count",
    "dropped_events_count",
    "dropped_links_count",
    "received_at",
    "journal_position",
  );
  readonly #strings = stringFields.map(([, column]) => this.table.column(column).values);
  readonly #stringFields = Int32Array.from(stringFields, ([field]) => fieldIndex(field));
  readonly #intNulls = intFields.map(([, column]) => this.table.column(column).parts[0]!);
  readonly #ints = intFields.map(([, column]) => this.table.column(column).values);
  readonly #intFields = Int32Array.from(intFields, ([field]) => fieldIndex(field));
  readonly #finishReasons = this.table.column("finish_reasons");
  readonly #finishReasonsField = fieldIndex("finishReasons");
  readonly #firstChunk = this.table.column("time_to_first_chunk_seconds");
  readonly #firstChunkField = fieldIndex("timeToFirstChunkSeconds");
  readonly #stringMap = this.table.column("string_attributes");
  readonly #intMap = this.table.column("int_attributes");
  readonly #doubleMap = this.table.column("double_attributes");
  readonly #boolMap = this.table.column("bool_attributes");
  readonly #otherMap = this.table.column("other_attributes");
  readonly #events = ["event_times", "event_names", "event_attributes", "event_dropped_attributes_counts"].map((name) =>
    this.table.column(name),
  );
  readonly #links = [
    "link_trace_ids",
    "link_span_ids",
    "link_trace_states",
    "link_flags",
    "link_attributes",
    "link_dropped_attributes_counts",
  ].map((name) => this.table.column(name));

  #writers<Name extends string>(...names: Name[]): Record<Name, RowWriter> {
    return Object.fromEntries(names.map((name) => [name, this.table.column(name).values])) as Record<Name, RowWriter>;
  }

  /** Appends the row of one span, copying from the wire. The view must be of `bytes`, the sources read for it. */
  add(
    view: TraceView,
    bytes: Buffer,
    sources: SourceCache,
    span: number,
    receivedAtMs: number,
    journalPosition: number,
  ): void {
    const { spans } = view;
    const out = this.#plain;
    const reader = this.#reader;
    const first = spans.firstAttribute[span]!;
    reader.read(bytes, view.attributes, first);
    this.table.rows++;

    out.trace_id.raw(bytes, spans.traceIdOffset[span]!, 16);
    out.span_id.raw(bytes, spans.spanIdOffset[span]!, 8);
    out.parent_span_id.fixed64(bytes, spans.parentSpanIdOffset[span]!);
    out.trace_state.slice(bytes, spans.traceStateOffset[span]!, spans.traceStateLength[span]!);
    out.flags.u32(spans.flags[span]!);
    out.name.slice(bytes, spans.nameOffset[span]!, spans.nameLength[span]!);
    out.kind.u8(spans.kind[span]!);
    out.start_unix_nano.fixed64(bytes, spans.startTimeOffset[span]!);
    out.end_unix_nano.fixed64(bytes, spans.endTimeOffset[span]!);
    out.status_code.u8(spans.statusCode[span]!);
    out.status_message.slice(bytes, spans.statusMessageOffset[span]!, spans.statusMessageLength[span]!);
    const resource = spans.resource[span]!;
    if (sources.serviceOffset[resource] === -1) out.service_name.text(unknownService);
    else out.service_name.slice(bytes, sources.serviceOffset[resource]!, sources.serviceLength[resource]!);
    out.resource_id.raw(sources.resourceIds, resource * 8, 8);
    out.scope_id.raw(sources.scopeIds, spans.scope[span]! * 8, 8);
    out.span_type.slice(reader.type, 0, reader.type.length);

    this.#addFields(view, bytes);
    this.#addAttributes(view, bytes, first);
    out.dropped_attributes_count.u32(spans.droppedAttributesCount[span]!);
    this.#addEvents(view, bytes, span);
    out.dropped_events_count.u32(spans.droppedEventsCount[span]!);
    this.#addLinks(view, bytes, span);
    out.dropped_links_count.u32(spans.droppedLinksCount[span]!);
    out.received_at.safeInteger(receivedAtMs);
    out.journal_position.safeInteger(journalPosition);
  }

  #addFields(view: TraceView, bytes: Buffer): void {
    const { fieldRow } = this.#reader;
    for (let i = 0; i < this.#strings.length; i++) {
      writeString(this.#strings[i]!, view, bytes, fieldRow[this.#stringFields[i]!]!);
    }
    for (let i = 0; i < this.#ints.length; i++) {
      const row = fieldRow[this.#intFields[i]!]!;
      const isInt = row !== -1 && view.attributes.type[row] === ValueType.int;
      const value = isInt || row === -1 ? Number.NaN : Math.round(numberOf(view, bytes, row));
      this.#intNulls[i]!.u8(isInt || Number.isSafeInteger(value) ? 0 : 1);
      if (isInt) this.#ints[i]!.varint(bytes, view.attributes.valueOffset[row]!);
      else if (Number.isSafeInteger(value)) this.#ints[i]!.safeInteger(value);
      else this.#ints[i]!.zeros(8);
    }
    const chunkRow = fieldRow[this.#firstChunkField]!;
    const seconds = chunkRow === -1 ? Number.NaN : numberOf(view, bytes, chunkRow);
    this.#firstChunk.parts[0]!.u8(Number.isNaN(seconds) ? 1 : 0);
    if (Number.isNaN(seconds)) this.#firstChunk.values.zeros(8);
    else this.#firstChunk.values.f64(seconds);

    const reasons = this.#finishReasons;
    const reasonsRow = fieldRow[this.#finishReasonsField]!;
    if (reasonsRow !== -1) {
      const { attributes } = view;
      const texts = textsOf(
        readValue(
          view,
          attributes.type[reasonsRow]!,
          attributes.valueOffset[reasonsRow]!,
          attributes.valueLength[reasonsRow]!,
        ),
      );
      for (const text of texts) reasons.values.text(text);
      reasons.elements += texts.length;
    }
    reasons.parts[0]!.safeInteger(reasons.elements);
  }

  /** Every attribute into the map of its type; arrays, maps, bytes and empty values as OTLP/JSON. */
  #addAttributes(view: TraceView, bytes: Buffer, first: number): void {
    const { attributes } = view;
    for (let row = first; row !== -1; row = attributes.next[row]!) {
      const type = attributes.type[row]!;
      const offset = attributes.valueOffset[row]!;
      const map = this.#mapOf(type);
      map.elements++;
      map.parts[1]!.slice(bytes, attributes.keyOffset[row]!, attributes.keyLength[row]!);
      const values = map.parts[2]!;
      if (type === ValueType.string) values.slice(bytes, offset, attributes.valueLength[row]!);
      else if (type === ValueType.int) values.varint(bytes, offset);
      else if (type === ValueType.double) values.raw(bytes, offset, 8);
      else if (type === ValueType.bool) values.u8(bytes[offset] === 0 ? 0 : 1);
      else values.text(JSON.stringify(readValue(view, type, offset, attributes.valueLength[row]!)));
    }
    this.#stringMap.parts[0]!.safeInteger(this.#stringMap.elements);
    this.#intMap.parts[0]!.safeInteger(this.#intMap.elements);
    this.#doubleMap.parts[0]!.safeInteger(this.#doubleMap.elements);
    this.#boolMap.parts[0]!.safeInteger(this.#boolMap.elements);
    this.#otherMap.parts[0]!.safeInteger(this.#otherMap.elements);
  }

  #mapOf(type: number): NativeColumn {
    if (type === ValueType.string) return this.#stringMap;
    if (type === ValueType.int) return this.#intMap;
    if (type === ValueType.double) return this.#doubleMap;
    return type === ValueType.bool ? this.#boolMap : this.#otherMap;
  }

  #addEvents(view: TraceView, bytes: Buffer, span: number): void {
    const { events, spans } = view;
    const [times, names, attributes, dropped] = this.#events;
    for (let row = spans.firstEvent[span]!; row !== -1; row = events.next[row]!) {
      times!.values.fixed64(bytes, events.timeOffset[row]!);
      names!.values.slice(bytes, events.nameOffset[row]!, events.nameLength[row]!);
      attributes!.values.text(JSON.stringify(readAttributes(view, events.firstAttribute[row]!)));
      dropped!.values.u32(events.droppedAttributesCount[row]!);
    }
    for (let i = 0; i < this.#events.length; i++) endList(this.#events[i]!, spans.eventCount[span]!);
  }

  /** A link's ids may be invalid; they are then all zero. */
  #addLinks(view: TraceView, bytes: Buffer, span: number): void {
    const { links, spans } = view;
    const [traceIds, spanIds, traceStates, flags, attributes, dropped] = this.#links;
    for (let row = spans.firstLink[span]!; row !== -1; row = links.next[row]!) {
      if (links.traceIdOffset[row] === -1) traceIds!.values.zeros(16);
      else traceIds!.values.raw(bytes, links.traceIdOffset[row]!, 16);
      spanIds!.values.fixed64(bytes, links.spanIdOffset[row]!);
      traceStates!.values.slice(bytes, links.traceStateOffset[row]!, links.traceStateLength[row]!);
      flags!.values.u32(links.flags[row]!);
      attributes!.values.text(JSON.stringify(readAttributes(view, links.firstAttribute[row]!)));
      dropped!.values.u32(links.droppedAttributesCount[row]!);
    }
    for (let i = 0; i < this.#links.length; i++) endList(this.#links[i]!, spans.linkCount[span]!);
  }
}

/** The offset after a row's elements. */
function endList(column: NativeColumn, count: number): void {
  column.elements += count;
  column.parts[0]!.safeInteger(column.elements);
}
