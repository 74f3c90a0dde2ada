import { type AnyValue, type KeyValue, MetricType } from "@genscope/otlp";
import { define, OttlError, type OttlFunction } from "../../ottl/index.ts";
import { constantDouble, constantText, doubleLike, listOf, optional } from "../../ottl/functions/parameters.ts";
import { currentPoints } from "../../ottl/paths/current-points.ts";
import { measurementOf } from "../../ottl/paths/datapoint.ts";
import { metricType, temporalityOf } from "../../ottl/paths/metric.ts";
import type { PointObject } from "../../ottl/paths/read-points.ts";
import { aggregatePoints, aggregationNamed } from "./aggregate-points.ts";
import { compactBuckets, removeBound } from "./fewer-buckets.ts";
import { addMetric, headOf, numberPoint } from "./metric-object.ts";
import { percentileOf } from "./percentile.ts";
import { distributionNamed, toExplicitBuckets } from "./to-explicit-buckets.ts";

const { gauge, histogram, exponentialHistogram, summary } = MetricType;
const deltaNumber = 1;

const attributesOf = (point: PointObject): readonly KeyValue[] => (point["attributes"] ?? []) as readonly KeyValue[];

const aggregateOnAttributes = define(
  "aggregate_on_attributes",
  { aggregation_function: constantText, attributes: optional(listOf(constantText)) },
  ({ aggregation_function: word, attributes }) => {
    const aggregation = aggregationNamed(word);
    const kept = attributes === undefined ? undefined : new Set(attributes);
    return (cursor) => {
      const type = metricType(cursor);
      if (type === summary) throw new OttlError("aggregate_on_attributes does not support aggregating Summary metrics");
      if (type === MetricType.none) return null;
      const points = currentPoints(cursor).map((point) =>
        kept === undefined ? point : { ...point, attributes: attributesOf(point).filter(({ key }) => kept.has(key)) },
      );
      const isDelta = type !== gauge && temporalityOf(cursor) === deltaNumber;
      cursor.edits.setField("data", cursor.metric, "dataPoints", [...aggregatePoints(points, aggregation, isDelta)]);
      return null;
    };
  },
);

const aggregateOnAttributeValue = define(
  "aggregate_on_attribute_value",
  {
    aggregation_function: constantText,
    attribute: constantText,
    values: listOf(constantText),
    new_value: constantText,
  },
  ({ aggregation_function: word, attribute, values, new_value: newValue }) => {
    const aggregation = aggregationNamed(word);
    const replaced = (value: AnyValue): boolean => values.includes(value.stringValue ?? "");
    return (cursor) => {
      const type = metricType(cursor);
      if (type === summary || type === MetricType.none) return null;
      const points = currentPoints(cursor).map((point) => ({
        ...point,
        attributes: attributesOf(point).map((one) =>
          one.key === attribute && replaced(one.value) ? { key: attribute, value: { stringValue: newValue } } : one,
        ),
      }));
      const isDelta = type !== gauge && temporalityOf(cursor) === deltaNumber;
      cursor.edits.setField("data", cursor.metric, "dataPoints", [...aggregatePoints(points, aggregation, isDelta)]);
      return null;
    };
  },
);

/** As Go's `%g` prints a percentile. */
const shown = (percentile: number): string => String(percentile);

const extractPercentile = define(
  "extract_percentile_metric",
  { percentile: constantDouble, suffix: optional(constantText) },
  ({ percentile, suffix = "" }) => {
    if (!(percentile > 0 && percentile < 100)) {
      throw new OttlError(`percentile must be greater than 0 and less than 100, got ${percentile.toFixed(6)}`);
    }
    return (cursor) => {
      const type = metricType(cursor);
      if (type !== histogram && type !== exponentialHistogram) return null;
      const dataPoints = currentPoints(cursor).flatMap((point) => {
        const value = percentileOf(point, percentile);
        return value === undefined ? [] : [numberPoint(point, value)];
      });
      if (dataPoints.length === 0) return null;
      const { name, description, unit } = headOf(cursor);
      addMetric(cursor, {
        name: name + (suffix || `_p${shown(percentile)}`),
        description: description === "" ? `p${shown(percentile)}` : `${description} (p${shown(percentile)})`,
        unit,
        gauge: { dataPoints },
      });
      return null;
    };
  },
);

const toHistogram = define(
  "convert_exponential_histogram_to_histogram",
  { distribution_fn: constantText, explicit_bounds: listOf(constantDouble) },
  ({ distribution_fn: word, explicit_bounds: bounds }) => {
    const distribution = distributionNamed(word);
    if (bounds.length === 0) throw new OttlError("explicit bounds cannot be empty: []");
    return (cursor) => {
      if (metricType(cursor) !== exponentialHistogram) return null;
      const temporality = temporalityOf(cursor);
      const dataPoints = currentPoints(cursor).map((point) => {
        const { scale, zeroCount, zeroThreshold, positive, negative, ...kept } = point;
        void [scale, zeroCount, zeroThreshold, positive, negative];
        return {
          ...kept,
          explicitBounds: [...bounds],
          bucketCounts: [...toExplicitBuckets(point, bounds, distribution)],
        };
      });
      cursor.edits.setField("metric", cursor.metric, "type", histogram);
      cursor.edits.setField("data", cursor.metric, "dataPoints", dataPoints);
      cursor.edits.setField("data", cursor.metric, "aggregationTemporality", temporality);
      return null;
    };
  },
);

const methods = ["remove_explicit_bound", "limit_buckets"];

const mergeBuckets = define(
  "merge_histogram_buckets",
  { target_value: doubleLike, method: optional(constantText) },
  ({ target_value: target, method = "remove_explicit_bound" }) => {
    if (!methods.includes(method)) {
      throw new OttlError(
        `unsupported method ${JSON.stringify(method)}, expected ${methods.map((one) => JSON.stringify(one)).join(" or ")}`,
      );
    }
    return (cursor) => {
      if (metricType(cursor) !== histogram) return null;
      const wanted = target.get(cursor);
      if (wanted === null) throw new OttlError("target_value must not be nil");
      const { bucketCounts = [], explicitBounds = [] } = measurementOf(cursor) as {
        bucketCounts?: readonly bigint[];
        explicitBounds?: readonly number[];
      };
      if (explicitBounds.length + 1 !== bucketCounts.length || bucketCounts.length === 1) return null;
      const buckets = { bucketCounts, explicitBounds };
      const fewer = method === "limit_buckets" ? compactBuckets(buckets, wanted) : removeBound(buckets, wanted);
      if (fewer === undefined) return null;
      cursor.edits.setField("point", cursor.point, "bucketCounts", [...fewer.bucketCounts]);
      cursor.edits.setField("point", cursor.point, "explicitBounds", [...fewer.explicitBounds]);
      return null;
    };
  },
);

/** Of the context of metrics. */
export const distributionFunctions: readonly OttlFunction[] = [
  aggregateOnAttributes,
  aggregateOnAttributeValue,
  extractPercentile,
  toHistogram,
];

/** Of the context of data points. */
export const bucketFunctions: readonly OttlFunction[] = [mergeBuckets];
