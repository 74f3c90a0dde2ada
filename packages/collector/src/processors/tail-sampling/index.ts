import { Signal } from "@genscope/otlp";
import type { Hears, StatefulFactory } from "../../graph/stage.ts";
import { createTraceStage } from "../pending-traces/trace-stage.ts";
import { type TailSamplingConfig, usesEvaluations } from "./config.ts";
import { extractEvaluations } from "./evaluations/evaluation-record.ts";
import { SamplingRule } from "./sampling-rule.ts";

export { tailSamplingComponent, type TailSamplingConfig } from "./config.ts";

/** Keeps some traces as a whole, decided when they are complete or have waited (docs/adr/0017). */
export const createTailSampling: StatefulFactory<TailSamplingConfig> = (config, context) => {
  const { id, pipeline, telemetry } = context;
  const rule = new SamplingRule(config, context);
  // why was a trace kept, or not
  telemetry.show("sampling", `${pipeline} ${id}`, () => rule.recent.list());
  return Promise.resolve(createTraceStage(rule, context));
};

/** Evaluations are sent as logs. */
export const tailSamplingHears: Hears = {
  signal: Signal.logs,
  isWanted: (config) => usesEvaluations((config as TailSamplingConfig).policies),
  extract: extractEvaluations,
};
