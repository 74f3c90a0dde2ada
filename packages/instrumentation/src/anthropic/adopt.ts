import {
  type Context,
  context as contextApi,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { isObject } from "../core/read.ts";
import { adaptedSpan, StandIn } from "../core/stand-in.ts";

/*
 * From 0.134 on the library traces itself: it starts a span for each call, with a tracer that its client holds. What it starts for a call that is recorded
 * here is a stand-in for the span there is: what only the library knows (request ids, retries) goes on it, and the rest, which is said already, does not.
 */

/** What only the library knows. */
const itsOwn = /^(?:anthropic\.|http\.)/u;
/** Content goes by the capture rules, which the library does not know. */
const contentKeys = /^(?:gen_ai\.(?:tool\.call\.|input\.|output\.|system_)|anthropic\.(?:tool_result|.*content))/u;
const callName = "anthropic.messages.create";

function isContent(name: string): boolean {
  return contentKeys.test(name);
}

function isItsOwn(name: string): boolean {
  return itsOwn.test(name) && !isContent(name);
}

/** Names of the library's other spans, in the words of the conventions. */
function nameOf(name: string): string {
  if (name === "anthropic.messages.tool_runner") return "invoke_agent";
  return name.replace(/^anthropic\.(?:mcp_|custom_)?tool_use (?=.)/u, "execute_tool ");
}

/** The spans of calls that are recorded here, while they are. */
export interface Adoption {
  enabled: boolean;
  readonly spans: WeakSet<Span>;
}

/** The tracer of a client, so that calls recorded here have one span. */
class AdoptingTracer implements Tracer {
  readonly #own: Tracer;
  readonly #adoption: Adoption;

  constructor(own: Tracer, adoption: Adoption) {
    this.#own = own;
    this.#adoption = adoption;
  }

  follows(adoption: Adoption): boolean {
    return this.#adoption === adoption;
  }

  startSpan(name: string, options: SpanOptions = {}, context: Context = contextApi.active()): Span {
    if (!this.#adoption.enabled) return this.#own.startSpan(name, options, context);
    if (name !== callName) {
      return adaptedSpan(this.#own.startSpan(nameOf(name), options, context), isContent);
    }
    const standIn = new StandIn(isItsOwn);
    standIn.setAttributes(options.attributes ?? {});
    const active = trace.getSpan(context);
    // else a helper starts it before it makes the call
    if (active !== undefined && this.#adoption.spans.has(active)) standIn.bind(active);
    return standIn;
  }

  // the library starts its spans with `startSpan` alone
  startActiveSpan(...parameters: unknown[]): never {
    return Reflect.apply(this.#own.startActiveSpan.bind(this.#own), undefined, parameters) as never;
  }
}

/** Has a client that traces itself write to the spans that are made here. */
export function adoptClient(client: unknown, adoption: Adoption): void {
  if (!isObject(client)) return;
  const holder = client as { _tracer?: unknown };
  const tracer = holder["_tracer"];
  if (
    !isObject(tracer) ||
    (tracer instanceof AdoptingTracer && tracer.follows(adoption)) ||
    typeof tracer["startSpan"] !== "function"
  )
    return;
  holder["_tracer"] = new AdoptingTracer(tracer as unknown as Tracer, adoption);
}

/** The stand-in that a helper of the library hands over with a call's options. */
export function standInOf(options: unknown): StandIn | undefined {
  const started = isObject(options) ? options["__span"] : undefined;
  const span = isObject(started) ? started["span"] : undefined;
  return span instanceof StandIn ? span : undefined;
}
