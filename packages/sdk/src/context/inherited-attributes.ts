import { getRunContext, runAttributes } from "@genscope/instrumentation";
import type { Attributes, Context } from "@opentelemetry/api";
import { runFromBaggage } from "./run-baggage.ts";

/** What every span below `withContext` has, whichever library starts it: user, session, conversation, feature and tags. */
export function inheritedAttributes(context: Context): Attributes | undefined {
  const run = getRunContext(context);
  return run === undefined ? undefined : runAttributes(run);
}

/** As {@link inheritedAttributes}, and where nothing was said here, what another service put into the baggage. */
export function inheritedOrSentAttributes(context: Context): Attributes | undefined {
  const run = getRunContext(context) ?? runFromBaggage(context);
  return run === undefined ? undefined : runAttributes(run);
}
