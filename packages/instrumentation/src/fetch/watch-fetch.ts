import { context } from "@opentelemetry/api";
import { isClaimedAiSdkRequest } from "../core/ai-sdk-requests.ts";
import { guard } from "../core/guard.ts";
import { ModelCall } from "../core/model-call.ts";
import { claimCall, isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { readServer } from "../openai/provider.ts";
import { getAttempts } from "./attempts.ts";
import { type Candidate, candidateOf, matchRequest, type ModelRequest } from "./match-request.ts";
import { watchResponse } from "./watch-response.ts";

type Fetch = typeof globalThis.fetch;

export interface FetchOptions {
  /** Providers of hosts that the list does not know. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Which calls of `fetch` are looked at; all unless said. */
  readonly accepts?: (input: unknown, init: unknown) => boolean;
  /** Who answers at a host that nobody knows; unless said, whose format is spoken. */
  readonly provider?: string;
}

/** Replaces the `fetch` of an object by one that sees requests to models. Gives back what undoes it, also below what was put over it since. */
export function watchFetch(holder: { fetch: Fetch }, telemetry: Telemetry, options: FetchOptions): () => void {
  const original = holder.fetch;
  let isActive = true;

  const seen = (input: unknown, init: unknown): Candidate | undefined => {
    if (!isActive || isRecordedElsewhere(context.active())) return undefined;
    if (options.accepts?.(input, init) === false) return undefined;
    if (isClaimedAiSdkRequest(input instanceof Request ? input : init)) return undefined;
    return candidateOf(input, init);
  };

  const wrapped: Fetch = (input, init) => {
    const candidate = guard("recognizing a model request", () => seen(input, init));
    if (candidate === undefined) return original(input, init);
    const send = (): Promise<Response> => original(input, init);
    const { body } = candidate;
    if (body === undefined) return readingFetch(candidate, send, telemetry, options);
    const attempts = getAttempts(context.active());
    const call = guard("starting a model call", () => {
      const request = matchRequest(candidate, body);
      return request === undefined ? undefined : startCall(request, telemetry, options, undefined, attempts?.call);
    });
    if (call === undefined) return send();
    if (attempts !== undefined) attempts.call = call.started;
    return context.with(call.started.context, send).then(
      (response) => {
        if (attempts === undefined || response.ok) {
          guard("watching a response", () => watchResponse(call.started, response, call.request.format));
        }
        return response;
      },
      (error: unknown) => {
        if (attempts === undefined) call.started.fail(error);
        throw error;
      },
    );
  };
  for (const key of ["name", "length"] as const) {
    Object.defineProperty(wrapped, key, { value: original[key], configurable: true });
  }
  holder.fetch = wrapped;
  return () => {
    isActive = false;
    if (holder.fetch === wrapped) holder.fetch = original;
  };
}

export interface Started {
  readonly started: ModelCall;
  readonly request: ModelRequest;
}

/**
 * Sends a request whose body has to be read to be known. A copy of it is read beside the sending, which waits for nothing; so the span is made a moment
 * after its start, and what is below it has its parent's.
 */
function readingFetch(
  candidate: Candidate,
  send: () => Promise<Response>,
  telemetry: Telemetry,
  options: FetchOptions,
): Promise<Response> {
  const startedMs = performance.now();
  const parent = context.active();
  const copy = guard("copying a request", () => candidate.unread?.clone());
  if (copy === undefined) return send();
  let call: Started | undefined;
  let isAnswered = false;
  const reading = copy.text().then(
    (body) => {
      if (isAnswered) return undefined;
      call = guard("starting a model call", () => {
        const request = matchRequest(candidate, body);
        if (request === undefined) return undefined;
        return context.with(parent, () => startCall(request, telemetry, options, startedMs));
      });
      return call;
    },
    () => undefined,
  );
  return context.with(claimCall(parent), send).then(
    (response) => {
      isAnswered = true;
      const known = call;
      if (known !== undefined) {
        guard("watching a response", () => watchResponse(known.started, response, known.request.format));
      }
      return response;
    },
    (error: unknown) => {
      void reading.then((known) => known?.started.fail(error));
      throw error;
    },
  );
}

/** Starts the call that a request is, unless it is another try of one that has begun. */
export function startCall(
  request: ModelRequest,
  telemetry: Telemetry,
  { hosts, provider: fallback }: Pick<FetchOptions, "hosts" | "provider">,
  startedMs?: number,
  begun?: ModelCall,
): Started {
  if (begun !== undefined) return { started: begun, request };
  const { format, url, body } = request;
  const { provider, address, port } = readServer(url, hosts, fallback ?? request.provider);
  const { content } = format;
  const started = new ModelCall(telemetry, {
    operation: format.operation,
    provider,
    measured: format.measured,
    model: request.model,
    subject: format.subject?.(body),
    serverAddress: address,
    serverPort: port,
    attributes: format.request(body, provider),
    startedMs,
    ...(content === undefined ? {} : { content: () => content(body) }),
  });
  return { started, request };
}
