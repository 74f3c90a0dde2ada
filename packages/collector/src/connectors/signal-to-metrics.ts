import type { z } from "zod";
import type { ComponentType } from "../components.ts";
import { anything, boolean, integer, list, number, optionalSection, section, text, word } from "../config/fields.ts";
import { ExponentialHistogram } from "../meter/exponential-histogram.ts";
import { type Distribution, Histogram } from "../meter/histogram.ts";
import { createGauge, createSum } from "../meter/number-instrument.ts";
import {
  compileValueExpression,
  conditionOptions,
  type ContextName,
  errorModes,
  type OnError,
  type OttlFunction,
  parseProblems,
} from "../ottl/index.ts";
import { adjustedCount } from "./item-metrics/adjusted-count.ts";
import { anyValueOf, compileFits, conditionProblems, itemKinds, meteringFields } from "./item-metrics/fields.ts";
import { itemMetricsComponent } from "./item-metrics/item-metrics-component.ts";
import { type ItemConnector, itemConnector } from "./item-metrics/item-connector.ts";
import type { Measure, MetricRule, Reading, RuleAttribute } from "./item-metrics/metric-rule.ts";

const attribute = section({ key: text(""), optional: boolean(false), default_value: anything() });

const metricInfo = section({
  name: text(""),
  description: text(""),
  unit: text(""),
  include_resource_attributes: list(attribute),
  attributes: list(attribute),
  conditions: list(text("")),
  histogram: optionalSection({ buckets: list(number(0)), count: text(""), value: text("") }),
  exponential_histogram: optionalSection({ max_size: integer(0), count: text(""), value: text("") }),
  sum: optionalSection({ value: text(""), monotonic: boolean(false) }),
  gauge: optionalSection({ value: text("") }),
});
type MetricInfo = z.output<typeof metricInfo>;

const schema = section({
  spans: list(metricInfo),
  datapoints: list(metricInfo),
  logs: list(metricInfo),
  error_mode: word(errorModes, "ignore"),
  ...meteringFields,
});
type SignalToMetricsConfig = z.output<typeof schema>;

const kinds = ["spans", "datapoints", "logs"] as const;
const defaultBounds = [2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1_000, 1_400, 2_000, 5_000, 10_000, 15_000];
const defaultMaxSize = 160;

function functionsOf(context: ContextName): readonly OttlFunction[] {
  return context === "span" ? [adjustedCount] : [];
}

/** The expressions of a metric, with the Collector's words for where they stand. */
function expressionsOf(info: MetricInfo): readonly (readonly [string, string])[] {
  const { histogram, exponential_histogram: exponential, sum, gauge } = info;
  return (
    [
      ["count OTTL expression for explicit histogram", histogram?.count],
      ["value OTTL expression for explicit histogram", histogram?.value],
      ["count OTTL expression for exponential histogram", exponential?.count],
      ["value OTTL expression for exponential histogram", exponential?.value],
      ["value OTTL expression for summary", sum?.value],
      ["value OTTL expression for gauge", gauge?.value],
    ] as const
  ).flatMap(([what, expression]) =>
    expression === undefined || expression === "" ? [] : [[what, expression] as const],
  );
}

function problemsOf(info: MetricInfo, context: ContextName): readonly string[] {
  if (info.name === "") return ["missing required metric name configuration"];
  const { attributes, histogram, exponential_histogram: exponential, sum, gauge } = info;
  const keys = attributes.map(({ key }) => key);
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  const defined = [histogram, exponential, sum, gauge].filter((one) => one !== undefined).length;
  const functions = functionsOf(context);
  return [
    ...(keys.includes("") ? ["attributes validation failed: attribute key missing"] : []),
    ...(attributes.some(({ optional, default_value }) => optional && default_value !== null)
      ? ["attributes validation failed: only one of default_value or optional should be set"]
      : []),
    ...(repeated === undefined || repeated === ""
      ? []
      : [`attributes validation failed: duplicate key found in attributes config: ${repeated}`]),
    ...[histogram, exponential].flatMap((one) =>
      one?.value === "" ? ["histogram validation failed: value OTTL statement is required"] : [],
    ),
    ...(sum?.value === "" ? ["sum validation failed: value must be defined for sum metrics"] : []),
    ...(gauge?.value === "" ? ["gauge validation failed: value must be defined for gauge metrics"] : []),
    ...(defined === 1 ? [] : [`exactly one of the metrics must be defined, ${defined} found`]),
    ...expressionsOf(info).flatMap(([what, expression]) =>
      parseProblems(() => compileValueExpression(expression, conditionOptions(context, functions))).map(
        (problem) => `failed to parse ${what}: ${problem}`,
      ),
    ),
    ...conditionProblems(info.conditions, context, functions).map(
      (problem) => `failed to parse OTTL conditions: ${problem}`,
    ),
  ];
}

