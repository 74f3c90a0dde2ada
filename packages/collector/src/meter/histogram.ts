import type { ProtoWriter } from "@genscope/otlp/proto";
import { DataField, grownTo, type Instrument, type MetricIdentity } from "./instrument.ts";
import type { Exemplars } from "./exemplars.ts";
import type { StateReader } from "./state-reader.ts";
import { writeDouble, writeFixed64 } from "./write-number.ts";

/** A value measured into a distribution. */
export interface Distribution extends Instrument {
  /** `count` times; a fraction for spans that stand for several. */
  record(series: number, value: number, count: number): void;
}

/** Counts by buckets whose upper bounds belong to them. */
export class Histogram implements Distribution {
  readonly metric: MetricIdentity;
  readonly attributesField = 9;
  readonly exemplarsField = 8;
  exemplars?: Exemplars;
  readonly #bounds: Float64Array;
  readonly #width: number;
  #counts = new Float64Array(0);
  #sums = new Float64Array(0);

  /** Bounds ascend. */
  constructor(metric: Omit<MetricIdentity, "data">, bounds: readonly number[]) {
    this.metric = { ...metric, data: DataField.histogram };
    this.#bounds = Float64Array.from(bounds);
    this.#width = bounds.length + 1;
  }

  record(series: number, value: number, count: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    const at = series * this.#width + bucket;
    this.#counts[at] = this.#counts[at]! + count;
    this.#sums[series] = this.#sums[series]! + value * count;
  }

  /** Adds what a point of another histogram with the same bounds counted. */
  merge(series: number, counts: readonly number[], sum: number): void {
    for (const [bucket, count] of counts.entries()) {
      const at = series * this.#width + bucket;
      this.#counts[at] = this.#counts[at]! + count;
    }
    this.#sums[series] = this.#sums[series]! + sum;
  }

  reserve(capacity: number): void {
    if (capacity <= this.#sums.length) return;
    this.#sums = grownTo(this.#sums, capacity);
    this.#counts = grownTo(this.#counts, capacity * this.#width);
  }

  has(series: number): boolean {
    const from = series * this.#width;
    for (let at = from; at < from + this.#width; at++) if (this.#counts[at]! > 0) return true;
    return false;
  }

  writeValue(out: ProtoWriter, series: number): void {
    const from = series * this.#width;
    let count = 0;
    for (let at = from; at < from + this.#width; at++) count += Math.round(this.#counts[at]!);
    writeFixed64(out, 4, count);
    writeDouble(out, 5, this.#sums[series]!);
    out.tag(6, 2);
    out.varint(this.#width * 8);
    for (let at = from; at < from + this.#width; at++) {
      const each = Math.round(this.#counts[at]!);
      out.fixed32(each % 2 ** 32);
      out.fixed32(Math.floor(each / 2 ** 32));
    }
    if (this.#bounds.length === 0) return;
    out.tag(7, 2);
    out.varint(this.#bounds.length * 8);
    for (const bound of this.#bounds) out.double(bound);
  }

  clear(series: number): void {
    this.#counts.fill(0, series * this.#width, (series + 1) * this.#width);
    this.#sums[series] = 0;
  }

  move(from: number, to: number): void {
    this.#counts.copyWithin(to * this.#width, from * this.#width, (from + 1) * this.#width);
    this.#sums[to] = this.#sums[from]!;
  }

  save(out: ProtoWriter, series: number): void {
    out.double(this.#sums[series]!);
    const from = series * this.#width;
    for (let at = from; at < from + this.#width; at++) out.double(this.#counts[at]!);
  }

  load(state: StateReader, series: number): void {
    this.#sums[series] = state.double();
    const from = series * this.#width;
    for (let at = from; at < from + this.#width; at++) this.#counts[at] = state.double();
  }
}
