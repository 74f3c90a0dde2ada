export { callCost } from "./call-cost.ts";
export { type PriceRow, type PriceTable, PriceTableError, parsePriceTable } from "./price-table.ts";
export { createPricing, type Pricing } from "./pricing.ts";
export { costOf, costOfTokens, type PricedUsage, type Rates, type TieredPrice } from "./rates.ts";
