import type { z } from "zod";
import type { ComponentType } from "../components.ts";
import { section } from "../config/fields.ts";
import { createSum } from "../meter/number-instrument.ts";
import type { OnError } from "../ottl/index.ts";
import {
  compileFits,
  conditionProblems,
  type ItemKind,
  itemKinds,
  meteringDiffers,
  meteringFields,
  metricInfos,
  ruleAttribute,
} from "./item-metrics/fields.ts";
import { type ItemConnector, itemConnector } from "./item-metrics/item-connector.ts";
import type { MetricRule } from "./item-metrics/metric-rule.ts";

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

function check(value: unknown): readonly string[] {
  const config = value as CountConfig;
  return kinds.flatMap((kind) =>
    Object.entries(config[kind] ?? {}).flatMap(([name, { conditions, attributes }]) => [
      ...(name === "" ? [`${kind}: metric name missing`] : []),
      ...conditionProblems(conditions, itemKinds[kind].context).map(
        (problem) => `${kind} condition: metric ${JSON.stringify(name)}: ${problem}`,
      ),
      ...(kind === "metrics" && attributes.length > 0
        ? [`metrics attributes not supported: metric ${JSON.stringify(name)}`]
        : attributes.some(({ key }) => key === "")
          ? [`${kind} attributes: metric ${JSON.stringify(name)}: attribute key missing`]
          : []),
    ]),
  );
}

export const countComponent: ComponentType = {
  kind: "connectors",
  type: "count",
  signals: ["traces", "metrics", "logs"],
  gives: { traces: ["metrics"], metrics: ["metrics"], logs: ["metrics"] },
  config: schema,
  check,
  differs: meteringDiffers,
};

function rulesOf(config: CountConfig, onError: OnError): readonly MetricRule[] {
  const infosOf = (kind: ItemKind): Infos => {
    const { name, description } = defaults[kind];
    return config[kind] ?? { [name]: { description, conditions: [], attributes: [] } };
  };
  return kinds.flatMap((kind) =>
    Object.entries(infosOf(kind)).map(([name, { description, conditions, attributes }]): MetricRule => ({
      context: itemKinds[kind].context,
      fits: compileFits(conditions, itemKinds[kind].context, onError),
      attributes: attributes.map(ruleAttribute),
      looksAround: true,
      resource: "all",
      measure: {
        kind: "sum",
        instrument: createSum({ name, description, isMonotonic: true, isInteger: true }),
        value: () => 1n,
      },
    })),
  );
}

/** Counts items, all or those that conditions choose. */
export const countConnector: ItemConnector<CountConfig> = itemConnector("count", rulesOf);
