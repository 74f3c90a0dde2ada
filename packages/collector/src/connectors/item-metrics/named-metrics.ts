import type { z } from "zod";
import type { OnError } from "../../ottl/index.ts";
import { compileFits, conditionProblems, type ItemKind, itemKinds, metricInfos, ruleAttribute } from "./fields.ts";
import type { Measure, MetricRule } from "./metric-rule.ts";

const plainInfos = metricInfos({});

/** A metric that a configuration calls by its name, as count and sum have them. */
export type NamedMetric = z.output<typeof plainInfos>[string];

/** What is wrong with the metrics of one kind of item, in the Collector's words; `more` says what else is. */
export function namedMetricProblems<Info extends NamedMetric>(
  kind: ItemKind,
  metrics: Readonly<Record<string, Info>>,
  more: (info: Info) => readonly string[] = () => [],
): readonly string[] {
  return Object.entries(metrics).flatMap(([name, info]) => {
    const quoted = JSON.stringify(name);
    const conditions = conditionProblems(info.conditions, itemKinds[kind].context);
    const hasNoKey = info.attributes.some(({ key }) => key === "");
    return [
      ...(name === "" ? [`${kind}: metric name missing`] : []),
      ...more(info),
      ...conditions.map((problem) => `${kind} condition: metric ${quoted}: ${problem}`),
      ...(kind === "metrics" && info.attributes.length > 0
        ? [`metrics attributes not supported: metric ${quoted}`]
        : hasNoKey
          ? [`${kind} attributes: metric ${quoted}: attribute key missing`]
          : []),
    ];
  });
}

export function namedMetricRule(
  kind: ItemKind,
  { conditions, attributes }: NamedMetric,
  onError: OnError,
  measure: Measure,
): MetricRule {
  const { context } = itemKinds[kind];
  return {
    context,
    fits: compileFits(conditions, context, onError),
    attributes: attributes.map(ruleAttribute),
    looksAround: true,
    resource: "all",
    measure,
  };
}
