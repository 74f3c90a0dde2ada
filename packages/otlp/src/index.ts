export { defaultReceiveLimits } from "./limits.ts";
export type { ReceiveLimits } from "./limits.ts";
export { OtlpError } from "./errors.ts";
export type { OtlpErrorCode } from "./errors.ts";
export { Signal } from "./signal.ts";
export type { SignalName } from "./signal.ts";
export { ItemProblem, MetricType, ValueType } from "./view/tables.ts";
export type * from "./view/tables.ts";
export type { LogView, MetricView, TraceView, View } from "./view/views.ts";
export { indexSpanBounds, indexTraces } from "./view/index-traces.ts";
export {
  readBool,
  readDouble,
  readFixed64,
  readHex,
  readInt,
  readSfixed64,
  readString,
  readUint,
  readUint32,
} from "./view/read-scalar.ts";
export { indexLogs } from "./view/index-logs.ts";
export { indexMetrics } from "./view/index-metrics.ts";
export { readAttributes, readValue } from "./view/read-value.ts";
export type { AnyValue, KeyValue } from "./view/any-value.ts";
export { toJsonText } from "./view/json-text.ts";
export { checkLogs, checkMetrics, checkTraces, rejectReasons } from "./view/check.ts";
export type { Check, RejectReason } from "./view/check.ts";
export { Edits } from "./edit/edits.ts";
export type { AttributeEdit, FieldValue, ItemKind, MessageKind, OwnerKind } from "./edit/edits.ts";
export { encode } from "./edit/encode.ts";
export { rewrite } from "./edit/rewrite.ts";
export type { Rewriter } from "./edit/rewrite.ts";
export { encodeKeyValue, pickSpans } from "./edit/pick-spans.ts";
export type { PickedSpans } from "./edit/pick-spans.ts";
export { jsonToProtobuf } from "./json/json-to-protobuf.ts";
export { protobufToJson } from "./json/protobuf-to-json.ts";
export {
  readEntityRefs,
  readExemplarValue,
  readExponentialHistogramPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
} from "./view/read-point.ts";
export type {
  Buckets,
  EntityRef,
  ExponentialHistogramPoint,
  HistogramPoint,
  Measured,
  SummaryPoint,
} from "./view/read-point.ts";
