import { calcPrice } from "@pydantic/genai-prices";

/** Tokens of one call. `input` includes the cached ones, `output` the reasoning. */
export interface PricedUsage {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
}

/** `gen_ai.provider.name` by the price table's word for it, where they differ. */
const tableNames: Readonly<Record<string, string>> = {
  "aws.bedrock": "aws",
  "azure.ai.inference": "azure",
  "azure.ai.openai": "azure",
  "gcp.gemini": "google",
  "gcp.gen_ai": "google",
  "gcp.vertex_ai": "google",
  mistral_ai: "mistral",
  moonshot_ai: "moonshotai",
  x_ai: "x-ai",
};

/**
 * What a call cost in US dollars by the list price of its day; null where provider, model or usage is not known, never 0 for want of a price. Prices are those
 * of `@pydantic/genai-prices`.
 */
export function callCost(provider: string, model: string, usage: PricedUsage, at: Date = new Date()): number | null {
  const { input, output, cacheRead, cacheWrite } = usage;
  if (input === undefined && output === undefined) return null;
  try {
    const price = calcPrice(
      {
        ...(input === undefined ? {} : { input_tokens: input }),
        ...(output === undefined ? {} : { output_tokens: output }),
        ...(cacheRead === undefined ? {} : { cache_read_tokens: cacheRead }),
        ...(cacheWrite === undefined ? {} : { cache_write_tokens: cacheWrite }),
      },
      model,
      { providerId: tableNames[provider] ?? provider, timestamp: at },
    );
    return price === null ? null : price.total_price;
  } catch {
    // usage that cannot be: more cached tokens than tokens
    return null;
  }
}
