import { readString, ValueType } from "@genscope/otlp";
import { numberAt } from "@genscope/semconv/wire";
import type { z } from "zod";
import type { ComponentType } from "../components.ts";
import { section, text } from "../config/fields.ts";
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
import { firstAttributeOf } from "./item-metrics/item-meter.ts";
import type { MetricRule, Reading } from "./item-metrics/metric-rule.ts";

const infos = metricInfos({ source_attribute: text("") });

const schema = section({ spans: infos, spanevents: infos, datapoints: infos, logs: infos, ...meteringFields });
type SumConfig = z.output<typeof schema>;

const kinds = ["spans", "spanevents", "datapoints", "logs"] as const satisfies readonly ItemKind[];

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu;

function check(value: unknown): readonly string[] {
  const config = value as SumConfig;
  return kinds.flatMap((kind) =>
    Object.entries(config[kind]).flatMap(([name, { conditions, attributes, source_attribute: source }]) => [
      ...(name === "" ? [`${kind}: metric name missing`] : []),
      ...(source === "" ? [`${kind}: metric source_attribute missing`] : []),
      ...conditionProblems(conditions, itemKinds[kind].context).map(
        (problem) => `${kind} condition: metric ${JSON.stringify(name)}: ${problem}`,
      ),
      ...(attributes.some(({ key }) => key === "")
        ? [`${kind} attributes: metric ${JSON.stringify(name)}: attribute key missing`]
        : []),
    ]),
  );
}

export const sumComponent: ComponentType = {
  kind: "connectors",
  type: "sum",
  signals: ["traces", "metrics", "logs"],
  gives: { traces: ["metrics"], metrics: ["metrics"], logs: ["metrics"] },
  config: schema,
  check,
  differs: meteringDiffers,
};

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
    Object.entries(config[kind]).map(
      ([name, { description, conditions, attributes, source_attribute: source }]): MetricRule => ({
        context: itemKinds[kind].context,
        fits: compileFits(conditions, itemKinds[kind].context, onError),
        attributes: attributes.map(ruleAttribute),
        looksAround: true,
        resource: "all",
        measure: {
          kind: "sum",
          instrument: createSum({ name, description, isMonotonic: true, isInteger: false }),
          value: readingOf(source, itemKinds[kind].context),
        },
      }),
    ),
  );
}

/** Sums an attribute of items. */
export const sumConnector: ItemConnector<SumConfig> = itemConnector("sum", rulesOf);
