import type { ConnectorFactory } from "../../graph/stage.ts";
import { createMeterStage } from "../../meter/meter-stage.ts";
import { createErrorReport, type OnError } from "../../ottl/index.ts";
import { type MeteringConfig, meteringOf } from "./fields.ts";
import { ItemMeter } from "./item-meter.ts";
import type { MetricRule } from "./metric-rule.ts";

/** A connector that makes metrics of items. */
export interface ItemConnector<Config> {
  readonly create: ConnectorFactory<Config>;
  /** What its stage runs. */
  meterOf(config: Config, onError: OnError): ItemMeter;
}

/** `type` is the connector's older name, by which the Collector calls the scope of its metrics. */
export function itemConnector<Config extends MeteringConfig>(
  type: string,
  rulesOf: (config: Config, onError: OnError) => readonly MetricRule[],
): ItemConnector<Config> {
  function meterOf(config: Config, onError: OnError): ItemMeter {
    const { isDelta, maxSeries } = meteringOf(config);
    return new ItemMeter({
      rules: rulesOf(config, onError),
      scopeName: `github.com/open-telemetry/opentelemetry-collector-contrib/connector/${type}connector`,
      isDelta,
      maxSeries,
      onError: (metric, error) => onError(metric, error instanceof Error ? error : new Error(String(error))),
    });
  }
  return {
    meterOf,
    create: (config, context) =>
      createMeterStage({
        meter: meterOf(config, createErrorReport(context.id, context)),
        context,
        outputs: context.outputs.map(({ output }) => output),
        flushIntervalMs: meteringOf(config).flushIntervalMs,
      }),
  };
}
