import { readAttributes, readValue, toJsonText, ValueType } from "@genscope/otlp";
import type { TraceView } from "@genscope/otlp";
import type { SpanFieldName } from "@genscope/semconv";
import type { Pricing } from "@genscope/semconv/prices";
import {
  callClassOf,
  CallPricer,
  countAt,
  fieldIndex,
  numberAt,
  SpanReader,
  typeNames,
  usageKinds,
  type UsageLineage,
  UsageReader,
} from "@genscope/semconv/wire";
import { countedColumns } from "./counted-columns.ts";
import { NativeTable } from "./native-table.ts";
import type { NativeColumn } from "./native-table.ts";
import type { SourceCache } from "./source-cache.ts";
import { lengthOf, textsOf } from "./write-values.ts";

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
  ["serviceTier", "service_tier"],
];
const intFields: readonly [SpanFieldName, string][] = [
  ["inputTokens", "input_tokens"],
  ["outputTokens", "output_tokens"],
  ["cacheReadTokens", "cache_read_tokens"],
  ["cacheWriteTokens", "cache_write_tokens"],
  ["reasoningTokens", "reasoning_tokens"],
];
const typeBytes = typeNames.map((name) => Buffer.from(name));
const unknownService = Buffer.from("unknown_service");

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
    "document_count Nullable(Int64)",
    "finish_reasons Array(String)",
    "time_to_first_chunk_seconds Nullable(Float64)",
    "cost_usd Nullable(Float64)",
    "price_version String",
    ...countedColumns.map(({ name, type }) => `${name} Nullable(${type})`),
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
  readonly #traceId = this.table.column("trace_id");
  readonly #spanId = this.table.column("span_id");
  readonly #parentSpanId = this.table.column("parent_span_id");
  readonly #traceState = this.table.column("trace_state");
  readonly #flags = this.table.column("flags");
  readonly #name = this.table.column("name");
  readonly #kind = this.table.column("kind");
  readonly #start = this.table.column("start_unix_nano");
  readonly #end = this.table.column("end_unix_nano");
  readonly #statusCode = this.table.column("status_code");
  readonly #statusMessage = this.table.column("status_message");
  readonly #serviceName = this.table.column("service_name");
  readonly #resourceId = this.table.column("resource_id");
  readonly #scopeId = this.table.column("scope_id");
  readonly #spanType = this.table.column("span_type");
  readonly #droppedAttributes = this.table.column("dropped_attributes_count");
  readonly #droppedEvents = this.table.column("dropped_events_count");
  readonly #droppedLinks = this.table.column("dropped_links_count");
  readonly #receivedAt = this.table.column("received_at");
  readonly #journalPosition = this.table.column("journal_position");
  readonly #strings = stringFields.map(([, column]) => this.table.column(column));
  readonly #stringFields = Int32Array.from(stringFields, ([field]) => fieldIndex(field));
  readonly #ints = intFields.map(([, column]) => this.table.column(column));
  readonly #intFields = Int32Array.from(intFields, ([field]) => fieldIndex(field));
  readonly #documentCount = this.table.column("document_count");
  readonly #documentCountField = fieldIndex("documentCount");
  readonly #finishReasons = this.table.column("finish_reasons");
  readonly #finishReasonsField = fieldIndex("finishReasons");
  readonly #firstChunk = this.table.column("time_to_first_chunk_seconds");
  readonly #cost = this.table.column("cost_usd");
  readonly #priceVersion = this.table.column("price_version");
  readonly #counted = countedColumns.map(({ name }) => this.table.column(name));
  readonly #countedUsage = new Float64Array(usageKinds.length);
  readonly #usage = new UsageReader();
  readonly #lineage: UsageLineage;
  readonly #pricer: CallPricer;
  readonly #version: Buffer;
  readonly #firstChunkField = fieldIndex("timeToFirstChunkSeconds");
  readonly #stringMap = this.table.column("string_attributes");
  readonly #intMap = this.table.column("int_attributes");
  readonly #doubleMap = this.table.column("double_attributes");
  readonly #boolMap = this.table.column("bool_attributes");
  readonly #otherMap = this.table.column("other_attributes");
  readonly #maps = [this.#stringMap, this.#intMap, this.#doubleMap, this.#boolMap, this.#otherMap];
  /** Elements of the maps before the current row. */
  readonly #mapElements = new Float64Array(this.#maps.length);
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

  constructor(pricing: Pricing, lineage: UsageLineage) {
    this.#lineage = lineage;
    this.#pricer = new CallPricer(pricing);
    this.#version = Buffer.from(pricing.version);
  }

  /**
   * Appends the row of one span, copying from the wire. The view must be of `bytes`, the sources read for it. Columns that have nothing for this span are not
   * touched.
   */
  add(
    view: TraceView,
    bytes: Buffer,
    sources: SourceCache,
    span: number,
    receivedAtMs: number,
    journalPosition: number,
  ): void {
    const { spans } = view;
    const first = spans.firstAttribute[span]!;
    this.#reader.read(bytes, view.attributes, first);
    const row = this.table.rows++;

    copy(this.#traceId, row, bytes, spans.traceIdOffset[span]!, 16);
    copy(this.#spanId, row, bytes, spans.spanIdOffset[span]!, 8);
    copy(this.#parentSpanId, row, bytes, spans.parentSpanIdOffset[span]!, 8);
    copyString(this.#traceState, row, bytes, spans.traceStateOffset[span]!, spans.traceStateLength[span]!);
    writeU32(this.#flags, row, spans.flags[span]!);
    copyString(this.#name, row, bytes, spans.nameOffset[span]!, spans.nameLength[span]!);
    writeU8(this.#kind, row, spans.kind[span]!);
    copy(this.#start, row, bytes, spans.startTimeOffset[span]!, 8);
    copy(this.#end, row, bytes, spans.endTimeOffset[span]!, 8);
    writeU8(this.#statusCode, row, spans.statusCode[span]!);
    copyString(this.#statusMessage, row, bytes, spans.statusMessageOffset[span]!, spans.statusMessageLength[span]!);
    const resource = spans.resource[span]!;
    if (sources.serviceOffset[resource] === -1)
      copyString(this.#serviceName, row, unknownService, 0, unknownService.length);
    else copyString(this.#serviceName, row, bytes, sources.serviceOffset[resource]!, sources.serviceLength[resource]!);
    copy(this.#resourceId, row, sources.resourceIds, resource * 8, 8);
    copy(this.#scopeId, row, sources.scopeIds, spans.scope[span]! * 8, 8);
    const type = typeBytes[this.#reader.type]!;
    copyString(this.#spanType, row, type, 0, type.length);

    this.#addFields(view, bytes, row);
    this.#addCost(view, bytes, row, span);
    this.#addAttributes(view, bytes, row, first);
    writeU32(this.#droppedAttributes, row, spans.droppedAttributesCount[span]!);
    if (spans.eventCount[span] !== 0) this.#addEvents(view, bytes, row, span);
    writeU32(this.#droppedEvents, row, spans.droppedEventsCount[span]!);
    if (spans.linkCount[span] !== 0) this.#addLinks(view, bytes, row, span);
    writeU32(this.#droppedLinks, row, spans.droppedLinksCount[span]!);
    this.#receivedAt.begin(row);
    this.#receivedAt.values.safeInteger(receivedAtMs);
    this.#journalPosition.begin(row);
    this.#journalPosition.values.safeInteger(journalPosition);
  }

  #addFields(view: TraceView, bytes: Buffer, row: number): void {
    const { fieldRow } = this.#reader;
    const { attributes } = view;
    for (let i = 0; i < this.#strings.length; i++) {
      const from = fieldRow[this.#stringFields[i]!]!;
      if (from === -1 || attributes.type[from] !== ValueType.string) continue;
      copyString(this.#strings[i]!, row, bytes, attributes.valueOffset[from]!, attributes.valueLength[from]!);
    }
    for (let i = 0; i < this.#ints.length; i++) {
      const from = fieldRow[this.#intFields[i]!]!;
      if (from === -1) continue;
      const column = this.#ints[i]!;
      if (attributes.type[from] === ValueType.int) {
        column.beginValue(row);
        column.values.varint(bytes, attributes.valueOffset[from]!);
        continue;
      }
      const value = countAt(bytes, attributes, from);
      if (Number.isNaN(value)) continue;
      column.beginValue(row);
      column.values.safeInteger(value);
    }
    const chunk = fieldRow[this.#firstChunkField]!;
    const seconds = chunk === -1 ? Number.NaN : numberAt(bytes, attributes, chunk);
    if (!Number.isNaN(seconds)) {
      this.#firstChunk.beginValue(row);
      this.#firstChunk.values.f64(seconds);
    }
    const documents = this.#countDocuments(view, bytes);
    if (documents !== undefined) {
      this.#documentCount.beginValue(row);
      this.#documentCount.values.safeInteger(documents);
    }
    const reasons = fieldRow[this.#finishReasonsField]!;
    if (reasons !== -1) {
      const texts = textsOf(
        readValue(view, attributes.type[reasons]!, attributes.valueOffset[reasons]!, attributes.valueLength[reasons]!),
      );
      this.#finishReasons.begin(row);
      for (const text of texts) this.#finishReasons.values.text(text);
      this.#finishReasons.endList(texts.length);
    }
  }

  /** Of a call of a model that says how many tokens it took: the cost, and what of both is counted. */
  #addCost(view: TraceView, bytes: Buffer, row: number, span: number): void {
    const { spans } = view;
    const traceAt = spans.traceIdOffset[span]!;
    const spanAt = spans.spanIdOffset[span]!;
    const parentAt = spans.parentSpanIdOffset[span]!;
    if (!this.#usage.read(bytes, view.attributes, this.#reader)) {
      this.#lineage.pass(this.#reader.type, bytes, traceAt, spanAt, parentAt);
      return;
    }
    copyString(this.#priceVersion, row, this.#version, 0, this.#version.length);
    const start = view.spans.startTimeOffset[span]!;
    const startMs = start === -1 ? 0 : Number(bytes.readBigUInt64LE(start) / 1_000_000n);
    const cost = this.#pricer.costOf(bytes, view.attributes, this.#reader, this.#usage, startMs);
    if (!Number.isNaN(cost)) {
      this.#cost.beginValue(row);
      this.#cost.values.f64(cost);
    }
    const counted = this.#countedUsage;
    const { input, output, cacheRead, cacheWrite, reasoning } = this.#usage;
    counted[0] = input;
    counted[1] = output;
    counted[2] = cacheRead;
    counted[3] = cacheWrite;
    counted[4] = reasoning;
    counted[5] = cost;
    this.#lineage.count(counted, callClassOf(this.#reader.type), bytes, traceAt, spanAt, parentAt);
    for (let kind = 0; kind < counted.length; kind++) {
      const value = counted[kind]!;
      if (Number.isNaN(value)) continue;
      const column = this.#counted[kind]!;
      column.beginValue(row);
      if (countedColumns[kind]!.type === "Int64") column.values.safeInteger(value);
      else column.values.f64(value);
    }
  }

  /** How many documents a retrieval found. */
  #countDocuments(view: TraceView, bytes: Buffer): number | undefined {
    const from = this.#reader.fieldRow[this.#documentCountField]!;
    if (from === -1) return this.#reader.indexedDocuments || undefined;
    const { attributes } = view;
    const type = attributes.type[from]!;
    const value = () => readValue(view, type, attributes.valueOffset[from]!, attributes.valueLength[from]!);
    const count = type === ValueType.array ? lengthOf(value()) : numberAt(bytes, attributes, from);
    if (!Number.isNaN(count)) return Number.isSafeInteger(count) ? count : undefined;
    return type === ValueType.string ? lengthOf(value()) : undefined;
  }

  /** Every attribute into the map of its type; arrays, maps, bytes and empty values as OTLP/JSON. */
  #addAttributes(view: TraceView, bytes: Buffer, row: number, first: number): void {
    const { attributes } = view;
    const maps = this.#maps;
    const before = this.#mapElements;
    for (let i = 0; i < maps.length; i++) before[i] = 0;
    for (let from = first; from !== -1; from = attributes.next[from]!) {
      const type = attributes.type[from]!;
      const offset = attributes.valueOffset[from]!;
      const index = mapOfType[type]!;
      const map = maps[index]!;
      if (before[index] === 0) map.begin(row);
      before[index]!++;
      map.parts[1]!.slice(bytes, attributes.keyOffset[from]!, attributes.keyLength[from]!);
      const values = map.parts[2]!;
      if (type === ValueType.string) values.slice(bytes, offset, attributes.valueLength[from]!);
      else if (type === ValueType.int) values.varint(bytes, offset);
      else if (type === ValueType.double) values.raw(bytes, offset, 8);
      else if (type === ValueType.bool) values.u8(bytes[offset] === 0 ? 0 : 1);
      else values.text(toJsonText(readValue(view, type, offset, attributes.valueLength[from]!)));
    }
    for (let i = 0; i < maps.length; i++) if (before[i] !== 0) maps[i]!.endList(before[i]!);
  }

  #addEvents(view: TraceView, bytes: Buffer, row: number, span: number): void {
    const { events, spans } = view;
    const [times, names, attributes, dropped] = this.#events;
    for (const column of this.#events) column.begin(row);
    for (let event = spans.firstEvent[span]!; event !== -1; event = events.next[event]!) {
      times!.values.fixed64(bytes, events.timeOffset[event]!);
      names!.values.slice(bytes, events.nameOffset[event]!, events.nameLength[event]!);
      attributes!.values.text(toJsonText(readAttributes(view, events.firstAttribute[event]!)));
      dropped!.values.u32(events.droppedAttributesCount[event]!);
    }
    for (const column of this.#events) column.endList(spans.eventCount[span]!);
  }

  /** A link's ids may be invalid; they are then all zero. */
  #addLinks(view: TraceView, bytes: Buffer, row: number, span: number): void {
    const { links, spans } = view;
    const [traceIds, spanIds, traceStates, flags, attributes, dropped] = this.#links;
    for (const column of this.#links) column.begin(row);
    for (let link = spans.firstLink[span]!; link !== -1; link = links.next[link]!) {
      if (links.traceIdOffset[link] === -1) traceIds!.values.zeros(16);
      else traceIds!.values.raw(bytes, links.traceIdOffset[link]!, 16);
      spanIds!.values.fixed64(bytes, links.spanIdOffset[link]!);
      traceStates!.values.slice(bytes, links.traceStateOffset[link]!, links.traceStateLength[link]!);
      flags!.values.u32(links.flags[link]!);
      attributes!.values.text(toJsonText(readAttributes(view, links.firstAttribute[link]!)));
      dropped!.values.u32(links.droppedAttributesCount[link]!);
    }
    for (const column of this.#links) column.endList(spans.linkCount[span]!);
  }
}

/** Index of the map that values of a type go to, by `ValueType`. */
const mapOfType = Uint8Array.from({ length: 8 }, (_, type) => {
  const index = [ValueType.string, ValueType.int, ValueType.double, ValueType.bool].indexOf(type as 1 | 2 | 3 | 4);
  return index === -1 ? 4 : index;
});

/** Bytes of the column's width; -1 as offset is an empty value. */
function copy(column: NativeColumn, row: number, source: Buffer, offset: number, width: number): void {
  if (offset === -1) return;
  column.begin(row);
  column.values.raw(source, offset, width);
}

function copyString(column: NativeColumn, row: number, source: Buffer, offset: number, length: number): void {
  if (length === 0) return;
  column.begin(row);
  column.values.slice(source, offset, length);
}

function writeU32(column: NativeColumn, row: number, value: number): void {
  if (value === 0) return;
  column.begin(row);
  column.values.u32(value);
}

function writeU8(column: NativeColumn, row: number, value: number): void {
  if (value === 0) return;
  column.begin(row);
  column.values.u8(value);
}
