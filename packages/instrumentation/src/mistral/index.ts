import { context } from "@opentelemetry/api";
import { candidateOf, matchRequest } from "../fetch/match-request.ts";
import { type Started, startCall } from "../fetch/watch-fetch.ts";
import { watchResponse } from "../fetch/watch-response.ts";
import { guard } from "../core/guard.ts";
import { isObject, objectOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { Adoption } from "./adopt.ts";

export interface MistralInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that the list does not know: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/**
 * Traces `@mistralai/mistralai`: chats, completions, agents, conversations, embeddings, moderation, OCR, audio, streamed or not. All methods and functions of
 * the library come down to two methods of one class, which make a request and send it, again where that failed; so a call has one span. What version 2
 * traces itself goes on that span.
 */
export class MistralInstrumentation extends LibraryInstrumentation<MistralInstrumentationOptions> {
  readonly #adoption = new Adoption();

  constructor(options: MistralInstrumentationOptions = {}) {
    super("@genscope/instrumentation/mistral", packageVersion, specifiersOf("mistral"), options);
    if (options.enabled !== false) this.enable();
  }

  /** `module`: what the package exports, its class or a client; or what it exports for its own tracing. */
  protected override patch(module: unknown, telemetry: Telemetry, options: MistralInstrumentationOptions): () => void {
    const prototype = senderOf(module);
    if (prototype === undefined) {
      this.#adoption.observe(module);
      return () => {};
    }
    this.#adoption.enabled = true;
    const bodies = new WeakMap<object, unknown>();
    const undo = [
      wrapMethod(
        prototype,
        "_createRequest",
        (original) =>
          function (...parameters) {
            const [about, configuration] = parameters;
            if (isObject(about)) bodies.set(about, objectOf(configuration)["body"]);
            return Reflect.apply(original, this, parameters);
          },
      ),
      wrapMethod(prototype, "_do", (original) => {
        const { hosts } = options;
        const start = (request: unknown, about: unknown): Started | undefined => {
          if (!isObject(about)) return undefined;
          const candidate = candidateOf(request, { body: bodies.get(about) });
          if (candidate?.body === undefined) return undefined;
          const known = matchRequest(candidate, candidate.body);
          return (
            known && startCall(known, telemetry, { provider: "mistral_ai", ...(hosts === undefined ? {} : { hosts }) })
          );
        };
        const adoption = this.#adoption;
        return function (...parameters) {
          const send = (): unknown => Reflect.apply(original, this, parameters);
          if (isRecordedElsewhere(context.active())) return send();
          const [request, sending] = parameters;
          const call = guard("starting a model call", () => start(request, objectOf(sending)["context"]));
          if (call === undefined) return send();
          const at = guard("adopting a span", () => adoption.begin(this, call.started)) ?? call.started.context;
          const sent = context.with(at, send);
          return sent instanceof Promise ? watched(sent, call) : sent;
        };
      }),
    ];
    return () => {
      this.#adoption.enabled = false;
      for (const step of undo) step?.();
    };
  }
}

/** The library hands on failures as results, and rejects for its own mistakes alone. */
function watched(sent: Promise<unknown>, { started, request }: Started): Promise<unknown> {
  return sent.then(
    (result) => {
      guard("watching a response", () => {
        const { ok, value, error } = objectOf(result);
        if (ok === true && value instanceof Response) watchResponse(started, value, request.format);
        else if (ok === false) started.fail(error);
        else started.end();
      });
      return result;
    },
    (error: unknown) => {
      started.fail(error);
      throw error;
    },
  );
}

/** The prototype of the class that sends requests, of a namespace, a class or a client. */
function senderOf(module: unknown): object | undefined {
  const held = isObject(module) ? (module["Mistral"] ?? module["MistralCore"] ?? module) : module;
  let at: unknown = typeof held === "function" ? held.prototype : held;
  while (isObject(at) && !Object.hasOwn(at, "_do")) at = Object.getPrototypeOf(at);
  return isObject(at) ? at : undefined;
}
