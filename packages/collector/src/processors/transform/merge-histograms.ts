import type { PointObject } from "../../ottl/paths/read-points.ts";

export interface Buckets {
  readonly offset?: number;
  readonly bucketCounts?: readonly bigint[];
}

/** Buckets of the same scale as one: each count goes where its values lie. */
export function mergeBuckets(a: Buckets, b: Buckets): Buckets {
  const { offset: offsetA = 0, bucketCounts: countsA = [] } = a;
  const { offset: offsetB = 0, bucketCounts: countsB = [] } = b;
  if (countsB.length === 0) return a;
  if (countsA.length === 0) return b;
  const offset = Math.min(offsetA, offsetB);
  const end = Math.max(offsetA + countsA.length, offsetB + countsB.length);
  const bucketCounts = Array.from(
    { length: end - offset },
    (_, i) => (countsA[offset + i - offsetA] ?? 0n) + (countsB[offset + i - offsetB] ?? 0n),
  );
  return { offset, bucketCounts };
}

function together<T>(a: T | undefined, b: T | undefined, join: (a: T, b: T) => T): T | undefined {
  return a === undefined ? b : b === undefined ? a : join(a, b);
}

function mergeTwo(a: PointObject, b: PointObject): PointObject {
  const numbers = (name: string, join: (a: number, b: number) => number): number | undefined =>
    together(a[name] as number | undefined, b[name] as number | undefined, join);
  const integers = (name: string): bigint | undefined =>
    together(a[name] as bigint | undefined, b[name] as bigint | undefined, (x, y) => x + y);
  const counts = (a["bucketCounts"] ?? []) as readonly bigint[];
  const others = (b["bucketCounts"] ?? []) as readonly bigint[];
  const longer = counts.length >= others.length ? counts : others;
  const exemplars = [...((a["exemplars"] ?? []) as object[]), ...((b["exemplars"] ?? []) as object[])];
  const isExponential = "scale" in a;
  return {
    ...a,
    count: integers("count"),
    sum: numbers("sum", (x, y) => x + y),
    min: numbers("min", Math.min),
    max: numbers("max", Math.max),
    ...(exemplars.length > 0 ? { exemplars } : {}),
    ...(isExponential
      ? {
          zeroCount: integers("zeroCount"),
          zeroThreshold: numbers("zeroThreshold", Math.max),
          positive: mergeBuckets(a["positive"] ?? {}, b["positive"] ?? {}),
          negative: mergeBuckets(a["negative"] ?? {}, b["negative"] ?? {}),
        }
      : { bucketCounts: longer.map((_, i) => (counts[i] ?? 0n) + (others[i] ?? 0n)) }),
  };
}

/** Histogram points of the same bounds, or of the same scale, as one. */
export function mergeHistograms(points: readonly PointObject[]): PointObject {
  return points.reduce((a, b) => (b["count"] === 0n ? a : mergeTwo(a, b)));
}
