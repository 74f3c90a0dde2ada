import { createPricing, type Pricing } from "@genscope/semconv/prices";
import { readPriceFile } from "./read-price-file.ts";

/** List prices, and in front of them those of a table where there is one. @throws {Error} for a table that cannot be used, with what is wrong with it */
export function pricingOf(priceFile: string | undefined): Pricing {
  return createPricing(priceFile === undefined || priceFile === "" ? undefined : readPriceFile(priceFile));
}
