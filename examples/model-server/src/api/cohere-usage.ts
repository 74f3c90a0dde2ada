import type { Prompt, Reply } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens } from "../brain/respond.ts";
import type { JsonObject } from "../read.ts";

/** Why an answer ended, in Cohere's words. */
export function cohereFinishReason({ finishReason }: Reply): string {
  return { stop: "COMPLETE", length: "MAX_TOKENS", tool_calls: "TOOL_CALL" }[finishReason];
}

/** Billed is what the caller wrote; used, what the model read, with the format around it. */
export function cohereUsage(prompt: Prompt, said: Reply): JsonObject {
  const input = countPromptTokens(prompt.turns, prompt.tools);
  const output = countReplyTokens(said);
  return {
    billed_units: { input_tokens: input, output_tokens: output },
    tokens: { input_tokens: input + 60, output_tokens: output + 2 },
  };
}
