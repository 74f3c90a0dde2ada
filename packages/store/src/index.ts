export { createLoader } from "./loader/create-loader.ts";
export type { LoaderOptions } from "./loader/create-loader.ts";
export { openStore } from "./open-store.ts";
export type { EngineEvent, Loader, LoaderStats, Store, StoredBlock, StoreOptions, StoreStatus } from "./store.ts";
export { recomputeCosts, type RecomputedCosts } from "./recompute-costs.ts";
export { costsByModel } from "./queries/costs-by-model.ts";
