import { OttlError } from "../../ottl/index.ts";
import type { PointObject } from "../../ottl/paths/read-points.ts";
import type { Buckets } from "./merge-histograms.ts";
import { bucketBound } from "./percentile.ts";

const distributions = ["upper", "midpoint", "uniform", "random"] as const;
export type Distribution = (typeof distributions)[number];

/** @throws {OttlError} for a word that is none. */
export function distributionNamed(word: string): Distribution {
  const found = distributions.find((one) => one === (word || "random"));
  if (found !== undefined) return found;
  throw new OttlError(`invalid conversion function: ${word}, must be one of [upper, midpoint, random, uniform]`);
}

/**
 * Counts of an exponential histogram's point in buckets of explicit bounds, one more than there are bounds. `upper` and `midpoint` put the whole of a bucket
 * where its end or middle lies, `uniform` shares it out evenly among those it reaches into, `random` by how far it reaches into each.
 */
export function toExplicitBuckets(
  point: PointObject,
  bounds: readonly number[],
  distribution: Distribution,
): readonly bigint[] {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0n);
  const scale = (point["scale"] ?? 0) as number;
  const add = (lower: number, upper: number, count: bigint): void => {
    if (count > 0n) share(counts, bounds, distribution, lower, upper, count);
  };
  add(0, 0, (point["zeroCount"] ?? 0n) as bigint);
  const positive = (point["positive"] ?? {}) as Buckets;
  for (const [i, count] of (positive.bucketCounts ?? []).entries()) {
    const index = (positive.offset ?? 0) + i;
    add(bucketBound(index, scale), bucketBound(index + 1, scale), count);
  }
  const negative = (point["negative"] ?? {}) as Buckets;
  for (const [i, count] of (negative.bucketCounts ?? []).entries()) {
    const index = (negative.offset ?? 0) + i;
    add(-bucketBound(index + 1, scale), -bucketBound(index, scale), count);
  }
  return counts;
}

/** The bucket a value falls into: up to and with its upper bound. */
function bucketOf(bounds: readonly number[], value: number): number {
  const found = bounds.findIndex((bound) => value <= bound);
  return found === -1 ? bounds.length : found;
}

function share(
  counts: bigint[],
  bounds: readonly number[],
  distribution: Distribution,
  lower: number,
  upper: number,
  count: bigint,
): void {
  if (distribution === "upper" || distribution === "midpoint" || lower === upper) {
    counts[bucketOf(bounds, distribution === "midpoint" ? (lower + upper) / 2 : upper)]! += count;
    return;
  }
  const first = bucketOf(bounds, lower);
  const last = bucketOf(bounds, upper);
  const width = (i: number): number =>
    Math.max(0, Math.min(upper, bounds[i] ?? Infinity) - Math.max(lower, bounds[i - 1] ?? -Infinity));
  let left = count;
  for (let i = first; i < last; i++) {
    const part =
      distribution === "uniform"
        ? (count + BigInt(last - i)) / BigInt(last - first + 1)
        : BigInt(Math.round(Number(count) * (width(i) / (upper - lower))));
    const taken = part < left ? part : left;
    counts[i]! += taken;
    left -= taken;
  }
  counts[last]! += left;
}
