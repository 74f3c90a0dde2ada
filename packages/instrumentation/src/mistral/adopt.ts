import {
  type Context,
  context as contextApi,
  createContextKey,
  ProxyTracerProvider,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import type { ModelCall } from "../core/model-call.ts";
import { arrayOf, isObject, type JsonObject, objectOf } from "../core/read.ts";
import { adaptedSpan, StandIn } from "../core/stand-in.ts";

/*
 * Version 2 traces itself where it is told to: with a provider of the client's, with one registered with the library, or with the global one. What it starts
 * for a call that is recorded here is a stand-in for the span there is. Where it sends its spans to Mistral by itself, they are left alone.
 */

/** What only the library knows. */
const itsOwn = /^(?:mistral_ai\.|agent\.trace\.|http\.|url\.)/u;
/** Content goes by the capture rules, which the library does not know. */
const contentKeys = /^gen_ai\.(?:tool\.call\.(?:arguments|result)|input\.|output\.|system_)/u;

const callKey = createContextKey("genscope.mistral-call");
const silent: TracerProvider = new ProxyTracerProvider();

type GetProvider = () => TracerProvider | undefined;

/** The library's own tracing, on the spans made here. */
export class Adoption {
  enabled = true;
  #registered: GetProvider | undefined;

  /** Takes note of what the library exports for its own tracing. */
  observe(module: unknown): void {
    const get = objectOf(module)["getRegisteredTracerProvider"];
    if (typeof get === "function") this.#registered = get as GetProvider;
  }

  /** The context in which a client makes a call, so that what it traces itself goes on the call's span. */
  begin(client: unknown, call: ModelCall): Context {
    const hook = hookOf(client);
    if (hook !== undefined) this.#adopt(hook);
    return call.context.setValue(callKey, call);
  }

  #adopt(hook: TracingHook): void {
    const { tracerProvider, _autoTelemetryProvider: toMistral, _telemetryUseGlobalProvider: asksGlobal } = hook;
    if (tracerProvider instanceof AdoptingProvider) return;
    if (tracerProvider !== undefined) {
      if (tracerProvider !== toMistral) hook.tracerProvider = new AdoptingProvider(() => tracerProvider, this);
      return;
    }
    const isGlobal = asksGlobal === true || process.env["MISTRAL_SDK_TELEMETRY"] === "global";
    const registered = this.#registered;
    if (isGlobal) hook.tracerProvider = new AdoptingProvider(() => trace.getTracerProvider(), this);
    else if (registered?.() !== undefined) hook.tracerProvider = new AdoptingProvider(registered, this);
  }
}

interface TracingHook {
  tracerProvider?: TracerProvider | undefined;
  readonly _autoTelemetryProvider?: TracerProvider | undefined;
  readonly _telemetryUseGlobalProvider?: boolean;
}

/** The part of a client that traces, where it has one. */
function hookOf(client: unknown): TracingHook | undefined {
  const hooks = objectOf(objectOf(objectOf(client)["_options"])["hooks"]);
  return arrayOf(hooks["beforeRequestHooks"]).find(
    (hook): hook is JsonObject & TracingHook => isObject(hook) && hook["_mistralTracingHook"] === true,
  );
}

class AdoptingProvider implements TracerProvider {
  readonly #own: GetProvider;
  readonly #adoption: Adoption;

  constructor(own: GetProvider, adoption: Adoption) {
    this.#own = own;
    this.#adoption = adoption;
  }

  getTracer(...parameters: Parameters<TracerProvider["getTracer"]>): Tracer {
    return new AdoptingTracer((this.#own() ?? silent).getTracer(...parameters), this.#adoption);
  }
}

class AdoptingTracer implements Tracer {
  readonly #own: Tracer;
  readonly #adoption: Adoption;

  constructor(own: Tracer, adoption: Adoption) {
    this.#own = own;
    this.#adoption = adoption;
  }

  startSpan(name: string, options: SpanOptions = {}, context: Context = contextApi.active()): Span {
    const start = (): Span => this.#own.startSpan(name, options, context);
    if (!this.#adoption.enabled) return start();
    // below the call: what the provider ran itself, and each message of it, which the call has said
    if (trace.getSpan(context) instanceof StandIn) {
      return name.startsWith("execute_tool") ? adaptedSpan(start(), isContent) : new StandIn(() => false);
    }
    const call = context.getValue(callKey) as ModelCall | undefined;
    return call === undefined ? start() : new StandIn(isItsOwn, call.span);
  }

  // the library starts the spans of its calls with `startSpan` alone
  startActiveSpan(...parameters: unknown[]): never {
    return Reflect.apply(this.#own.startActiveSpan.bind(this.#own), undefined, parameters) as never;
  }
}

function isContent(name: string): boolean {
  return contentKeys.test(name);
}

function isItsOwn(name: string): boolean {
  return itsOwn.test(name);
}
