import * as api from "@opentelemetry/api";
import type { Context } from "@opentelemetry/api";

/** The part of a log record that is used here; both homes of the Logs API take it. */
export interface EventRecord {
  readonly eventName: string;
  readonly severityNumber?: number;
  readonly attributes: Record<string, unknown>;
  readonly body?: Record<string, unknown>;
  readonly context: Context;
}

export interface EventLogger {
  emit(record: EventRecord): void;
}

export interface EventLoggerProvider {
  getLogger(name: string, version?: string, options?: { schemaUrl?: string }): EventLogger;
}

interface LogsApi {
  getLoggerProvider(): EventLoggerProvider;
}

/** Where `@opentelemetry/api-logs`, the API of the 2.x line, keeps what was registered with it; 1 is its contract's version. */
const legacyLogs = Symbol.for("io.opentelemetry.js.api.logs");
const legacyContract = 1;

/**
 * The logger provider registered for the process, whichever line registered it: the Logs API lives in `@opentelemetry/api` from 1.10 on, and in
 * `@opentelemetry/api-logs` before. Asked each time, because it may be registered later.
 */
export function globalLoggerProvider(): EventLoggerProvider | undefined {
  const legacy = (globalThis as Record<symbol, unknown>)[legacyLogs];
  if (typeof legacy === "function") return (legacy as (contract: number) => EventLoggerProvider)(legacyContract);
  // a named import would not link under api 1.9
  const logs = (api as { logs?: LogsApi }).logs;
  return logs?.getLoggerProvider();
}

/** Registers a provider for the process, as the installed line does it. Gives back whether it was taken: the first one stays. */
export function registerLoggerProvider(provider: EventLoggerProvider): boolean {
  const logs = (api as { logs?: { setGlobalLoggerProvider(provider: EventLoggerProvider): boolean } }).logs;
  if (logs !== undefined) return logs.setGlobalLoggerProvider(provider);
  const shared = globalThis as Record<symbol, unknown>;
  if (shared[legacyLogs] !== undefined) return false;
  shared[legacyLogs] = (contract: number) => (contract === legacyContract ? provider : undefined);
  return true;
}
