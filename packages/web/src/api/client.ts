import { createClient, type GenscopeClient } from "@genscope/server/client";

/**
 * The API of the server that also served this page; its answers are taken at their word, since validating 100,000 spans would cost
 * more than drawing them. A request ends when `signal` does.
 */
export function apiClient(signal?: AbortSignal): GenscopeClient {
  return createClient({
    baseUrl: self.location.origin,
    fetch: (url, init) => fetch(url, signal === undefined ? init : { ...init, signal }),
  });
}

/** Address of a trace as OTLP/JSON lines, spans and log records. */
export function otlpAddress(traceId: string): string {
  return `/api/v1/traces/${encodeURIComponent(traceId)}/otlp?signal=all`;
}
