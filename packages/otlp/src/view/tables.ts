/**
 * The index over the bytes of one OTLP request: tables of offsets, one row per message, columns as typed arrays.
 *
 * Every `…Offset` counts bytes from the start of the request; -1 means the field is absent. Only the first `count` rows of a
 * column are meaningful: the arrays grow by doubling and are reused. Attributes form a linked list per owner, since a
 * sender may interleave fields in any order: `for (let a = spans.firstAttribute[s]!; a !== -1; a = attributes.next[a]!)`.
 * Numbers wider than 32 bits are never held here: a column points at the bytes, and readers copy or decode them exactly.
 */

/**
 * Why an item should not be taken though the request as a whole could be read: a limit of `ReceiveLimits` was passed inside it. The part past
 * the limit is not indexed. `checkTraces`, `checkLogs` and `checkMetrics` reject such items.
 */
export const ItemProblem = { none: 0, tooManyAttributes: 1, tooDeep: 2 } as const;
export type ItemProblem = (typeof ItemProblem)[keyof typeof ItemProblem];

/** `AnyValue` by the field number of its `oneof` (opentelemetry/proto/common/v1/common.proto); `empty` is a value never set. */
export const ValueType = { empty: 0, string: 1, bool: 2, int: 3, double: 4, array: 5, map: 6, bytes: 7 } as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];

/** `KeyValue` rows of every owner: resources, scopes, spans, events, links, log records, data points, exemplars. */
export interface AttributeTable {
  count: number;
  keyOffset: Int32Array;
  keyLength: Int32Array;
  /** {@link ValueType}. */
  type: Uint8Array;
  /**
   * Where the payload lies. string, bytes: their content. array, map: the content of the `ArrayValue` or `KeyValueList`.
   * double: 8 bytes, little endian. bool, int: the varint.
   */
  valueOffset: Int32Array;
  valueLength: Int32Array;
  /** Next attribute of the same owner, in the order sent; -1 after the last. */
  next: Int32Array;
}

/** `ResourceSpans`, `ResourceLogs` or `ResourceMetrics`. */
export interface ResourceTable {
  count: number;
  /** The message's content, without tag and length. */
  start: Int32Array;
  end: Int32Array;
  firstAttribute: Int32Array;
  droppedAttributesCount: Uint32Array;
  schemaUrlOffset: Int32Array;
  schemaUrlLength: Int32Array;
}

/** `ScopeSpans`, `ScopeLogs` or `ScopeMetrics`. */
export interface ScopeTable {
  count: number;
  resource: Int32Array;
  start: Int32Array;
  end: Int32Array;
  nameOffset: Int32Array;
  nameLength: Int32Array;
  versionOffset: Int32Array;
  versionLength: Int32Array;
  firstAttribute: Int32Array;
  droppedAttributesCount: Uint32Array;
  schemaUrlOffset: Int32Array;
  schemaUrlLength: Int32Array;
}

export interface SpanTable {
  count: number;
  resource: Int32Array;
  scope: Int32Array;
  start: Int32Array;
  end: Int32Array;
  /** 16 bytes, or -1 where the id is absent, of another length or all zero: such a span is invalid. */
  traceIdOffset: Int32Array;
  /** 8 bytes, or -1 as above. */
  spanIdOffset: Int32Array;
  /** 8 bytes, or -1 for a root (absent, empty or all zero). */
  parentSpanIdOffset: Int32Array;
  traceStateOffset: Int32Array;
  traceStateLength: Int32Array;
  /** W3C trace flags in bits 0-7, HAS_IS_REMOTE 0x100, IS_REMOTE 0x200. */
  flags: Uint32Array;
  nameOffset: Int32Array;
  nameLength: Int32Array;
  /** `SpanKind`: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: Int32Array;
  /** 8 bytes of fixed64, nanoseconds since the Unix epoch. */
  startTimeOffset: Int32Array;
  endTimeOffset: Int32Array;
  firstAttribute: Int32Array;
  droppedAttributesCount: Uint32Array;
  firstEvent: Int32Array;
  eventCount: Int32Array;
  droppedEventsCount: Uint32Array;
  firstLink: Int32Array;
  linkCount: Int32Array;
  droppedLinksCount: Uint32Array;
  /** `Status.code`: 0 unset, 1 ok, 2 error. */
  statusCode: Int32Array;
  statusMessageOffset: Int32Array;
  statusMessageLength: Int32Array;
  /** {@link ItemProblem}. */
  problem: Uint8Array;
}

