import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { context } from "@opentelemetry/api";
import { isClaimedAiSdkRequest } from "../core/ai-sdk-requests.ts";
import { guard } from "../core/guard.ts";
import { arrayOf, integerOf, isObject, objectOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { pathsOf } from "../fetch/match-request.ts";
import type { FetchOptions } from "../fetch/watch-fetch.ts";
import type { ResponseHead } from "../fetch/watch-response.ts";
import { SentRequest } from "./sent-request.ts";
import { type Body, bodyOf } from "./watch-message.ts";

interface Exchange {
  readonly sent: SentRequest;
  answer?: Body;
}

/**
 * Watches what undici, the package or the one within Node, tells of its requests, if they may be ones to a model. Pieces of bodies are told from 7.11 on; before, a body that
 * is a text is known, and no answer. Gives back what undoes it.
 */
export function watchUndici(telemetry: Telemetry, options: Pick<FetchOptions, "hosts">): () => void {
  const exchanges = new WeakMap<object, Exchange>();
  const of = (message: unknown): Exchange | undefined => exchanges.get(objectOf(objectOf(message)["request"]));

  const told: Readonly<Record<string, (message: unknown) => void>> = {
    "undici:request:create": (message) => {
      const request = objectOf(objectOf(message)["request"]);
      const url = urlOf(request);
      const paths = url === undefined || request["method"] !== "POST" ? [] : pathsOf(url);
      if (url === undefined || paths.length === 0 || isRecordedElsewhere(context.active())) return;
      if (isClaimedAiSdkRequest({ headers: headersOf(request["headers"]) })) return;
      exchanges.set(request, { sent: new SentRequest(url, paths, telemetry, options) });
    },
    "undici:request:bodyChunkSent": (message) => of(message)?.sent.keep(objectOf(message)["chunk"]),
    "undici:request:bodySent": (message) => begin(of(message), message),
    "undici:request:headers": (message) => {
      const exchange = of(message);
      // an answer may come before all is sent
      begin(exchange, message);
      const call = exchange?.sent.call;
      if (exchange === undefined || call === undefined) return;
      const { request, response } = objectOf(message);
      call.started.touch();
      exchange.answer = bodyOf(call.started, headOf(response), request as object, call.request.format);
    },
    "undici:request:bodyChunkReceived": (message) => of(message)?.answer?.push(objectOf(message)["chunk"]),
    "undici:request:trailers": (message) => of(message)?.answer?.done(),
    "undici:request:error": (message) => {
      const exchange = of(message);
      const { error } = objectOf(message);
      // undici's own word for a body that its reader has left
      if (exchange?.answer !== undefined && objectOf(error)["name"] === "AbortError") exchange.answer.done();
      else if (exchange?.answer !== undefined) exchange.answer.failed(error);
      else exchange?.sent.call?.started.fail(error);
    },
  };
  const listeners = Object.entries(told).map(([name, tell]) => {
    const listener = (message: unknown): void => {
      guard("watching undici", () => tell(message));
    };
    return [name, listener] as const;
  });
  for (const [name, listener] of listeners) subscribe(name, listener);
  return () => {
    for (const [name, listener] of listeners) unsubscribe(name, listener);
  };
}

function begin(exchange: Exchange | undefined, message: unknown): void {
  if (exchange === undefined || exchange.sent.call !== undefined) return;
  const { body } = objectOf(objectOf(message)["request"]);
  if (exchange.sent.isEmpty) exchange.sent.keep(body);
  exchange.sent.begin();
}

function urlOf({ origin, path }: Readonly<Record<string, unknown>>): URL | undefined {
  const href = `${String(origin)}${stringOf(path) ?? ""}`;
  return URL.canParse(href) ? new URL(href) : undefined;
}

/** A list of names and values in turn; before version 6.4, text as it is sent. */
function headersOf(headers: unknown): Record<string, string> {
  const known: Record<string, string> = {};
  const list = typeof headers === "string" ? headers.split(/\r\n|: /u) : arrayOf(headers);
  for (let at = 0; at + 1 < list.length; at += 2) known[String(list[at]).toLowerCase()] = String(list[at + 1]);
  return known;
}

function headOf(response: unknown): ResponseHead {
  const { statusCode, statusText, headers } = isObject(response) ? response : {};
  const status = integerOf(statusCode) ?? 0;
  const known = new Headers(headersOf(headers));
  return { ok: status >= 200 && status < 300, status, statusText: stringOf(statusText) ?? "", headers: known };
}
