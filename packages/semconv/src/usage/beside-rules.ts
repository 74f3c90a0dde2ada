/** Tokens that a key counts beside the total, not in it, when it comes from one of these providers. */
export interface BesideRule {
  readonly key: string;
  /** How a provider's name begins. */
  readonly providers: readonly string[];
}

/**
 * The conventions count cached tokens in the input and reasoning in the output. Where a dialect passes on what the provider's API says, that is so only if the
 * API counts that way: Anthropic's and Bedrock's count cached tokens beside the input, Gemini's and xAI's reasoning beside the output.
 */
export const cachedBesideInput: readonly BesideRule[] = [
  { key: "ai.usage.cachedInputTokens", providers: ["anthropic", "amazon-bedrock", "bedrock", "vertex.anthropic"] },
];

export const reasoningBesideOutput: readonly BesideRule[] = [
  { key: "ai.usage.reasoningTokens", providers: ["google", "vertex", "gemini", "xai"] },
];

/** Whether tokens under a key come beside the total, of a provider. */
export function isBeside(rules: readonly BesideRule[], key: string, provider: string): boolean {
  return rules.some((rule) => rule.key === key && rule.providers.some((prefix) => provider.startsWith(prefix)));
}