function check(value: unknown): readonly string[] {
  const config = value as SignalToMetricsConfig;
  if (kinds.every((kind) => config[kind].length === 0)) {
    return ["no configuration provided, at least one should be specified"];
  }
  return kinds.flatMap((kind) =>
    config[kind].flatMap((info) =>
      problemsOf(info, itemKinds[kind].context).map(
        (problem) => `failed to validate ${kind} configuration: ${problem}`,
      ),
    ),
  );
}

export const signalToMetricsComponent: ComponentType = itemMetricsComponent({
  type: "signal_to_metrics",
  aliases: ["signaltometrics"],
  config: schema,
  check,
  differs: {
    error_mode: "`propagate` is as `ignore`: nothing waits for an answer any more",
    include_resource_attributes:
      "none of the collector's own are added: its state lasts, and nobody else writes the series",
  },
});

function ruleAttributes(attributes: MetricInfo["attributes"]): readonly RuleAttribute[] {
  return attributes.map(({ key, optional, default_value: fallback }) => ({
    key,
    fallback: anyValueOf(fallback),
    isNeeded: !optional,
  }));
}

function readingOf(expression: string, context: ContextName): Reading {
  const read = compileValueExpression(expression, conditionOptions(context, functionsOf(context)));
  return (cursor) => {
    const value = read(cursor);
    if (value === null || typeof value === "number" || typeof value === "bigint") return value;
    throw new Error(`${expression} is no number`);
  };
}

function measureOf(info: MetricInfo, context: ContextName): Measure {
  const { name, description, unit, histogram, exponential_histogram: exponential, sum, gauge } = info;
  const metric = { name, ...(description === "" ? {} : { description }), ...(unit === "" ? {} : { unit }) };
  if (sum !== undefined) {
    const instrument = createSum({ ...metric, isMonotonic: sum.monotonic });
    return { kind: "sum", instrument, value: readingOf(sum.value, context) };
  }
  if (gauge !== undefined) {
    return { kind: "gauge", instrument: createGauge(metric), value: readingOf(gauge.value, context) };
  }
  const { count = "", value = "" } = histogram ?? exponential ?? {};
  const buckets = histogram?.buckets ?? [];
  const instrument: Distribution =
    exponential === undefined
      ? new Histogram(metric, buckets.length === 0 ? defaultBounds : buckets)
      : new ExponentialHistogram(metric, exponential.max_size || defaultMaxSize);
  return {
    kind: "distribution",
    instrument,
    value: readingOf(value, context),
    count: count === "" ? () => 1n : readingOf(count, context),
  };
}

function ruleOf(info: MetricInfo, context: ContextName, onError: OnError): MetricRule {
  const resource = ruleAttributes(info.include_resource_attributes);
  return {
    context,
    fits: compileFits(info.conditions, context, onError, functionsOf(context)),
    attributes: ruleAttributes(info.attributes),
    looksAround: false,
    resource: resource.length === 0 ? "all" : resource,
    measure: measureOf(info, context),
  };
}

function rulesOf(config: SignalToMetricsConfig, report: OnError): readonly MetricRule[] {
  const onError: OnError = config.error_mode === "silent" ? () => {} : report;
  return kinds.flatMap((kind) => config[kind].map((info) => ruleOf(info, itemKinds[kind].context, onError)));
}

/** Metrics of what OTTL expressions give for items. */
export const signalToMetricsConnector: ItemConnector<SignalToMetricsConfig> = itemConnector("signaltometrics", rulesOf);
