import { OttlError } from "../../ottl/index.ts";

export interface ExplicitBuckets {
  readonly bucketCounts: readonly bigint[];
  readonly explicitBounds: readonly number[];
}

const tolerance = 1e-12;

/** Without a bound: the buckets on its two sides become one. Undefined if there is no such bound. */
export function removeBound(
  { bucketCounts, explicitBounds }: ExplicitBuckets,
  bound: number,
): ExplicitBuckets | undefined {
  const at = explicitBounds.findIndex((one) => Math.abs(one - bound) < tolerance);
  if (at === -1) return undefined;
  return {
    bucketCounts: bucketCounts.toSpliced(at, 2, bucketCounts[at]! + bucketCounts[at + 1]!),
    explicitBounds: explicitBounds.toSpliced(at, 1),
  };
}

/** At most so many buckets, neighbours put together by equal numbers of them. Undefined if there are no more. @throws {OttlError} for a number that is no count */
export function compactBuckets(
  { bucketCounts, explicitBounds }: ExplicitBuckets,
  most: number,
): ExplicitBuckets | undefined {
  if (!Number.isInteger(most) || most < 1) {
    throw new OttlError(`target_value must be a positive integer when method is "limit_buckets", got ${most}`);
  }
  const isSorted = explicitBounds.every((bound, i) => i === 0 || bound > explicitBounds[i - 1]!);
  if (bucketCounts.length <= most || !isSorted) return undefined;
  const together = Math.ceil(bucketCounts.length / most);
  const counts: bigint[] = [];
  for (let i = 0; i < bucketCounts.length; i += together) {
    counts.push(bucketCounts.slice(i, i + together).reduce((a, b) => a + b, 0n));
  }
  return {
    bucketCounts: counts,
    explicitBounds: explicitBounds.filter((_, i) => (i + 1) % together === 0),
  };
}
