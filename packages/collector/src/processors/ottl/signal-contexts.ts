import type { PipelineSignal } from "../../components.ts";
import type { ContextName } from "../../ottl/index.ts";

/** What statements about a signal can be about, the outermost first. */
export const signalContexts: Readonly<Record<PipelineSignal, readonly ContextName[]>> = {
  traces: ["resource", "scope", "span", "spanevent", "spanlink"],
  metrics: ["resource", "scope", "metric", "datapoint", "exemplar"],
  logs: ["resource", "scope", "log"],
};
