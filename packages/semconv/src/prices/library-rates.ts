import { calcPrice, type ModelPrice } from "@pydantic/genai-prices";
import type { Rates, TieredPrice } from "./rates.ts";

/** The package that prices come from, with its version. */
export const priceLibrary = "genai-prices 0.1.8";

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

/** Providers whose batches cost half of the list price, and OpenAI's slower tier; as their price pages have it in November 2026. */
const serviceTiers: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  openai: { batch: 0.5, flex: 0.5 },
  azure: { batch: 0.5 },
  anthropic: { batch: 0.5 },
  google: { batch: 0.5 },
};

/** The list prices of a model at a time; undefined for one that the library does not know. Without a provider the model's name decides. */
export function libraryRates(provider: string, model: string, at: Date): Rates | undefined {
  const providerId = tableNames[provider] ?? provider;
  let found: ReturnType<typeof calcPrice>;
  try {
    found = calcPrice({}, model, { timestamp: at, ...(providerId === "" ? {} : { providerId }) });
  } catch {
    return undefined;
  }
  if (found === null) return undefined;
  const { model_price: price } = found;
  const request = price["requests_kcount"];
  return {
    input: tieredPrice(price["input_mtok"]),
    output: tieredPrice(price["output_mtok"]),
    cacheRead: tieredPrice(price["cache_read_mtok"]),
    cacheWrite: tieredPrice(price["cache_write_mtok"]),
    reasoning: tieredPrice(price["output_reasoning_mtok"]),
    request: typeof request === "number" ? request / 1_000 : 0,
    serviceTiers: serviceTiers[found.provider.id] ?? {},
  };
}

function tieredPrice(price: ModelPrice[string]): TieredPrice | undefined {
  if (price === undefined) return undefined;
  if (typeof price === "number") return { base: price, tiers: [] };
  return { base: price.base, tiers: price.tiers.map(({ start, price: higher }) => ({ above: start, price: higher })) };
}
