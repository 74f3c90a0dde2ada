import { aMetricsRequest, type PlainAttributes, toAttributes } from "@genscope/otlp/testing";

interface PointCase {
  readonly value?: number;
  readonly start?: number;
  readonly time: number;
  readonly attributes?: PlainAttributes;
  readonly count?: number;
  readonly sum?: number;
  readonly bounds?: readonly number[];
  readonly counts?: readonly number[];
  readonly scale?: number;
  readonly zero?: number;
  readonly positive?: { readonly offset: number; readonly counts: readonly number[] };
}

interface MetricCase {
  readonly name: string;
  readonly unit?: string;
  readonly kind?: "sum" | "histogram" | "exponentialHistogram";
  readonly monotonic?: boolean;
  readonly temporality?: number;
  readonly points: readonly PointCase[];
}

/** Metrics, and what they are of. */
export type DeltaRequestCase =
  | readonly MetricCase[]
  | {
      readonly resource?: PlainAttributes;
      readonly scope?: string;
      readonly atMs?: number;
      readonly metrics: readonly MetricCase[];
    };

function nano(seconds: number): string {
  return String(BigInt(Math.round(seconds * 1e9)));
}

function pointOf(point: PointCase): object {
  const { value, start, time, attributes, count, sum, bounds, counts, scale, zero, positive } = point;
  return {
    ...(start === undefined ? {} : { startTimeUnixNano: nano(start) }),
    timeUnixNano: nano(time),
    attributes: toAttributes(attributes),
    ...(value === undefined ? {} : Number.isInteger(value) ? { asInt: value } : { asDouble: value }),
    ...(count === undefined ? {} : { count, sum }),
    ...(bounds === undefined ? {} : { explicitBounds: bounds, bucketCounts: counts }),
    ...(scale === undefined ? {} : { scale, zeroCount: zero }),
    ...(positive === undefined ? {} : { positive: { offset: positive.offset, bucketCounts: positive.counts } }),
  };
}

/** A request of metrics as case files write it; times are seconds. */
export function deltaRequestOf(request: DeltaRequestCase): Uint8Array {
  const { resource, scope, metrics } =
    "metrics" in request ? request : { metrics: request, resource: undefined, scope: undefined };
  return aMetricsRequest({
    ...(resource === undefined ? {} : { resource }),
    ...(scope === undefined ? {} : { scope: { name: scope } }),
    metrics: metrics.map(({ name, unit, kind = "sum", monotonic, temporality = 1, points }) => ({
      name,
      unit,
      [kind]: { aggregationTemporality: temporality, isMonotonic: monotonic, dataPoints: points.map(pointOf) },
    })),
  });
}
