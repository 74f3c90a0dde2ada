import type { ProtoWriter } from "@genscope/otlp/proto";
import { grownTo, type Instrument } from "./instrument.ts";
import { KeyBuffer, KeyIndex } from "@genscope/semconv/wire";
import type { StateReader } from "./state-reader.ts";
import { writeBlob } from "./write-state.ts";

export interface SeriesSetOptions {
  /** Metrics whose series have the same attributes. */
  readonly instruments: readonly Instrument[];
  /** Series of one group; whatever comes on top goes into one that is marked `otel.metric.overflow`. Infinity for no bound. */
  readonly maxPerGroup: number;
  /** Encoded `KeyValue`s of the overflow series, see {@link SeriesSet.add}. */
  readonly overflowAttributes: Uint8Array;
}

const overflowMark = Buffer.from("otel.metric.overflow");

/**
 * Series that have the same kinds of attributes, and what several instruments measured of them. A series is found by the bytes of its key; what it is called
 * is encoded once, when it is new.
 */
export class SeriesSet {
  readonly instruments: readonly Instrument[];
  readonly #index = new KeyIndex();
  readonly #options: SeriesSetOptions;
  readonly #overflowKey = new KeyBuffer();
  #capacity = 0;
  #groups = new Float64Array(0);
  #startMs = new Float64Array(0);
  #seenMs = new Float64Array(0);
  #attributes: Uint8Array[] = [];
  /** Series by group. */
  readonly #perGroup = new Map<number, number>();
  /** Measurements that went into an overflow series since the collector runs. */
  overflowed = 0;

  constructor(options: SeriesSetOptions) {
    this.#options = options;
    this.instruments = options.instruments;
  }

  get count(): number {
    return this.#index.count;
  }

  /** The series of a key, or -1. */
  find(key: KeyBuffer, seenMs: number): number {
    const series = this.#index.find(key);
    if (series !== -1) this.#seenMs[series] = seenMs;
    return series;
  }

  /**
   * A new series that begins at `startMs`; `attributes` are `KeyValue`s as fields with the number 1. Where the group is full it is the overflow series.
   */
  add(key: KeyBuffer, group: number, attributes: Uint8Array, startMs: number, seenMs: number): number {
    if ((this.#perGroup.get(group) ?? 0) < this.#options.maxPerGroup) {
      return this.#add(key, group, attributes, startMs, seenMs);
    }
    const overflow = this.#overflowKey;
    overflow.reset();
    overflow.number(group);
    overflow.byte(0xff);
    overflow.text(overflowMark, 0, overflowMark.length);
    this.overflowed++;
    const known = this.find(overflow, seenMs);
    return known === -1 ? this.#add(overflow, group, this.#options.overflowAttributes, startMs, seenMs) : known;
  }

  #add(key: KeyBuffer, group: number, attributes: Uint8Array, startMs: number, seenMs: number): number {
    this.#perGroup.set(group, (this.#perGroup.get(group) ?? 0) + 1);
    return this.#put(this.#index.add(key), group, attributes, startMs, seenMs);
  }

  #put(series: number, group: number, attributes: Uint8Array, startMs: number, seenMs: number): number {
    this.#reserve(series + 1);
    for (const instrument of this.instruments) instrument.clear(series);
    this.#groups[series] = group;
    this.#startMs[series] = startMs;
    this.#seenMs[series] = seenMs;
    this.#attributes[series] = attributes;
    return series;
  }

  #reserve(count: number): void {
    if (count <= this.#capacity) return;
    this.#capacity = Math.max(64, this.#capacity * 2, count);
    this.#groups = grownTo(this.#groups, this.#capacity);
    this.#startMs = grownTo(this.#startMs, this.#capacity);
    this.#seenMs = grownTo(this.#seenMs, this.#capacity);
    for (const instrument of this.instruments) instrument.reserve(this.#capacity);
  }

  groupOf(series: number): number {
    return this.#groups[series]!;
  }

  startMsOf(series: number): number {
    return this.#startMs[series]!;
  }

  seenMsOf(series: number): number {
    return this.#seenMs[series]!;
  }

  attributesOf(series: number): Uint8Array {
    return this.#attributes[series]!;
  }

  /** Forgets series; the numbers of the others change. */
  retain(keeps: (series: number) => boolean): void {
    const before = this.count;
    const kept: number[] = [];
    for (let series = 0; series < before; series++) if (keeps(series)) kept.push(series);
    if (kept.length === before) return;
    this.#index.retain(keeps);
    this.#perGroup.clear();
    for (const [to, from] of kept.entries()) {
      const group = this.#groups[from]!;
      this.#perGroup.set(group, (this.#perGroup.get(group) ?? 0) + 1);
      if (to === from) continue;
      this.#groups[to] = group;
      this.#startMs[to] = this.#startMs[from]!;
      this.#seenMs[to] = this.#seenMs[from]!;
      this.#attributes[to] = this.#attributes[from]!;
      for (const instrument of this.instruments) instrument.move(from, to);
    }
    for (let series = kept.length; series < before; series++) {
      for (const instrument of this.instruments) instrument.clear(series);
    }
    this.#attributes.length = kept.length;
  }

  save(out: ProtoWriter): void {
    out.varint(this.count);
    for (let series = 0; series < this.count; series++) {
      writeBlob(out, this.#index.keyOf(series));
      out.varint(this.#groups[series]!);
      out.double(this.#startMs[series]!);
      out.double(this.#seenMs[series]!);
      writeBlob(out, this.#attributes[series]!);
      for (const instrument of this.instruments) instrument.save(out, series);
    }
  }

  /** Into an empty set with the same instruments. */
  load(state: StateReader): void {
    const count = state.varint();
    for (let each = 0; each < count; each++) {
      const series = this.#index.restore(state.blob());
      const group = state.varint();
      this.#perGroup.set(group, (this.#perGroup.get(group) ?? 0) + 1);
      this.#put(series, group, new Uint8Array(0), state.double(), state.double());
      this.#attributes[series] = state.blob();
      for (const instrument of this.instruments) instrument.load(state, series);
    }
  }
}
