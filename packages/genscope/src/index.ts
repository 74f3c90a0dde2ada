export { startGenscope } from "./runtime.ts";
export type { Endpoints, Genscope } from "./runtime.ts";
export { parseUpConfig, settings } from "./settings.ts";
export type { Setting, UpConfig } from "./settings.ts";
