export type { Action } from "./action.ts";
export type { Allow } from "./allow-list.ts";
export { detectorNames } from "./detector-name.ts";
export type { DetectorName } from "./detector-name.ts";
export { createMasker } from "./masker.ts";
export type { MaskCounts, Masker, MaskerOptions } from "./masker.ts";
export type { Rule } from "./rules.ts";
