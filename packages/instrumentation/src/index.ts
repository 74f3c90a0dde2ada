export { contentModeFromEnv, contentModes } from "./capture/content-mode.ts";
export type { ContentMode, ContentModeName } from "./capture/content-mode.ts";
export { createContentPolicy } from "./capture/content-policy.ts";
export type { Content, ContentOptions, ContentPolicy, Mask, OnContent } from "./capture/content-policy.ts";
export { errorMessage, errorType } from "./core/error-type.ts";
export { guard } from "./core/guard.ts";
export type { EventLogger, EventLoggerProvider, EventRecord } from "./core/logger.ts";
export { sendException } from "./core/call-events.ts";
export { asText } from "./core/model-call.ts";
export { observeIterator } from "./core/observe-stream.ts";
export type { StreamObserver } from "./core/observe-stream.ts";
export {
  claimCall,
  getAgentName,
  getRunContext,
  isRecordedElsewhere,
  runAttributes,
  setAgentName,
  setRunContext,
} from "./core/run-context.ts";
export type { RunContext } from "./core/run-context.ts";
export { Telemetry } from "./core/telemetry.ts";
export type { TelemetryOptions } from "./core/telemetry.ts";
export { LibraryInstrumentation } from "./instrumentation.ts";
export type { InstrumentationOptions } from "./instrumentation.ts";
