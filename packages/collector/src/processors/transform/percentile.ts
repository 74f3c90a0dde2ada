import { OttlError } from "../../ottl/index.ts";
import type { PointObject } from "../../ottl/paths/read-points.ts";
import type { Buckets } from "./merge-histograms.ts";

/** The point's percentile, by interpolation in the bucket it falls into; undefined if the point tells nothing. @throws {OttlError} for counts that do not fit */
export function percentileOf(point: PointObject, percentile: number): number | undefined {
  const count = (point["count"] ?? 0n) as bigint;
  if (count === 0n) return undefined;
  const rank = BigInt(Math.ceil(Number(count) * (percentile / 100)));
  return "scale" in point ? ofExponential(point, rank) : ofExplicit(point, rank);
}

function malformed(reason: string): OttlError {
  return new OttlError(`calculating a percentile: malformed data: ${reason}`);
}

function ofExplicit(point: PointObject, rank: bigint): number | undefined {
  const counts = (point["bucketCounts"] ?? []) as readonly bigint[];
  const bounds = (point["explicitBounds"] ?? []) as readonly number[];
  const min = point["min"] as number | undefined;
  const max = point["max"] as number | undefined;
  if (counts.length === 0) return undefined;
  if (counts.length !== bounds.length + 1) {
    throw malformed(`bucketCounts length (${counts.length}) != explicitBounds length (${bounds.length}) + 1`);
  }
  if (bounds.length === 0) {
    return min === undefined || max === undefined ? undefined : min + (Number(rank) / Number(counts[0])) * (max - min);
  }
  let below = 0n;
  for (const [i, count] of counts.entries()) {
    if (below + count < rank) {
      below += count;
      continue;
    }
    const share = Number(rank - below) / Number(count);
    const upper = bounds[i];
    if (i === 0) {
      if (min === undefined || min >= upper!) {
        if (upper! < 0) return upper!;
        return share * upper!;
      }
      return min + share * (upper! - min);
    }
    const lower = bounds[i - 1]!;
    const end = upper ?? max;
    return end === undefined || end <= lower ? lower : lower + share * (end - lower);
  }
  throw malformed(`the buckets do not hold ${rank} values`);
}

/** The lower bound of a bucket, by the data model's formulas. */
export function bucketBound(index: number, scale: number): number {
  return scale <= 0 ? 2 ** (index * 2 ** -scale) : Math.exp(index * (Math.LN2 / 2 ** scale));
}

function ofExponential(point: PointObject, rank: bigint): number | undefined {
  const scale = (point["scale"] ?? 0) as number;
  const zeroCount = (point["zeroCount"] ?? 0n) as bigint;
  const zeroThreshold = (point["zeroThreshold"] ?? 0) as number;
  const { offset: negativeOffset = 0, bucketCounts: negative = [] } = (point["negative"] ?? {}) as Buckets;
  const { offset: positiveOffset = 0, bucketCounts: positive = [] } = (point["positive"] ?? {}) as Buckets;
  if (negative.length === 0 && positive.length === 0 && zeroCount === 0n) return undefined;
  let below = 0n;
  for (let i = negative.length - 1; i >= 0; i--) {
    const count = negative[i]!;
    if (below + count >= rank) {
      return -between(negativeOffset + i, scale, 1 - Number(rank - below) / Number(count));
    }
    below += count;
  }
  if (below + zeroCount >= rank) {
    const lower = negative.length === 0 && positive.length > 0 ? 0 : -zeroThreshold;
    const upper = positive.length === 0 && negative.length > 0 ? 0 : zeroThreshold;
    return lower + (Number(rank - below) / Number(zeroCount)) * (upper - lower);
  }
  below += zeroCount;
  for (const [i, count] of positive.entries()) {
    if (below + count >= rank) return between(positiveOffset + i, scale, Number(rank - below) / Number(count));
    below += count;
  }
  throw malformed(`the buckets do not hold ${rank} values`);
}

/** A place in an exponential bucket, 0 its lower and 1 its upper bound. */
function between(index: number, scale: number, share: number): number {
  const lower = Math.log2(bucketBound(index, scale));
  const upper = Math.log2(bucketBound(index + 1, scale));
  return 2 ** (lower + (upper - lower) * share);
}
