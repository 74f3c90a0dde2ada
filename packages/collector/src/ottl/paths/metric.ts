import { MetricType, readString } from "@genscope/otlp";
import type { Cursor } from "../cursor.ts";
import { OttlError } from "../ottl-error.ts";
import type { Value } from "../values/value.ts";
import { Native, typeName } from "../values/value.ts";
import { currentPoints } from "./current-points.ts";
import { attributesField, expectBool, expectInt, type Path, type PathTable, textField } from "./field.ts";

const of = { kind: "metric", row: (cursor: Cursor) => cursor.metric } as const;

/** The numbers that OTTL's enum has for the kinds of data, and the Go types of their points, by `MetricType`. */
const types: ReadonlyMap<number, { readonly number: bigint; readonly points: string }> = new Map([
  [MetricType.gauge, { number: 1n, points: "pmetric.NumberDataPointSlice" }],
  [MetricType.sum, { number: 2n, points: "pmetric.NumberDataPointSlice" }],
  [MetricType.histogram, { number: 3n, points: "pmetric.HistogramDataPointSlice" }],
  [MetricType.exponentialHistogram, { number: 4n, points: "pmetric.ExponentialHistogramDataPointSlice" }],
  [MetricType.summary, { number: 5n, points: "pmetric.SummaryDataPointSlice" }],
]);

/** A metric's `MetricType` as it is now. */
export function metricType(cursor: Cursor, metric: number = cursor.metric): number {
  return Number(cursor.pending("metric", metric, "type") ?? cursor.metrics.metrics.type[metric]);
}

const withTemporality = new Set<number>([MetricType.sum, MetricType.histogram, MetricType.exponentialHistogram]);

export function temporalityOf(cursor: Cursor, metric: number = cursor.metric): number {
  const changed = cursor.pending("data", metric, "aggregationTemporality");
  return Number(changed ?? cursor.metrics.metrics.aggregationTemporality[metric]);
}

export function isMonotonic(cursor: Cursor, metric: number = cursor.metric): boolean {
  return Boolean(cursor.pending("data", metric, "isMonotonic") ?? cursor.metrics.metrics.isMonotonic[metric] === 1);
}

const dataPoints: Path = () => ({
  get: (cursor): Value => {
    const kind = types.get(metricType(cursor));
    if (kind === undefined) return null;
    return new Native(kind.points, currentPoints(cursor));
  },
  set: (cursor, value) => {
    const kind = types.get(metricType(cursor));
    if (kind === undefined) return;
    if (!(value instanceof Native) || value.type !== kind.points) {
      throw new OttlError(`expects ${kind.points} but got ${typeName(value)}`);
    }
    cursor.edits.setField("data", cursor.metric, "dataPoints", value.content);
  },
});

export const metricPaths: PathTable = {
  name: textField(of, "name", ({ metrics }, row) =>
    readString(metrics, metrics.metrics.nameOffset[row]!, metrics.metrics.nameLength[row]!),
  ),
  description: textField(of, "description", ({ metrics }, row) =>
    readString(metrics, metrics.metrics.descriptionOffset[row]!, metrics.metrics.descriptionLength[row]!),
  ),
  unit: textField(of, "unit", ({ metrics }, row) =>
    readString(metrics, metrics.metrics.unitOffset[row]!, metrics.metrics.unitLength[row]!),
  ),
  // setting it does nothing: there are editors that convert
  type: () => ({ get: (cursor) => types.get(metricType(cursor))?.number ?? 0n, set: () => {} }),
  aggregation_temporality: () => ({
    get: (cursor) => (withTemporality.has(metricType(cursor)) ? BigInt(temporalityOf(cursor)) : null),
    set: (cursor, value) => {
      const temporality = Number(BigInt.asIntN(32, expectInt(value)));
      if (!withTemporality.has(metricType(cursor))) return;
      cursor.edits.setField("data", cursor.metric, "aggregationTemporality", temporality);
    },
  }),
  is_monotonic: () => ({
    get: (cursor) => (metricType(cursor) === MetricType.sum ? isMonotonic(cursor) : null),
    set: (cursor, value) => {
      const monotonic = expectBool(value);
      if (metricType(cursor) === MetricType.sum) cursor.edits.setField("data", cursor.metric, "isMonotonic", monotonic);
    },
  }),
  data_points: dataPoints,
  metadata: attributesField("metric", of.row, ({ metrics }, row) => metrics.metrics.firstMetadata[row]!),
};
