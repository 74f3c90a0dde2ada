import { readString, ValueType } from "@genscope/otlp";
import { numberAt } from "@genscope/semconv/wire";
import type { z } from "zod";
import type { ComponentType } from "../components.ts";
import { section, text } from "../config/fields.ts";
import { createSum } from "../meter/number-instrument.ts";
import type { OnError } from "../ottl/index.ts";
import { type ItemKind, itemKinds, meteringFields, metricInfos } from "./item-metrics/fields.ts";
import { itemMetricsComponent } from "./item-metrics/item-metrics-component.ts";
import { type ItemConnector, itemConnector } from "./item-metrics/item-connector.ts";
import { firstAttributeOf } from "./item-metrics/item-meter.ts";
import type { MetricRule, Reading } from "./item-metrics/metric-rule.ts";
import { namedMetricProblems, namedMetricRule } from "./item-metrics/named-metrics.ts";

const infos = metricInfos({ source_attribute: text("") });

const schema = section({ spans: infos, spanevents: infos, datapoints: infos, logs: infos, ...meteringFields });
type SumConfig = z.output<typeof schema>;

const kinds = ["spans", "spanevents", "datapoints", "logs"] as const satisfies readonly ItemKind[];

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu;

export const sumComponent: ComponentType = itemMetricsComponent({
  type: "sum",
  config: schema,
  check: (config) =>
    kinds.flatMap((kind) =>
      namedMetricProblems(kind, (config as SumConfig)[kind], ({ source_attribute: source }) =>
        source === "" ? [`${kind}: metric source_attribute missing`] : [],
      ),
    ),
});

/** The number that an item has under a key: an int, a double, or text that is one. */
function readingOf(key: string, context: MetricRule["context"]): Reading {
  return (cursor) => {
    const { view } = cursor;
    const { attributes, bytes } = view;
    for (let row = firstAttributeOf(cursor, context); row !== -1; row = attributes.next[row]!) {
      if (readString(view, attributes.keyOffset[row]!, attributes.keyLength[row]!) !== key) continue;
      if (attributes.type[row] !== ValueType.string) {
        const value = numberAt(bytes, attributes, row);
        return Number.isNaN(value) ? null : value;
      }
      const written = readString(view, attributes.valueOffset[row]!, attributes.valueLength[row]!);
      return decimal.test(written) ? Number(written) : null;
    }
    return null;
  };
}

function rulesOf(config: SumConfig, onError: OnError): readonly MetricRule[] {
  return kinds.flatMap((kind) =>
    Object.entries(config[kind]).map(([name, info]) => {
      const instrument = createSum({ name, description: info.description, isMonotonic: true, isInteger: false });
      const value = readingOf(info.source_attribute, itemKinds[kind].context);
      return namedMetricRule(kind, info, onError, { kind: "sum", instrument, value });
    }),
  );
}

/** Sums an attribute of items. */
export const sumConnector: ItemConnector<SumConfig> = itemConnector("sum", rulesOf);
