import { OttlError } from "../../ottl/index.ts";
import type { PointObject } from "../../ottl/paths/read-points.ts";
import { toInt } from "../../ottl/values/convert.ts";
import { mergeHistograms } from "./merge-histograms.ts";

const aggregations = ["sum", "mean", "min", "max", "median", "count"] as const;
export type Aggregation = (typeof aggregations)[number];

/** @throws {OttlError} for a word that is none. */
export function aggregationNamed(word: string): Aggregation {
  const found = aggregations.find((one) => one === word);
  if (found !== undefined) return found;
  throw new OttlError(
    `invalid aggregation function: 'unsupported function: '${word}'', valid options: ${aggregations.join(", ")}`,
  );
}

type Pairs = readonly { readonly key: string; readonly value: unknown }[];

/** Equal for points that may become one: of the same attributes, in any order, and the same time; of deltas also the same start. */
function groupKey(point: PointObject, isDelta: boolean): string {
  const pairs = ((point["attributes"] ?? []) as Pairs).toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const { timeUnixNano, startTimeUnixNano, explicitBounds, scale, flags, min, max } = point;
  const parts = [
    pairs,
    timeUnixNano,
    isDelta ? startTimeUnixNano : null,
    explicitBounds,
    scale,
    "asInt" in point || "asDouble" in point ? null : [flags, min !== undefined, max !== undefined],
  ];
  return JSON.stringify(parts, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}

/** Points of one metric with those merged that have the same attributes and time. A group is a number of the type its first point has. */
export function aggregatePoints(
  points: readonly PointObject[],
  aggregation: Aggregation,
  isDelta: boolean,
): readonly PointObject[] {
  const groups = new Map<string, PointObject[]>();
  for (const point of points) {
    const key = groupKey(point, isDelta);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [point]);
    else group.push(point);
  }
  return Array.from(groups.values(), (group) => merged(group, aggregation));
}

function merged(group: readonly PointObject[], aggregation: Aggregation): PointObject {
  const [first] = group;
  if (group.length === 1) return first!;
  const starts = group.map(({ startTimeUnixNano }) => (startTimeUnixNano ?? 0n) as bigint);
  const startTimeUnixNano = starts.reduce((a, b) => (b < a ? b : a));
  if ("count" in first!) return { ...mergeHistograms(group), startTimeUnixNano };
  if ("asInt" in first!) {
    const values = group.map(({ asInt, asDouble }) => (asInt ?? toInt(asDouble as number)) as bigint);
    return { ...first, startTimeUnixNano, asInt: ofInts(values, aggregation) };
  }
  const values = group.map(({ asInt, asDouble }) => Number(asDouble ?? asInt ?? 0));
  return { ...first, startTimeUnixNano, asDouble: ofDoubles(values, aggregation) };
}

function ofInts(values: readonly bigint[], aggregation: Aggregation): bigint {
  const length = BigInt(values.length);
  const total = (): bigint =>
    BigInt.asIntN(
      64,
      values.reduce((a, b) => a + b),
    );
  switch (aggregation) {
    case "sum":
      return total();
    case "mean":
      return total() / length;
    case "min":
      return values.reduce((a, b) => (b < a ? b : a));
    case "max":
      return values.reduce((a, b) => (b > a ? b : a));
    case "count":
      return length;
    default: {
      const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      const middle = sorted.length >> 1;
      return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2n;
    }
  }
}

function ofDoubles(values: readonly number[], aggregation: Aggregation): number {
  const total = (): number => values.reduce((a, b) => a + b);
  switch (aggregation) {
    case "sum":
      return total();
    case "mean":
      return total() / values.length;
    case "min":
      return values.reduce((a, b) => Math.min(a, b));
    case "max":
      return values.reduce((a, b) => Math.max(a, b));
    case "count":
      return values.length;
    default: {
      const sorted = values.toSorted((a, b) => a - b);
      const middle = sorted.length >> 1;
      return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    }
  }
}
