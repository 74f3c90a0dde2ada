import type { ProtoWriter } from "@genscope/otlp/proto";
import { DataField, grownTo, type Instrument, type MetricIdentity } from "./instrument.ts";
import type { Exemplars } from "./exemplars.ts";
import type { StateReader } from "./state-reader.ts";
import { writeDouble } from "./write-number.ts";

const asDouble = 4;
const asInt = 6;

export interface NumberOptions extends Omit<MetricIdentity, "data"> {
  /** Whole numbers are sent as such, fractions (of spans that stand for several) rounded. Left out: until a double is measured. */
  readonly isInteger?: boolean;
}

/** A sum, or with `isGauge` the last value. */
export class NumberInstrument implements Instrument {
  readonly metric: MetricIdentity;
  readonly attributesField = 7;
  readonly exemplarsField = 5;
  exemplars?: Exemplars;
  #isInteger: boolean;
  readonly #isFixed: boolean;
  /** NaN where nothing was measured. */
  #values = new Float64Array(0);

  constructor({ isInteger, ...metric }: NumberOptions, data: typeof DataField.sum | typeof DataField.gauge) {
    this.metric = { ...metric, data };
    this.#isInteger = isInteger ?? true;
    this.#isFixed = isInteger !== undefined;
  }

  /** From now on values are sent as doubles, unless whole numbers were asked for. */
  measureDoubles(): void {
    if (!this.#isFixed) this.#isInteger = false;
  }

  add(series: number, value: number): void {
    const before = this.#values[series]!;
    this.#values[series] = Number.isNaN(before) ? value : before + value;
  }

  set(series: number, value: number): void {
    this.#values[series] = value;
  }

  reserve(capacity: number): void {
    if (capacity > this.#values.length) this.#values = grownTo(this.#values, capacity, Number.NaN);
  }

  has(series: number): boolean {
    return !Number.isNaN(this.#values[series]!);
  }

  writeValue(out: ProtoWriter, series: number): void {
    const value = this.#values[series]!;
    if (!this.#isInteger) return writeDouble(out, asDouble, value);
    const bits = BigInt.asUintN(64, BigInt(Math.round(value)));
    out.tag(asInt, 1);
    out.fixed32(Number(bits & 0xffffffffn));
    out.fixed32(Number(bits >> 32n));
  }

  clear(series: number): void {
    this.#values[series] = Number.NaN;
  }

  move(from: number, to: number): void {
    this.#values[to] = this.#values[from]!;
  }

  save(out: ProtoWriter, series: number): void {
    out.varint(this.#isInteger ? 1 : 0);
    out.double(this.#values[series]!);
  }

  load(state: StateReader, series: number): void {
    if (state.varint() === 0) this.measureDoubles();
    this.#values[series] = state.double();
  }
}

export function createSum(options: NumberOptions): NumberInstrument {
  return new NumberInstrument(options, DataField.sum);
}

export function createGauge(options: NumberOptions): NumberInstrument {
  return new NumberInstrument(options, DataField.gauge);
}
