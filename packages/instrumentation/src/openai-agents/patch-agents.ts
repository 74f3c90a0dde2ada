import { context } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { objectOf } from "../core/read.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { AgentsContext } from "./agents-context.ts";
import { type AgentsSpan, type AgentsTrace, storeOf } from "./agents-data.ts";
import type { AgentsTracer } from "./agents-tracer.ts";

/** Where every copy of the Agents SDK keeps what it is at. */
const storageKey = Symbol.for("openai.agents.core.asyncLocalStorage");
const shared = globalThis as { [storageKey]?: object };

/**
 * Tells a tracer of the traces and spans of a loaded `@openai/agents-core`, at the moment they begin and end: a processor is told when those before it have finished. Has the work of each done
 * in its context. Gives back what undoes it.
 */
export function patchAgents(module: unknown, tracer: AgentsTracer): () => void {
  const { getCurrentTrace, Span, Trace } = objectOf(module);
  if (typeof getCurrentTrace !== "function" || typeof Span !== "function" || typeof Trace !== "function") {
    return () => {};
  }
  // makes the storage, should nobody have asked before
  Reflect.apply(getCurrentTrace, undefined, []);
  const undo = [
    watch(Trace.prototype, "start", undefined, (trace) => tracer.startTrace(trace as AgentsTrace)),
    watch(Trace.prototype, "end", (trace) => tracer.endTrace(trace as AgentsTrace), undefined),
    watch(Span.prototype, "start", undefined, (span) => tracer.startSpan(span as AgentsSpan)),
    watch(Span.prototype, "end", (span) => tracer.endSpan(span as AgentsSpan), undefined),
    runInContext(shared[storageKey], tracer),
  ];
  return () => {
    for (const step of undo) step?.();
  };
}

type Told = ((subject: unknown) => void) | undefined;

function watch(prototype: unknown, method: string, before: Told, after: Told): (() => void) | undefined {
  return wrapMethod(
    prototype,
    method,
    (original) =>
      function (...parameters) {
        before?.(this);
        const result = Reflect.apply(original, this, parameters);
        after?.(this);
        return result;
      },
  );
}

/** The SDK enters every piece of work through its storage. */
function runInContext(storage: unknown, tracer: AgentsTracer): (() => void) | undefined {
  return wrapMethod(
    storage,
    "run",
    (original) =>
      function (...parameters) {
        const [given, run, ...rest] = parameters;
        const store = storeOf(given);
        const within = guard(
          "entering the work of an agent",
          () => new AgentsContext(store, (at, from) => tracer.contextOf(at, from)),
        );
        if (within === undefined || typeof run !== "function") return Reflect.apply(original, this, parameters);
        const { trace } = store;
        const begins = tracer.begins(store);
        const enter = (...values: unknown[]): unknown => {
          const result = context.with(within, () => Reflect.apply(run, undefined, values));
          // what the SDK hands on is another promise, so a rejection nobody handles stays unhandled
          if (begins && trace !== undefined && result instanceof Promise) {
            result.catch((error: unknown) => tracer.failTrace(trace, error));
          }
          return result;
        };
        return Reflect.apply(original, this, [given, enter, ...rest]);
      },
  );
}
