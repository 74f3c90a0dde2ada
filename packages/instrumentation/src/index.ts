export { AutoInstrumentation } from "./auto-instrumentation.ts";
export type { AutoInstrumentationOptions } from "./auto-instrumentation.ts";
export { contentModeFromEnv, contentModes } from "./capture/content-mode.ts";
export type { ContentMode, ContentModeName } from "./capture/content-mode.ts";
export { createContentPolicy } from "./capture/content-policy.ts";
export type { Content, ContentOptions, ContentPolicy, Mask, OnContent } from "./capture/content-policy.ts";
export { errorMessage, errorType } from "./core/error-type.ts";
export { guard, reportFailure } from "./core/guard.ts";
export { globalLoggerProvider, registerLoggerProvider } from "./core/logger.ts";
export type { EventLogger, EventLoggerProvider, EventRecord } from "./core/logger.ts";
export { sendException } from "./core/call-events.ts";
export { endOpenCalls } from "./core/open-calls.ts";
export { Operation } from "./core/operation.ts";
export type { ContentAttributes, OperationStart } from "./core/operation.ts";
export { asText } from "./core/model-call.ts";
export { isApiPromise, observeApiPromise } from "./core/observe-api-promise.ts";
export { observeReadable } from "./core/observe-readable.ts";
export { observeIterator, observeStream, replaceMethod } from "./core/observe-stream.ts";
export type { StreamObserver } from "./core/observe-stream.ts";
export {
  claimCall,
  getAgent,
  getRunContext,
  isRecordedElsewhere,
  runAttributes,
  getTool,
  setAgent,
  setRunContext,
  setTool,
} from "./core/run-context.ts";
export type { AgentContext, RunContext, ToolContext } from "./core/run-context.ts";
export { Telemetry } from "./core/telemetry.ts";
export type { TelemetryOptions } from "./core/telemetry.ts";
export { onModule } from "./hook/on-module.ts";
export type { ModuleTarget } from "./hook/on-module.ts";
export { requireFrom } from "./hook/require-from.ts";
export { LibraryInstrumentation } from "./instrumentation.ts";
export type { InstrumentationOptions } from "./instrumentation.ts";
export { libraries } from "./libraries.ts";
export type { Library, LibraryName } from "./libraries.ts";
