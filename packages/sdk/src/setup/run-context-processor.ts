import { getRunContext, runAttributes } from "@genscope/instrumentation";
import type { Context } from "@opentelemetry/api";
import { runFromBaggage } from "../context/run-baggage.ts";
import type { Span, SpanProcessor } from "./extensions.ts";

/** Puts user, session, conversation, feature and tags on every span below `withContext`, whichever library starts it. */
export class RunContextProcessor implements SpanProcessor {
  readonly #fromBaggage: boolean;

  constructor(options: { readonly fromBaggage: boolean }) {
    this.#fromBaggage = options.fromBaggage;
  }

  onStart(span: Span, parentContext: Context): void {
    const run = getRunContext(parentContext) ?? (this.#fromBaggage ? runFromBaggage(parentContext) : undefined);
    if (run === undefined) return;
    for (const [key, value] of Object.entries(runAttributes(run))) {
      // a span that says it itself knows better
      if (span.attributes[key] === undefined) span.setAttribute(key, value);
    }
  }

  onEnd(): void {}
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}
