import type { ClientRequest, IncomingMessage } from "node:http";
import { context } from "@opentelemetry/api";
import { isClaimedAiSdkRequest } from "../core/ai-sdk-requests.ts";
import { guard } from "../core/guard.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { pathsOf } from "../fetch/match-request.ts";
import type { FetchOptions } from "../fetch/watch-fetch.ts";
import { SentRequest } from "./sent-request.ts";
import { watchMessage } from "./watch-message.ts";

/** Watches a request that has just been made, if it may be one to a model: what is written to it, and what is answered. */
export function watchRequest(request: ClientRequest, telemetry: Telemetry, options: Pick<FetchOptions, "hosts">): void {
  if (request.method !== "POST" || isRecordedElsewhere(context.active())) return;
  if (isClaimedAiSdkRequest({ headers: request.getHeaders() })) return;
  const url = urlOf(request);
  const paths = url === undefined ? [] : pathsOf(url);
  if (url === undefined || paths.length === 0) return;
  const sent = new SentRequest(url, paths, telemetry, options);

  replaceMethod(
    request,
    "write",
    (write) =>
      function (...parameters) {
        guard("reading a request", () => sent.keep(parameters[0], parameters[1]));
        return Reflect.apply(write, this, parameters);
      },
  );
  replaceMethod(
    request,
    "end",
    (end) =>
      function (...parameters) {
        guard("reading a request", () => {
          sent.keep(parameters[0], parameters[1]);
          sent.begin();
        });
        return Reflect.apply(end, this, parameters);
      },
  );
  // heard as it is told: a listener of one's own would keep Node from throwing an unread answer away, and errors from being thrown
  replaceMethod(
    request,
    "emit",
    (emit) =>
      function (...parameters) {
        const [event, value] = parameters;
        guard("watching a request", () => {
          const { call } = sent;
          if (call === undefined) return;
          if (event === "response") watchMessage(call.started, value as IncomingMessage, call.request.format);
          else if (event === "error") call.started.fail(value);
        });
        return Reflect.apply(emit, this, parameters);
      },
  );
}

/** Where a request goes; a proxy is told the whole URL. */
function urlOf(request: ClientRequest): URL | undefined {
  const { protocol, path, host } = request;
  const named = request.getHeader("host");
  const href = /^https?:\/\//u.test(path) ? path : `${protocol}//${typeof named === "string" ? named : host}${path}`;
  return URL.canParse(href) ? new URL(href) : undefined;
}
