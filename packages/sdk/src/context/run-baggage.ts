import type { RunContext } from "@genscope/instrumentation";
import { type Context, propagation } from "@opentelemetry/api";

const keys = {
  userId: "user.id",
  sessionId: "session.id",
  conversationId: "gen_ai.conversation.id",
  feature: "genscope.feature",
  tags: "genscope.tags",
} as const;

/** The context with the run in its baggage, so that HTTP clients carry it to other services. */
export function runToBaggage(context: Context, run: RunContext): Context {
  let baggage = propagation.getBaggage(context) ?? propagation.createBaggage();
  for (const [field, key] of Object.entries(keys)) {
    const value = run[field as keyof typeof keys];
    if (value === undefined) continue;
    // a tag with a comma is still one tag
    const text = typeof value === "string" ? value : value.map((tag) => encodeURIComponent(tag)).join(",");
    baggage = baggage.setEntry(key, { value: text });
  }
  return propagation.setBaggage(context, baggage);
}

/** The run another service put into the baggage. */
export function runFromBaggage(context: Context): RunContext | undefined {
  const baggage = propagation.getBaggage(context);
  if (baggage === undefined) return undefined;
  const read = (field: keyof typeof keys): string | undefined => baggage.getEntry(keys[field])?.value;
  const run: { -readonly [Field in keyof RunContext]: RunContext[Field] } = {};
  for (const field of ["userId", "sessionId", "conversationId", "feature"] as const) {
    const value = read(field);
    if (value !== undefined) run[field] = value;
  }
  const tags = read("tags");
  if (tags !== undefined) run.tags = tags.split(",").map(decodeTag);
  return Object.keys(run).length === 0 ? undefined : run;
}

function decodeTag(tag: string): string {
  try {
    return decodeURIComponent(tag);
  } catch {
    return tag;
  }
}