export interface EventTable {
  count: number;
  start: Int32Array;
  end: Int32Array;
  timeOffset: Int32Array;
  nameOffset: Int32Array;
  nameLength: Int32Array;
  firstAttribute: Int32Array;
  droppedAttributesCount: Uint32Array;
  /** Next event of the same span; -1 after the last. */
  next: Int32Array;
}

export interface LinkTable {
  count: number;
  start: Int32Array;
  end: Int32Array;
  traceIdOffset: Int32Array;
  spanIdOffset: Int32Array;
  traceStateOffset: Int32Array;
  traceStateLength: Int32Array;
  flags: Uint32Array;
  firstAttribute: Int32Array;
  droppedAttributesCount: Uint32Array;
  next: Int32Array;
}

export interface LogTable {
  count: number;
  resource: Int32Array;
  scope: Int32Array;
  start: Int32Array;
  end: Int32Array;
  timeOffset: Int32Array;
  observedTimeOffset: Int32Array;
  severityNumber: Int32Array;
  severityTextOffset: Int32Array;
  severityTextLength: Int32Array;
  /** {@link ValueType} of the body, and its payload as in {@link AttributeTable}. */
  bodyType: Uint8Array;
  bodyOffset: Int32Array;
  bodyLength: Int32Array;
  firstAttribute: Int32Array;
  droppedAttributesCount: Uint32Array;
  flags: Uint32Array;
  traceIdOffset: Int32Array;
  spanIdOffset: Int32Array;
  eventNameOffset: Int32Array;
  eventNameLength: Int32Array;
  /** {@link ItemProblem}. */
  problem: Uint8Array;
}

/** `Metric.data` by the field number of its `oneof` (metrics.proto). */
export const MetricType = { none: 0, gauge: 5, sum: 7, histogram: 9, exponentialHistogram: 10, summary: 11 } as const;
export type MetricType = (typeof MetricType)[keyof typeof MetricType];

export interface MetricTable {
  count: number;
  resource: Int32Array;
  scope: Int32Array;
  start: Int32Array;
  end: Int32Array;
  nameOffset: Int32Array;
  nameLength: Int32Array;
  descriptionOffset: Int32Array;
  descriptionLength: Int32Array;
  unitOffset: Int32Array;
  unitLength: Int32Array;
  /** {@link MetricType}. */
  type: Uint8Array;
  /** 0 unspecified, 1 delta, 2 cumulative. */
  aggregationTemporality: Int32Array;
  isMonotonic: Uint8Array;
  /** `Metric.metadata`, an attribute list. */
  firstMetadata: Int32Array;
}

/** Data points of all five kinds. What is read less often is decoded from `start`…`end` on demand by the accessors. */
export interface DataPointTable {
  count: number;
  metric: Int32Array;
  start: Int32Array;
  end: Int32Array;
  startTimeOffset: Int32Array;
  timeOffset: Int32Array;
  firstAttribute: Int32Array;
  flags: Uint32Array;
  firstExemplar: Int32Array;
  exemplarCount: Int32Array;
  /** {@link ItemProblem}. */
  problem: Uint8Array;
}

/** Exemplars of number, histogram and exponential histogram points. The measured value is read by `readExemplar`. */
export interface ExemplarTable {
  count: number;
  start: Int32Array;
  end: Int32Array;
  timeOffset: Int32Array;
  traceIdOffset: Int32Array;
  spanIdOffset: Int32Array;
  /** `filtered_attributes`. */
  firstAttribute: Int32Array;
  /** Next exemplar of the same data point; -1 after the last. */
  next: Int32Array;
}
