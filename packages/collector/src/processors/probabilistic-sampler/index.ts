import { Cursor, eachItem } from "../../ottl/index.ts";
import type { Counter } from "../../graph/telemetry.ts";
import type { StatelessFactory } from "../stateless.ts";
import type { ProbabilisticSamplerConfig } from "./config.ts";
import { createLogSampler } from "./log-sampler.ts";
import { createSpanSampler } from "./span-sampler.ts";

export { probabilisticSamplerComponent } from "./config.ts";

/** Drops the spans or log records that are not in the share to keep; of a trace all are, or none. */
export const createProbabilisticSampler: StatelessFactory<ProbabilisticSamplerConfig> = (config, { telemetry }) => {
  const samplers = { traces: createSpanSampler(config), logs: createLogSampler(config) };
  const counters = new Map<string, Counter>();

  function count(signal: "traces" | "logs", policy: string, isKept: boolean): void {
    const key = `${signal} ${isKept} ${policy}`;
    let counter = counters.get(key);
    if (counter === undefined) {
      const name = `otelcol_processor_probabilistic_sampler_count_${signal}_sampled`;
      counter = telemetry.counter(name, { policy, sampled: String(isKept) });
      counters.set(key, counter);
    }
    counter.add(1);
  }

  return {
    process(batch) {
      const { signal, edits } = batch;
      if (signal === "metrics") return;
      const isTraces = signal === "traces";
      const sample = samplers[signal];
      eachItem(isTraces ? "span" : "log", new Cursor(batch), (cursor) => {
        const { isKept, policy } = sample(cursor);
        count(signal, policy, isKept);
        if (isKept) return;
        if (isTraces) edits.drop("span", cursor.span);
        else edits.drop("log", cursor.log);
      });
    },
  };
};
