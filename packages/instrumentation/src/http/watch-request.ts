import type { ClientRequest, IncomingMessage } from "node:http";
import { context } from "@opentelemetry/api";
import { isClaimedAiSdkRequest } from "../core/ai-sdk-requests.ts";
import { guard } from "../core/guard.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { matchRequest, pathsOf } from "../fetch/match-request.ts";
import { type FetchOptions, type Started, startCall } from "../fetch/watch-fetch.ts";
import { watchMessage } from "./watch-message.ts";

/** A body that is larger is no request to a model, or none whose copy anybody wants. */
const maxBodyBytes = 16 * 1024 * 1024;

/** Watches a request that has just been made, if it may be one to a model: what is written to it, and what is answered. */
export function watchRequest(request: ClientRequest, telemetry: Telemetry, options: Pick<FetchOptions, "hosts">): void {
  if (request.method !== "POST" || isRecordedElsewhere(context.active())) return;
  if (isClaimedAiSdkRequest({ headers: request.getHeaders() })) return;
  const url = urlOf(request);
  const paths = url === undefined ? [] : pathsOf(url);
  if (url === undefined || paths.length === 0) return;
  const startedMs = performance.now();
  const parent = context.active();
  const parts: Buffer[] = [];
  let size = 0;
  let call: Started | undefined;

  const keep = (chunk: unknown, encoding: unknown): void => {
    if (call !== undefined || size > maxBodyBytes) return;
    const part =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
        : chunk instanceof Uint8Array
          ? Buffer.from(chunk)
          : undefined;
    if (part === undefined) return;
    size += part.length;
    parts.push(part);
  };
  const begin = (): void => {
    if (call !== undefined || size > maxBodyBytes) return;
    const known = matchRequest({ url, paths }, Buffer.concat(parts).toString("utf8"));
    parts.length = 0;
    if (known !== undefined) call = context.with(parent, () => startCall(known, telemetry, options, startedMs));
  };

  replaceMethod(
    request,
    "write",
    (write) =>
      function (...parameters) {
        guard("reading a request", () => keep(parameters[0], parameters[1]));
        return Reflect.apply(write, this, parameters);
      },
  );
  replaceMethod(
    request,
    "end",
    (end) =>
      function (...parameters) {
        guard("reading a request", () => {
          keep(parameters[0], parameters[1]);
          begin();
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
