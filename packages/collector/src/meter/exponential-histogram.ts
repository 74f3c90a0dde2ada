import type { ProtoWriter } from "@genscope/otlp/proto";
import { bucketOf, ExponentialBuckets, maxScale, minScale } from "./exponential-buckets.ts";
import type { Distribution } from "./histogram.ts";
import { DataField, type MetricIdentity } from "./instrument.ts";
import type { Exemplars } from "./exemplars.ts";
import type { StateReader } from "./state-reader.ts";
import { writeDouble, writeFixed64, writeSint32 } from "./write-number.ts";

/** What an exponential histogram's point counted. */
export interface ExponentialCounts {
  readonly scale: number;
  readonly sum: number;
  readonly zeroCount: number;
  readonly positive: { readonly offset: number; readonly counts: readonly number[] };
  readonly negative: { readonly offset: number; readonly counts: readonly number[] };
}

interface Values {
  scale: number;
  sum: number;
  zeroCount: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
}

/** A histogram whose buckets widen by themselves: the finest scale at which all values fit into `maxSize` buckets on either side of zero. */
export class ExponentialHistogram implements Distribution {
  readonly metric: MetricIdentity;
  readonly attributesField = 1;
  readonly exemplarsField = 11;
  exemplars?: Exemplars;
  readonly #maxSize: number;
  readonly #values: (Values | undefined)[] = [];

  constructor(metric: Omit<MetricIdentity, "data">, maxSize: number) {
    this.metric = { ...metric, data: DataField.exponentialHistogram };
    this.#maxSize = maxSize;
  }

  record(series: number, value: number, count: number): void {
    const values = (this.#values[series] ??= empty());
    values.sum += value * count;
    if (value === 0) {
      values.zeroCount += count;
      return;
    }
    const size = Math.abs(value);
    const side = value > 0 ? values.positive : values.negative;
    this.#add(values, side, (scale) => bucketOf(size, scale), count);
  }

  /** Adds what a point of another histogram counted. */
  merge(series: number, point: ExponentialCounts): void {
    const values = (this.#values[series] ??= { ...empty(), scale: Math.min(point.scale, maxScale) });
    this.#downscale(values, Math.max(0, values.scale - point.scale));
    values.sum += point.sum;
    values.zeroCount += point.zeroCount;
    for (const [side, { offset, counts }] of [
      [values.positive, point.positive],
      [values.negative, point.negative],
    ] as const) {
      for (const [index, count] of counts.entries()) {
        if (count > 0) this.#add(values, side, (scale) => (offset + index) >> (point.scale - scale), count);
      }
    }
  }

  #add(values: Values, side: ExponentialBuckets, bucketAt: (scale: number) => number, count: number): void {
    const wanted = side.changeFor(bucketAt(values.scale), this.#maxSize);
    this.#downscale(values, Math.min(wanted, Math.max(0, values.scale - minScale)));
    side.add(bucketAt(values.scale), count);
  }

  #downscale(values: Values, change: number): void {
    if (change === 0) return;
    values.positive.downscale(change);
    values.negative.downscale(change);
    values.scale -= change;
  }

  reserve(): void {
    // series are made as they are measured
  }

  has(series: number): boolean {
    return this.#values[series] !== undefined;
  }

  writeValue(out: ProtoWriter, series: number): void {
    const { scale, sum, zeroCount, positive, negative } = this.#values[series]!;
    const zeros = Math.round(zeroCount);
    writeFixed64(out, 4, zeros + positive.count + negative.count);
    writeDouble(out, 5, sum);
    writeSint32(out, 6, scale);
    writeFixed64(out, 7, zeros);
    for (const [field, side] of [
      [8, positive],
      [9, negative],
    ] as const) {
      if (side.counts.length === 0) continue;
      out.tag(field, 2);
      const start = out.beginMessage(2);
      side.write(out);
      out.endMessage(start, 2);
    }
  }

  clear(series: number): void {
    this.#values[series] = undefined;
  }

  move(from: number, to: number): void {
    this.#values[to] = this.#values[from];
    this.#values[from] = undefined;
  }

  save(out: ProtoWriter, series: number): void {
    const values = this.#values[series];
    out.varint(values === undefined ? 0 : 1);
    if (values === undefined) return;
    out.double(values.scale);
    out.double(values.sum);
    out.double(values.zeroCount);
    values.positive.save(out);
    values.negative.save(out);
  }

  load(state: StateReader, series: number): void {
    if (state.varint() === 0) return;
    const values = (this.#values[series] = empty());
    values.scale = state.double();
    values.sum = state.double();
    values.zeroCount = state.double();
    values.positive.load(state);
    values.negative.load(state);
  }
}

function empty(): Values {
  return {
    scale: maxScale,
    sum: 0,
    zeroCount: 0,
    positive: new ExponentialBuckets(),
    negative: new ExponentialBuckets(),
  };
}
