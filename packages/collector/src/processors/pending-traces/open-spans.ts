import { randomInt } from "node:crypto";
import { grown } from "./columns.ts";

const end = -1;

/**
 * Which spans of pending traces are known to be still open: those that a span names as its parent and that have not come themselves. (Spans are sent when they
 * have ended.) By trace, a list of the ids that came or were named.
 */
export class OpenSpans {
  readonly #salt = randomInt(2 ** 32);
  #heads = new Int32Array(2048).fill(end);
  #capacity = 1024;
  #low = new Uint32Array(1024);
  #high = new Uint32Array(1024);
  #trace = new Int32Array(1024);
  #nextInChain = new Int32Array(1024);
  #nextInTrace = new Int32Array(1024);
  #hasCome = new Uint8Array(1024);
  #used = 0;
  #free = end;
  /** By the trace's slot. */
  #first = new Int32Array(0);
  #open = new Uint32Array(0);

  ensure(capacity: number): void {
    const before = this.#first.length;
    if (before >= capacity) return;
    this.#first = grown(this.#first, capacity).fill(end, before);
    this.#open = grown(this.#open, capacity);
  }

  /** How many spans of the trace are known to be open. */
  openOf(trace: number): number {
    return this.#open[trace]!;
  }

  came(trace: number, bytes: Uint8Array, spanId: number): void {
    const entry = this.#entry(trace, bytes, spanId, 1);
    if (this.#hasCome[entry] === 1) return;
    this.#hasCome[entry] = 1;
    this.#open[trace]!--;
  }

  named(trace: number, bytes: Uint8Array, spanId: number): void {
    this.#entry(trace, bytes, spanId, 0);
  }

  clear(trace: number): void {
    for (let entry = this.#first[trace]!; entry !== end;) {
      const next = this.#nextInTrace[entry]!;
      this.#unlink(entry);
      this.#nextInTrace[entry] = this.#free;
      this.#free = entry;
      entry = next;
    }
    this.#first[trace] = end;
    this.#open[trace] = 0;
  }

  /** The entry of an id; a new one has come, or is open. */
  #entry(trace: number, bytes: Uint8Array, spanId: number, hasCome: 0 | 1): number {
    const low = word(bytes, spanId);
    const high = word(bytes, spanId + 4);
    const chain = this.#chain(trace, low, high);
    for (let entry = this.#heads[chain]!; entry !== end; entry = this.#nextInChain[entry]!) {
      if (this.#low[entry] === low && this.#high[entry] === high && this.#trace[entry] === trace) return entry;
    }
    const entry = this.#newEntry();
    this.#low[entry] = low;
    this.#high[entry] = high;
    this.#trace[entry] = trace;
    this.#hasCome[entry] = hasCome;
    if (hasCome === 0) this.#open[trace]!++;
    this.#nextInTrace[entry] = this.#first[trace]!;
    this.#first[trace] = entry;
    this.#link(entry);
    return entry;
  }

  #newEntry(): number {
    if (this.#free !== end) {
      const entry = this.#free;
      this.#free = this.#nextInTrace[entry]!;
      return entry;
    }
    if (this.#used === this.#capacity) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    this.#capacity = capacity;
    this.#low = grown(this.#low, capacity);
    this.#high = grown(this.#high, capacity);
    this.#trace = grown(this.#trace, capacity);
    this.#nextInChain = grown(this.#nextInChain, capacity);
    this.#nextInTrace = grown(this.#nextInTrace, capacity);
    this.#hasCome = grown(this.#hasCome, capacity);
    this.#heads = new Int32Array(capacity * 2).fill(end);
    // only when no entry is free: all are in use
    for (let entry = 0; entry < this.#used; entry++) this.#link(entry);
  }

  #link(entry: number): void {
    const chain = this.#chain(this.#trace[entry]!, this.#low[entry]!, this.#high[entry]!);
    this.#nextInChain[entry] = this.#heads[chain]!;
    this.#heads[chain] = entry;
  }

  #unlink(entry: number): void {
    const chain = this.#chain(this.#trace[entry]!, this.#low[entry]!, this.#high[entry]!);
    const next = this.#nextInChain[entry]!;
    if (this.#heads[chain] === entry) {
      this.#heads[chain] = next;
      return;
    }
    let before = this.#heads[chain]!;
    while (this.#nextInChain[before] !== entry) before = this.#nextInChain[before]!;
    this.#nextInChain[before] = next;
  }

  #chain(trace: number, low: number, high: number): number {
    let value = Math.imul(low ^ this.#salt, 0x85ebca6b);
    value = Math.imul((value ^ (value >>> 15)) + high, 0xc2b2ae35);
    value = Math.imul((value ^ (value >>> 13)) + trace, 0x27d4eb2f);
    return (value ^ (value >>> 16)) & (this.#heads.length - 1);
  }
}

function word(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
}
