import type { ConnectorFactory } from "../../graph/stage.ts";
import { createMeterStage } from "../../meter/meter-stage.ts";
import { pricingOf } from "../../prices/pricing-of.ts";
import type { SpanMetricsConfig } from "./config.ts";
import { SpanMeter } from "./span-meter.ts";

export { spanMetricsComponent } from "./config.ts";

/** Calls, durations, events, tokens and cost of spans, as metrics (docs/metering.md). */
export const createSpanMetrics: ConnectorFactory<SpanMetricsConfig> = (config, context) => {
  const { id, telemetry, warn, isStrict, outputs } = context;
  const hasUsage = !isStrict && (config.usage.enabled || config.cost.enabled);
  const pricing = hasUsage ? pricingOf(config.cost.prices) : undefined;
  const { add_resource_attributes: asked = isStrict } = config;
  const meter = new SpanMeter({ config: { ...config, add_resource_attributes: asked }, pricing, id, telemetry, warn });
  return createMeterStage({
    meter,
    context,
    outputs: outputs.map(({ output }) => output),
    flushIntervalMs: config.metrics_flush_interval,
  });
};
