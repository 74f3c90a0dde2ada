import type { Buckets, ExponentialHistogramPoint, HistogramPoint } from "@genscope/otlp";
import type { NativeBuckets, NativeHistogram } from "./point.ts";

const maxSchema = 8;
const minSchema = -4;
const customSchema = -53;
/** What counts as zero where the sender does not say. */
export const defaultZeroThreshold = 1e-128;

/** An exponential histogram as Prometheus keeps it; nothing if its buckets are wider than Prometheus's widest. */
export function toNativeHistogram(point: ExponentialHistogramPoint): NativeHistogram | undefined {
  if (point.scale < minSchema) return undefined;
  const schema = Math.min(point.scale, maxSchema);
  const shift = point.scale - schema;
  return {
    schema,
    zeroThreshold: point.zeroThreshold === 0 ? defaultZeroThreshold : point.zeroThreshold,
    zeroCount: point.zeroCount,
    count: point.count,
    sum: point.sum ?? 0,
    positive: toSpans(merged(point.positive, shift)),
    negative: toSpans(merged(point.negative, shift)),
    customBounds: [],
  };
}

/** An explicit histogram as a native one with the same bounds. */
export function toCustomHistogram(point: HistogramPoint): NativeHistogram {
  return {
    schema: customSchema,
    zeroThreshold: 0,
    zeroCount: 0n,
    count: point.count,
    sum: point.sum ?? 0,
    positive: toSpans(point.bucketCounts.map((count, index) => [index, count] as const)),
    negative: { spans: [], deltas: [] },
    customBounds: point.explicitBounds,
  };
}

type Bucket = readonly [index: number, count: bigint];

/** Counts by Prometheus's index, which is that of the upper bound: one more than OTLP's. */
function merged({ offset, bucketCounts }: Buckets, shift: number): Bucket[] {
  const counts = new Map<number, bigint>();
  for (const [at, count] of bucketCounts.entries()) {
    const index = Math.floor((offset + at) / 2 ** shift) + 1;
    counts.set(index, (counts.get(index) ?? 0n) + count);
  }
  return [...counts];
}

/** Gaps up to this are cheaper as empty buckets than as a span of their own. */
const maxGap = 2;

function toSpans(buckets: readonly Bucket[]): NativeBuckets {
  const spans: { offset: number; length: number }[] = [];
  const deltas: bigint[] = [];
  let before = 0n;
  let next = 0;
  for (const [index, count] of buckets) {
    if (count === 0n) continue;
    const span = spans.at(-1);
    const gap = index - next;
    if (span === undefined || gap > maxGap) spans.push({ offset: gap, length: 1 });
    else {
      for (let empty = 0; empty < gap; empty++) {
        deltas.push(-before);
        before = 0n;
      }
      span.length += gap + 1;
    }
    deltas.push(count - before);
    before = count;
    next = index + 1;
  }
  return { spans, deltas };
}
