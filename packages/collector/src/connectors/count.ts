import type { z } from "zod";
import type { ComponentType } from "../components.ts";
import { section } from "../config/fields.ts";
import { createSum } from "../meter/number-instrument.ts";
import type { OnError } from "../ottl/index.ts";
import { type ItemKind, itemKinds, meteringFields, metricInfos } from "./item-metrics/fields.ts";
import { itemMetricsComponent } from "./item-metrics/item-metrics-component.ts";
import { type ItemConnector, itemConnector } from "./item-metrics/item-connector.ts";
import type { MetricRule } from "./item-metrics/metric-rule.ts";
import { namedMetricProblems, namedMetricRule } from "./item-metrics/named-metrics.ts";

const infos = metricInfos({}).optional();

const schema = section({
  spans: infos,
  spanevents: infos,
  metrics: infos,
  datapoints: infos,
  logs: infos,
  ...meteringFields,
});
type CountConfig = z.output<typeof schema>;
type Infos = NonNullable<CountConfig["spans"]>;

/** What is counted where a configuration says nothing of a kind of item. */
const defaults: Readonly<Record<ItemKind, { readonly name: string; readonly description: string }>> = {
  spans: { name: "trace.span.count", description: "The number of spans observed." },
  spanevents: { name: "trace.span.event.count", description: "The number of span events observed." },
  metrics: { name: "metric.count", description: "The number of metrics observed." },
  datapoints: { name: "metric.datapoint.count", description: "The number of data points observed." },
  logs: { name: "log.record.count", description: "The number of log records observed." },
};

const kinds = Object.keys(itemKinds) as readonly ItemKind[];

export const countComponent: ComponentType = itemMetricsComponent({
  type: "count",
  config: schema,
  check: (config) => kinds.flatMap((kind) => namedMetricProblems(kind, (config as CountConfig)[kind] ?? {})),
});

function rulesOf(config: CountConfig, onError: OnError): readonly MetricRule[] {
  const infosOf = (kind: ItemKind): Infos => {
    const { name, description } = defaults[kind];
    return config[kind] ?? { [name]: { description, conditions: [], attributes: [] } };
  };
  return kinds.flatMap((kind) =>
    Object.entries(infosOf(kind)).map(([name, info]) => {
      const instrument = createSum({ name, description: info.description, isMonotonic: true, isInteger: true });
      return namedMetricRule(kind, info, onError, { kind: "sum", instrument, value: () => 1n });
    }),
  );
}

/** Counts items, all or those that conditions choose. */
export const countConnector: ItemConnector<CountConfig> = itemConnector("count", rulesOf);
