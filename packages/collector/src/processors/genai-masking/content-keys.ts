import { contentRules } from "@genscope/semconv";
import type { Slot } from "@genscope/semconv";

/** Names and settings: they say how a model was called, and nothing of what was said. */
const noContent = new Set<Slot>(["toolName", "toolId", "toolDescription", "toolDefinitions", "parameters"]);

const rules = contentRules.filter(({ slot }) => !noContent.has(slot));
const exact = new Set(rules.filter(({ form }) => form === undefined).map(({ key }) => key));
const prefixes = [...new Set(rules.filter(({ form }) => form !== undefined).map(({ key }) => key))];

/** Content of events that are one message each, before the conventions had messages. */
const messageKeys = new Set(["gen_ai.event.content", "gen_ai.content.prompt", "gen_ai.content.completion"]);

/** Whether an attribute carries what people and models said, what tools were given and gave, or what was found, in any dialect. */
export function isContentKey(key: string): boolean {
  return exact.has(key) || messageKeys.has(key) || prefixes.some((prefix) => key.startsWith(prefix));
}
