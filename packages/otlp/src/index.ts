export { defaultReceiveLimits } from "./limits.ts";
export type { ReceiveLimits } from "./limits.ts";
export { OtlpError } from "./errors.ts";
export type { OtlpErrorCode } from "./errors.ts";
export { Signal } from "./signal.ts";
export type { SignalName } from "./signal.ts";
export { MetricType, ValueType } from "./view/tables.ts";
export type * from "./view/tables.ts";
export type { LogView, MetricView, TraceView, View } from "./view/views.ts";
