import { libraryRates, priceLibrary } from "./library-rates.ts";
import type { PriceTable } from "./price-table.ts";
import type { Rates } from "./rates.ts";

/** Knows what models cost. */
export interface Pricing {
  /** Names the prices: the library, and a user's table in front of it. The same name means the same prices. */
  readonly version: string;
  /** What a model costs at a time; undefined where nobody says. Cheap for a model asked for before. */
  ratesOf(provider: string, model: string, atMs: number): Rates | undefined;
}

/** Prices change with the day, and a few with the time of day: what was found holds for this long. */
const slotMs = 15 * 60_000;
/** Models that somebody asked for; whoever sends names at random does not fill the memory. */
const maxModels = 10_000;

/** Prices of `@pydantic/genai-prices`, and in front of them those of a user's table. */
export function createPricing(table?: PriceTable): Pricing {
  const known = new Map<string, { readonly slot: number; readonly rates: Rates | undefined }>();

  function find(provider: string, model: string, atMs: number): Rates | undefined {
    const row = table?.rows.find((one) => one.fromMs <= atMs && atMs < one.untilMs && one.matches(provider, model));
    return row?.rates ?? libraryRates(provider, model, new Date(atMs));
  }

  return {
    version: table === undefined ? priceLibrary : `${table.version ?? "own table"} + ${priceLibrary}`,
    ratesOf(provider, model, atMs) {
      const key = `${provider}\u0000${model}`;
      const slot = Math.floor(atMs / slotMs);
      const found = known.get(key);
      if (found?.slot === slot) return found.rates;
      if (known.size >= maxModels) known.clear();
      const rates = find(provider, model, atMs);
      known.set(key, { slot, rates });
      return rates;
    },
  };
}
