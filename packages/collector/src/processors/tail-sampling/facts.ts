import type { TraceView } from "@genscope/otlp";
import { grown } from "../pending-traces/columns.ts";

/** A yes or no of a trace. */
export type Flag = number;

/** A number of a trace, as `Facts.numbers` has it. */
export type NumberFact = number;

/**
 * What policies note of the spans of traces that wait, as they come, in columns by the trace's slot: so that a decision needs no span to be read again. What is
 * noted is fixed once the first trace has come.
 */
export class Facts {
  #flagCount = 0;
  #wordsPerTrace = 0;
  #flags = new Uint32Array(0);
  readonly #initial: number[] = [];
  readonly #numbers: Float64Array<ArrayBuffer>[] = [];
  #times: TraceTimes | undefined;
  #capacity = 0;

  flag(): Flag {
    return this.#flagCount++;
  }

  number(initial: number): NumberFact {
    this.#initial.push(initial);
    this.#numbers.push(new Float64Array(0));
    return this.#initial.length - 1;
  }

  /** Earliest start and latest end, kept if somebody asks. */
  times(): TraceTimes {
    return (this.#times ??= new TraceTimes());
  }

  /** Begins with a trace. */
  clear(slot: number, capacity: number): void {
    if (capacity > this.#capacity) this.#grow(capacity);
    const first = slot * this.#wordsPerTrace;
    for (let word = first; word < first + this.#wordsPerTrace; word++) this.#flags[word] = 0;
    for (let fact = 0; fact < this.#initial.length; fact++) this.#numbers[fact]![slot] = this.#initial[fact]!;
    this.#times?.clear(slot);
  }

  has(slot: number, flag: Flag): boolean {
    return (this.#flags[slot * this.#wordsPerTrace + (flag >>> 5)]! & (1 << (flag & 31))) !== 0;
  }

  set(slot: number, flag: Flag): void {
    this.#flags[slot * this.#wordsPerTrace + (flag >>> 5)]! |= 1 << (flag & 31);
  }

  numberOf(slot: number, fact: NumberFact): number {
    return this.#numbers[fact]![slot]!;
  }

  setNumber(slot: number, fact: NumberFact, value: number): void {
    this.#numbers[fact]![slot] = value;
  }

  #grow(capacity: number): void {
    this.#capacity = capacity;
    this.#wordsPerTrace = (this.#flagCount + 31) >>> 5;
    this.#flags = grown(this.#flags, capacity * this.#wordsPerTrace);
    for (const [fact, column] of this.#numbers.entries()) this.#numbers[fact] = grown(column, capacity);
    this.#times?.ensure(capacity);
  }
}

const twoTo32 = 2 ** 32;

/** Nanoseconds in two halves each, exact. */
export class TraceTimes {
  #startLow = new Uint32Array(0);
  #startHigh = new Uint32Array(0);
  #endLow = new Uint32Array(0);
  #endHigh = new Uint32Array(0);

  ensure(capacity: number): void {
    this.#startLow = grown(this.#startLow, capacity);
    this.#startHigh = grown(this.#startHigh, capacity);
    this.#endLow = grown(this.#endLow, capacity);
    this.#endHigh = grown(this.#endHigh, capacity);
  }

  clear(slot: number): void {
    this.#startLow[slot] = 0;
    this.#startHigh[slot] = 0;
    this.#endLow[slot] = 0;
    this.#endHigh[slot] = 0;
  }

  /** A time of 0 is one not known yet. */
  observe({ bytes, spans }: TraceView, row: number, slot: number): void {
    const start = spans.startTimeOffset[row]!;
    const [startLow, startHigh] = [half(bytes, start), half(bytes, start === -1 ? -1 : start + 4)];
    const end = spans.endTimeOffset[row]!;
    const [endLow, endHigh] = [half(bytes, end), half(bytes, end === -1 ? -1 : end + 4)];
    const [low, high] = [this.#startLow[slot]!, this.#startHigh[slot]!];
    if ((low === 0 && high === 0) || startHigh < high || (startHigh === high && startLow < low)) {
      this.#startLow[slot] = startLow;
      this.#startHigh[slot] = startHigh;
    }
    const [lastLow, lastHigh] = [this.#endLow[slot]!, this.#endHigh[slot]!];
    if (endHigh > lastHigh || (endHigh === lastHigh && endLow > lastLow)) {
      this.#endLow[slot] = endLow;
      this.#endHigh[slot] = endHigh;
    }
  }

  /** Whole milliseconds from the earliest start to the latest end. */
  durationMs(slot: number): number {
    const high = this.#endHigh[slot]! - this.#startHigh[slot]!;
    return Math.trunc((high * twoTo32 + (this.#endLow[slot]! - this.#startLow[slot]!)) / 1_000_000);
  }
}

function half(bytes: Uint8Array, offset: number): number {
  if (offset === -1) return 0;
  return (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
}
