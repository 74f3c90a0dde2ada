import type { ProtoWriter } from "@genscope/otlp/proto";
import type { StateReader } from "./state-reader.ts";

export const maxScale = 20;
export const minScale = -10;

/** The bucket of a positive value: bounds are powers of 2^(2^-scale), the upper one belongs to it. */
export function bucketOf(value: number, scale: number): number {
  const exact = Math.log2(value) * 2 ** scale;
  const rounded = Math.round(exact);
  // a power of two is exact, whatever the logarithm makes of it
  if (Math.abs(exact - rounded) < 1e-9 && 2 ** (rounded / 2 ** scale) === value) return rounded - 1;
  return Math.ceil(exact) - 1;
}

/** Counts by exponential buckets that lie next to each other, from a first one on. */
export class ExponentialBuckets {
  offset = 0;
  counts: number[] = [];

  /** Of all of them, each rounded. */
  get count(): number {
    return this.counts.reduce((total, count) => total + Math.round(count), 0);
  }

  /** How often the scale must be halved for `bucket` to fit in as well. */
  changeFor(bucket: number, maxSize: number): number {
    if (this.counts.length === 0) return 0;
    let low = Math.min(bucket, this.offset);
    let high = Math.max(bucket, this.offset + this.counts.length - 1);
    let change = 0;
    while (high - low >= maxSize) {
      low >>= 1;
      high >>= 1;
      change++;
    }
    return change;
  }

  add(bucket: number, count: number): void {
    if (this.counts.length === 0) this.offset = bucket;
    while (bucket < this.offset) {
      this.counts.unshift(0);
      this.offset--;
    }
    while (bucket >= this.offset + this.counts.length) this.counts.push(0);
    this.counts[bucket - this.offset]! += count;
  }

  /** Merges neighbours, `change` times. */
  downscale(change: number): void {
    if (change === 0 || this.counts.length === 0) return;
    const before = this.counts;
    const from = this.offset;
    this.counts = [];
    this.offset = 0;
    for (const [index, count] of before.entries()) if (count > 0) this.add((from + index) >> change, count);
  }

  /** The content of a `Buckets` message. */
  write(out: ProtoWriter): void {
    out.tag(1, 0);
    out.varint(((this.offset << 1) ^ (this.offset >> 31)) >>> 0);
    out.tag(2, 2);
    const start = out.beginMessage(2);
    for (const count of this.counts) out.varint(Math.round(count));
    out.endMessage(start, 2);
  }

  save(out: ProtoWriter): void {
    out.double(this.offset);
    out.varint(this.counts.length);
    for (const count of this.counts) out.double(count);
  }

  load(state: StateReader): void {
    this.offset = state.double();
    this.counts = Array.from({ length: state.varint() }, () => state.double());
  }
}
