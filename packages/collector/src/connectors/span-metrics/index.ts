import type { ConnectorFactory } from "../../graph/stage.ts";
import { createMeterStage } from "../../meter/meter-stage.ts";
import { pricingOf } from "../../prices/pricing-of.ts";
import type { SpanMetricsConfig } from "./config.ts";
import { readInstanceId } from "./instance-id.ts";
import { SpanMeter } from "./span-meter.ts";

export { spanMetricsComponent } from "./config.ts";

/** Calls, durations, events, tokens and cost of spans, as metrics (docs/metering.md). */
export const createSpanMetrics: ConnectorFactory<SpanMetricsConfig> = async (config, context) => {
  const { id, telemetry, warn, isStrict, outputs } = context;
  const hasUsage = !isStrict && (config.usage.enabled || config.cost.enabled);
  const pricing = hasUsage ? pricingOf(config.cost.prices) : undefined;
  const { add_resource_attributes: asked = isStrict } = config;
  const { include_collector_instance_id: isNamed = isStrict, exclude_dimensions: excluded } = config;
  const collectorInstance =
    isNamed && !excluded.includes("collector.instance.id") ? await readInstanceId(context.stateDir) : undefined;
  const metered = { ...config, add_resource_attributes: asked };
  const meter = new SpanMeter({ config: metered, pricing, collectorInstance, id, telemetry, warn });
  return createMeterStage({
    meter,
    context,
    outputs: outputs.map(({ output }) => output),
    flushIntervalMs: config.metrics_flush_interval,
  });
};
