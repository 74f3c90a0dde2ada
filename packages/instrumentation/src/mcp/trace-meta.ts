import { type Context, isSpanContextValid, propagation, trace } from "@opentelemetry/api";
import { isObject, objectOf } from "../core/read.ts";
import type { McpRequest } from "./mcp-request.ts";

const keys = ["traceparent", "tracestate", "baggage"] as const;

/**
 * The request with the trace's context in `params._meta`, unprefixed (SEP-414). The request itself is left as it is; without a trace it is handed on.
 */
export function withTraceMeta(request: McpRequest, context: Context): McpRequest {
  const span = trace.getSpanContext(context);
  if (span === undefined || !isSpanContextValid(span)) return request;
  const carrier: Record<string, string> = {};
  propagation.inject(context, carrier);
  const meta: Record<string, string> = {};
  for (const key of keys) if (carrier[key] !== undefined) meta[key] = carrier[key];
  if (Object.keys(meta).length === 0) return request;
  const params = objectOf(request.params);
  return { ...request, params: { ...params, _meta: { ...objectOf(params["_meta"]), ...meta } } };
}

/** What is active, with the trace that a request carries in place of its own; `undefined` if it carries none. */
export function contextOfMeta(request: McpRequest, active: Context): Context | undefined {
  const meta = objectOf(request.params)["_meta"];
  if (!isObject(meta) || typeof meta["traceparent"] !== "string") return undefined;
  const context = propagation.extract(trace.deleteSpan(active), meta);
  return trace.getSpanContext(context) === undefined ? undefined : context;
}
