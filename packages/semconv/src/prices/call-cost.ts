import { createPricing } from "./pricing.ts";
import { costOf, type PricedUsage } from "./rates.ts";

const pricing = createPricing();

/**
 * What a call cost in US dollars by the list price of its day; null where provider, model or usage is not known, never 0 for want of a price. Prices are those
 * of `@pydantic/genai-prices`.
 */
export function callCost(provider: string, model: string, usage: PricedUsage, at: Date = new Date()): number | null {
  const rates = pricing.ratesOf(provider, model, at.getTime());
  return rates === undefined ? null : costOf(rates, usage);
}
