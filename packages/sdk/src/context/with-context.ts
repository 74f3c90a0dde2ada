import { getRunContext, type RunContext, setRunContext } from "@genscope/instrumentation";
import { context } from "@opentelemetry/api";
import { runToBaggage } from "./run-baggage.ts";

export interface WithContextOptions {
  /** Also send it as baggage, to the services that are called. Off unless asked for: a user's id may not be theirs to know. */
  readonly baggage?: boolean;
}

/**
 * Runs a function; every span started below it, however deep and whichever library starts it, carries who and what it was for. Inner calls add to outer
 * ones; tags are joined.
 *
 * @example
 * ```ts
 * await withContext({ userId: "u-17", conversationId: thread.id, feature: "support" }, () => answer(question));
 * ```
 */
export function withContext<Result>(run: RunContext, inside: () => Result, options: WithContextOptions = {}): Result {
  const active = context.active();
  const outer = getRunContext(active);
  const tags = [...new Set([...(outer?.tags ?? []), ...(run.tags ?? [])])];
  const merged: RunContext = { ...outer, ...defined(run), ...(tags.length === 0 ? {} : { tags }) };
  const inner = setRunContext(active, merged);
  return context.with(options.baggage === true ? runToBaggage(inner, merged) : inner, inside);
}

/** Without the fields that are there but undefined, which would hide an outer value. */
function defined(run: RunContext): RunContext {
  return Object.fromEntries(Object.entries(run).filter(([, value]) => value !== undefined));
}
