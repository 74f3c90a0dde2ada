import type { ProtoWriter } from "@genscope/otlp/proto";
import { DataField, grownTo, type Instrument } from "../../meter/instrument.ts";
import type { StateReader } from "../../meter/state-reader.ts";

/** The time of every series' last point, in milliseconds; kept beside the values and never put out itself. */
export class PointTimes implements Instrument {
  readonly metric = { name: "", data: DataField.gauge };
  readonly attributesField = 7;
  readonly exemplarsField = 5;
  #times = new Float64Array(0);

  of(series: number): number {
    return this.#times[series]!;
  }

  set(series: number, timeMs: number): void {
    this.#times[series] = timeMs;
  }

  reserve(capacity: number): void {
    if (capacity > this.#times.length) this.#times = grownTo(this.#times, capacity);
  }

  has(): boolean {
    return false;
  }

  writeValue(): void {
    throw new Error("times are no points");
  }

  clear(series: number): void {
    this.#times[series] = 0;
  }

  move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!;
  }

  save(out: ProtoWriter, series: number): void {
    out.double(this.#times[series]!);
  }

  load(state: StateReader, series: number): void {
    this.#times[series] = state.double();
  }
}
