export {
  aLogsRequest,
  aMetricsRequest,
  aTraceRequest,
  logsRequestObject,
  metricsRequestObject,
  testStartTime,
  toAnyValue,
  toAttributes,
  traceRequestObject,
} from "./builders.ts";
export type {
  LogInit,
  LogsRequestInit,
  MetricsRequestInit,
  PlainAttributes,
  PlainValue,
  SourceInit,
  SpanInit,
  TraceRequestInit,
} from "./builders.ts";
export { encodeRequest } from "./encode-request.ts";
export type { RequestObject } from "./encode-request.ts";
export { createSpanGenerator } from "./span-generator.ts";
export type { SpanGenerator, SpanGeneratorOptions } from "./span-generator.ts";
export { hostileRequests } from "./hostile-requests.ts";
export type { HostileRequest } from "./hostile-requests.ts";
