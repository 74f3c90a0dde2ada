export { combinedThreshold } from "./combined-threshold.ts";
export { type OtTraceState, formatOtTraceState, parseOtTraceState } from "./ot-trace-state.ts";
export { adjustedCount, isKept, randomnessOf, thresholdOf } from "./threshold.ts";
