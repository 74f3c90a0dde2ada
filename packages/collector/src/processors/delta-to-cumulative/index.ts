import type { StatefulFactory } from "../../graph/stage.ts";
import { createMeterStage } from "../../meter/meter-stage.ts";
import type { DeltaToCumulativeConfig } from "./config.ts";
import { DeltaMeter } from "./delta-meter.ts";

export { deltaToCumulativeComponent } from "./config.ts";

const flushIntervalMs = 200;

/** Sums up metrics of differences, and hands on all others. */
export const createDeltaToCumulative: StatefulFactory<DeltaToCumulativeConfig> = (config, context) =>
  createMeterStage({
    meter: new DeltaMeter(config, context.id, context.telemetry),
    context,
    outputs: [context.output],
    flushIntervalMs,
  });
