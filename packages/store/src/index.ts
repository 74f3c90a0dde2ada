export { createLoader } from "./loader/create-loader.ts";
export type { LoaderOptions } from "./loader/create-loader.ts";
export { openStore } from "./open-store.ts";
export type { EngineEvent, Loader, LoaderStats, Store, StoredBlock, StoreOptions, StoreStatus } from "./store.ts";
