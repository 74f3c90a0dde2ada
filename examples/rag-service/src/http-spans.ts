import type { IncomingMessage, ServerResponse } from "node:http";
import { context, propagation, type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { inSpan } from "./spans.ts";

/**
 * `fetch` with a CLIENT span around each request, by the HTTP conventions. Given to the `openai` client it shows what that client hides: each retry is a
 * span of its own. The span ends with the headers; a streamed body is the caller's time.
 */
export function tracedFetch(tracer: Tracer): typeof fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const method = init?.method ?? "GET";
    const headers = new Headers(init?.headers);
    const resends = Number(headers.get("x-stainless-retry-count") ?? 0);
    const attributes = {
      "http.request.method": method,
      "url.full": url.href,
      "url.template": url.pathname,
      "server.address": url.hostname,
      "server.port": Number(url.port),
      ...(resends > 0 ? { "http.request.resend_count": resends } : {}),
    };
    return inSpan(tracer, `${method} ${url.pathname}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      propagation.inject(context.active(), headers, { set: (carrier, key, value) => carrier.set(key, value) });
      const response = await fetch(input, { ...init, headers });
      span.setAttribute("http.response.status_code", response.status);
      if (response.status >= 400) setHttpError(span, response.status);
      return response;
    });
  };
}

/** Runs a request's handler in a SERVER span that continues the caller's trace. */
export function inServerSpan(
  tracer: Tracer,
  request: IncomingMessage,
  reply: ServerResponse,
  route: string,
  handle: (span: Span) => Promise<void>,
): Promise<void> {
  const method = request.method ?? "GET";
  const attributes = {
    "http.request.method": method,
    "http.route": route,
    "url.scheme": "http",
    "url.path": route,
    "server.address": request.socket.localAddress ?? "",
    "server.port": request.socket.localPort ?? 0,
    "client.address": request.socket.remoteAddress ?? "",
    "network.protocol.version": request.httpVersion,
    "user_agent.original": request.headers["user-agent"] ?? "",
  };
  return context.with(propagation.extract(context.active(), request.headers), () =>
    inSpan(tracer, `${method} ${route}`, { kind: SpanKind.SERVER, attributes }, async (span) => {
      await handle(span);
      span.setAttribute("http.response.status_code", reply.statusCode);
      if (reply.statusCode >= 500) setHttpError(span, reply.statusCode);
    }),
  );
}

function setHttpError(span: Span, status: number): void {
  span.setAttribute("error.type", String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}
