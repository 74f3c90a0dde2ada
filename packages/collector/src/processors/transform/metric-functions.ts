import { MetricType } from "@genscope/otlp";
import { type Cursor, define, OttlError, type OttlFunction } from "../../ottl/index.ts";
import { constantBool, constantDouble, constantText, optional, text } from "../../ottl/functions/parameters.ts";
import { currentPoints } from "../../ottl/paths/current-points.ts";
import { isMonotonic, metricType, temporalityOf } from "../../ottl/paths/metric.ts";
import type { PointObject } from "../../ottl/paths/read-points.ts";
import { toKeyValues } from "../../ottl/values/wire.ts";
import { addMetric, headOf, numberPoint } from "./metric-object.ts";
import { scaledPoint } from "./scaled-point.ts";

const { gauge, sum, histogram, exponentialHistogram, summary } = MetricType;
const deltaNumber = 1;
const cumulativeNumber = 2;

/** @throws {OttlError} for a word that is none. */
function temporalityNamed(word: string): number {
  if (word === "delta") return deltaNumber;
  if (word === "cumulative") return cumulativeNumber;
  throw new OttlError(`unknown aggregation temporality: ${word}`);
}

const dataNames: Readonly<Record<number, string>> = {
  [gauge]: "gauge",
  [sum]: "sum",
  [histogram]: "histogram",
  [exponentialHistogram]: "exponentialHistogram",
  [summary]: "summary",
};

const convertGaugeToSum = define(
  "convert_gauge_to_sum",
  { string_agg_temp: constantText, monotonic: constantBool },
  ({ string_agg_temp: word, monotonic }) => {
    const temporality = temporalityNamed(word);
    return (cursor) => {
      if (metricType(cursor) !== gauge) return null;
      cursor.edits.setField("metric", cursor.metric, "type", sum);
      cursor.edits.setField("data", cursor.metric, "aggregationTemporality", temporality);
      cursor.edits.setField("data", cursor.metric, "isMonotonic", monotonic);
      return null;
    };
  },
);

const convertSumToGauge = define("convert_sum_to_gauge", {}, () => (cursor) => {
  if (metricType(cursor) !== sum) return null;
  const changed = cursor.edits.fields.get("data")?.get(cursor.metric);
  changed?.delete("aggregationTemporality");
  changed?.delete("isMonotonic");
  cursor.edits.setField("metric", cursor.metric, "type", gauge);
  return null;
});

/** What a sum or count can be taken from, and its temporality: a summary is cumulative. @throws {OttlError} for other kinds */
function distributionTemporality(cursor: Cursor, name: string): number {
  const type = metricType(cursor);
  if (type === summary) return cumulativeNumber;
  const temporality = type === histogram || type === exponentialHistogram ? temporalityOf(cursor) : 0;
  if (temporality !== 0) return temporality;
  throw new OttlError(
    `${name} requires an input metric of type Histogram, ExponentialHistogram or Summary, got ${dataNames[type] ?? "none"}`,
  );
}

function extract(
  name: string,
  defaultSuffix: string,
  unit: string | undefined,
  valueOf: (point: PointObject) => bigint | number | undefined,
): OttlFunction {
  return define(
    name,
    { monotonic: constantBool, suffix: optional(constantText) },
    ({ monotonic, suffix = defaultSuffix }) =>
      (cursor) => {
        const aggregationTemporality = distributionTemporality(cursor, name);
        const dataPoints = currentPoints(cursor).flatMap((point) => {
          const value = valueOf(point);
          return value === undefined ? [] : [numberPoint(point, value)];
        });
        if (dataPoints.length === 0) return null;
        const head = headOf(cursor);
        addMetric(cursor, {
          ...head,
          name: head.name + suffix,
          unit: unit ?? head.unit,
          sum: { aggregationTemporality, isMonotonic: monotonic, dataPoints },
        });
        return null;
      },
  );
}

const countOf = (point: PointObject): bigint => BigInt.asIntN(64, BigInt((point["count"] as bigint | undefined) ?? 0));
const sumOf = (point: PointObject): number | undefined => point["sum"] as number | undefined;

