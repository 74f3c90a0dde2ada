export { defaultReceiveLimits } from "./limits.ts";
export type { ReceiveLimits } from "./limits.ts";
export { OtlpError } from "./errors.ts";
export type { OtlpErrorCode } from "./errors.ts";
export { Signal } from "./signal.ts";
export type { SignalName } from "./signal.ts";
export { ItemProblem, MetricType, ValueType } from "./view/tables.ts";
export type * from "./view/tables.ts";
export type { LogView, MetricView, TraceView, View } from "./view/views.ts";
export { indexTraces } from "./view/index-traces.ts";
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
