export { callCost } from "./call-cost.ts";
export type { PricedUsage } from "./call-cost.ts";
