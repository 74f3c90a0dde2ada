import type { AnyValue } from "@genscope/otlp";
import type { PipelineSignal } from "../../components.ts";
import { anything, duration, integer, list, mapOf, section, text, word } from "../../config/fields.ts";
import type { ConfigValue } from "../../config/config-value.ts";
import {
  compileConditions,
  conditionOptions,
  type ContextName,
  compileCondition,
  type Cursor,
  type OttlFunction,
  type OnError,
  parseProblems,
} from "../../ottl/index.ts";
import { defaultCardinalityLimit } from "../span-metrics/config.ts";
import type { RuleAttribute } from "./metric-rule.ts";

const delta = "AGGREGATION_TEMPORALITY_DELTA";
const cumulative = "AGGREGATION_TEMPORALITY_CUMULATIVE";

/** What the connectors that make metrics of items have in common, besides the Collector's options. */
export const meteringFields = {
  /** Differences, as the Collector has them, or sums from when a series was first seen on. */
  aggregation_temporality: word([delta, cumulative], delta),
  metrics_flush_interval: duration(),
  aggregation_cardinality_limit: integer(),
};

export interface MeteringConfig {
  readonly aggregation_temporality: string;
  readonly metrics_flush_interval?: number | undefined;
  readonly aggregation_cardinality_limit?: number | undefined;
}

/** How a meter of items runs by its configuration. */
export function meteringOf(config: MeteringConfig): {
  readonly isDelta: boolean;
  readonly maxSeries: number;
  readonly flushIntervalMs: number;
} {
  const isDelta = config.aggregation_temporality === delta;
  const limit = config.aggregation_cardinality_limit ?? defaultCardinalityLimit;
  return {
    isDelta,
    maxSeries: limit === 0 ? Infinity : limit,
    flushIntervalMs: config.metrics_flush_interval ?? (isDelta ? 1_000 : 15_000),
  };
}

/** The differences from the Collector that they have in common. */
export const meteringDiffers: Readonly<Record<string, string>> = {
  "": "what came within a second (`metrics_flush_interval`) is put out together, not with every request",
};

const attribute = section({ key: text(""), default_value: anything() });
const metricInfo = { description: text(""), conditions: list(text("")), attributes: list(attribute) };

/** Metrics by name, of count and sum. */
export function metricInfos<const More extends Parameters<typeof section>[0]>(more: More) {
  return mapOf(section({ ...metricInfo, ...more }));
}

/** The items that a configuration's keys are about. */
export const itemKinds = {
  spans: { context: "span", signal: "traces" },
  spanevents: { context: "spanevent", signal: "traces" },
  metrics: { context: "metric", signal: "metrics" },
  datapoints: { context: "datapoint", signal: "metrics" },
  logs: { context: "log", signal: "logs" },
} as const satisfies Readonly<Record<string, { readonly context: ContextName; readonly signal: PipelineSignal }>>;
export type ItemKind = keyof typeof itemKinds;

/** A value that YAML gave as OTLP has it; undefined for none. */
export function anyValueOf(value: ConfigValue | undefined): AnyValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return { intValue: value.toString() };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (typeof value === "string") return { stringValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map((item) => anyValueOf(item) ?? {}) } };
  return {
    kvlistValue: {
      values: Object.entries(value).map(([key, item]) => ({ key, value: anyValueOf(item as ConfigValue) ?? {} })),
    },
  };
}

/** An attribute of count and sum: an item without it, and no default, is not measured. */
export function ruleAttribute({
  key,
  default_value,
}: {
  readonly key: string;
  readonly default_value: ConfigValue;
}): RuleAttribute {
  return { key, fallback: anyValueOf(default_value === "" ? null : default_value), isNeeded: true };
}

/** Which items a rule is about: all, or those for which one of its conditions holds. */
export function compileFits(
  conditions: readonly string[],
  context: ContextName,
  onError: OnError,
  functions: readonly OttlFunction[] = [],
): (cursor: Cursor) => boolean {
  if (conditions.length === 0) return () => true;
  return compileConditions(conditions, { context, errorMode: "ignore", onError, functions });
}

/** What is wrong with conditions. */
export function conditionProblems(
  conditions: readonly string[],
  context: ContextName,
  functions: readonly OttlFunction[] = [],
): readonly string[] {
  const options = conditionOptions(context, functions);
  return parseProblems(...conditions.map((condition) => () => compileCondition(condition, options)));
}
