import type { ConnectorFactory } from "../../graph/stage.ts";
import { createMeterStage } from "../../meter/meter-stage.ts";
import type { ServiceGraphConfig } from "./config.ts";
import { GraphMeter } from "./graph-meter.ts";

export { serviceGraphComponent } from "./config.ts";

/** Where the Collector would put metrics out with every request. */
const soonestMs = 200;

/** Who calls whom, how often, how long and how often in vain. */
export const createServiceGraph: ConnectorFactory<ServiceGraphConfig> = (config, context) =>
  createMeterStage({
    meter: new GraphMeter(config, context.id, context.telemetry),
    context,
    outputs: context.outputs.map(({ output }) => output),
    flushIntervalMs: Math.max(soonestMs, config.metrics_flush_interval),
  });