/** In the context of the points: once for a metric, though each of its points comes by. */
function convertSummary(
  name: string,
  defaultSuffix: string,
  valueOf: (point: PointObject) => bigint | number,
): OttlFunction {
  return define(
    name,
    { string_agg_temp: constantText, monotonic: constantBool, suffix: optional(constantText) },
    ({ string_agg_temp: word, monotonic, suffix = defaultSuffix }) => {
      const aggregationTemporality = temporalityNamed(word);
      return (cursor) => {
        const { points } = cursor.metrics;
        const isFirst = cursor.point === 0 || points.metric[cursor.point - 1] !== cursor.metric;
        if (metricType(cursor) !== summary || !isFirst) return null;
        const head = headOf(cursor);
        const dataPoints = currentPoints(cursor).map((point) => numberPoint(point, valueOf(point)));
        addMetric(cursor, {
          ...head,
          name: head.name + suffix,
          sum: { aggregationTemporality, isMonotonic: monotonic, dataPoints },
        });
        return null;
      };
    },
  );
}

const convertSummaryQuantiles = define(
  "convert_summary_quantile_val_to_gauge",
  { attribute_key: optional(constantText), suffix: optional(constantText) },
  ({ attribute_key: key = "quantile", suffix = ".quantiles" }) =>
    (cursor) => {
      if (metricType(cursor) !== summary) return null;
      const head = headOf(cursor);
      const dataPoints = currentPoints(cursor).flatMap((point) => {
        const quantiles = (point["quantileValues"] ?? []) as readonly { quantile?: number; value?: number }[];
        const attributes = (point["attributes"] ?? []) as readonly { readonly key: string }[];
        return quantiles.map(({ quantile = 0, value = 0 }) => ({
          ...numberPoint(point, value),
          attributes: [...attributes.filter((one) => one.key !== key), { key, value: { doubleValue: quantile } }],
        }));
      });
      addMetric(cursor, { ...head, name: head.name + suffix, gauge: { dataPoints } });
      return null;
    },
);

const copyMetric = define(
  "copy_metric",
  { name: optional(text), description: optional(text), unit: optional(text) },
  (args) => (cursor) => {
    const head = headOf(cursor);
    const type = metricType(cursor);
    const dataName = dataNames[type];
    const { metrics } = cursor.metrics;
    const data = {
      dataPoints: currentPoints(cursor),
      ...(type === sum ? { isMonotonic: isMonotonic(cursor) } : {}),
      ...(type === gauge || type === summary ? {} : { aggregationTemporality: temporalityOf(cursor) }),
    };
    addMetric(cursor, {
      name: args.name?.get(cursor) ?? head.name,
      description: args.description?.get(cursor) ?? head.description,
      unit: args.unit?.get(cursor) ?? head.unit,
      metadata: toKeyValues(cursor.attributes.all("metric", cursor.metric, metrics.firstMetadata[cursor.metric]!)),
      ...(dataName === undefined ? {} : { [dataName]: data }),
    });
    return null;
  },
);

const scaleMetric = define(
  "scale_metric",
  { multiplier: constantDouble, unit: optional(text) },
  ({ multiplier, unit }) =>
    (cursor) => {
      const newUnit = unit?.get(cursor);
      if (metricType(cursor) === exponentialHistogram) {
        throw new OttlError("exponential histograms are not supported by the 'scale_metric' function");
      }
      const scaled = currentPoints(cursor).map((point) => scaledPoint(point, multiplier));
      cursor.edits.setField("data", cursor.metric, "dataPoints", scaled);
      if (newUnit !== undefined) cursor.edits.setField("metric", cursor.metric, "unit", newUnit);
      return null;
    },
);

export const metricFunctions: readonly OttlFunction[] = [
  convertGaugeToSum,
  convertSumToGauge,
  extract("extract_count_metric", "_count", "1", countOf),
  extract("extract_sum_metric", "_sum", undefined, sumOf),
  convertSummaryQuantiles,
  copyMetric,
  scaleMetric,
];

export const pointFunctions: readonly OttlFunction[] = [
  convertSummary("convert_summary_count_val_to_sum", "_count", countOf),
  convertSummary("convert_summary_sum_val_to_sum", "_sum", (point) => sumOf(point) ?? 0),
];
