import type { ProtoWriter } from "@genscope/otlp/proto";
import type { StateReader } from "../../meter/state-reader.ts";

/** What is counted of a call: tokens of five kinds, and dollars. */
export const usageKinds = ["input", "output", "cacheRead", "cacheWrite", "reasoning", "cost"] as const;
const width = usageKinds.length;

/** Calls of models and of embeddings cover only their own. */
export const callClasses = 2;

const entriesPerGeneration = 16_384;
const firstSlots = 256;

/** Entries of spans, found by id. */
class Generation {
  #low = new Int32Array(firstSlots);
  #high = new Int32Array(firstSlots);
  #used = new Uint8Array(firstSlots);
  /** By class: whether this span's usage is counted, or that of one above it. */
  covered = new Uint8Array(firstSlots * callClasses);
  /** By class and kind: what was counted below this span. */
  below = new Float64Array(firstSlots * callClasses * width);
  count = 0;

  find(low: number, high: number): number {
    const mask = this.#used.length - 1;
    for (let slot = hash(low, high) & mask; this.#used[slot] === 1; slot = (slot + 1) & mask) {
      if (this.#low[slot] === low && this.#high[slot] === high) return slot;
    }
    return -1;
  }

  /** Slots that were found before are others afterwards. */
  add(low: number, high: number): number {
    if (this.count * 2 >= this.#used.length) this.#grow();
    this.count++;
    return this.#put(low, high);
  }

  #put(low: number, high: number): number {
    const mask = this.#used.length - 1;
    let slot = hash(low, high) & mask;
    while (this.#used[slot] === 1) slot = (slot + 1) & mask;
    this.#used[slot] = 1;
    this.#low[slot] = low;
    this.#high[slot] = high;
    return slot;
  }

  #grow(): void {
    const [low, high, used, covered, below] = [this.#low, this.#high, this.#used, this.covered, this.below];
    const slots = used.length * 2;
    this.#low = new Int32Array(slots);
    this.#high = new Int32Array(slots);
    this.#used = new Uint8Array(slots);
    this.covered = new Uint8Array(slots * callClasses);
    this.below = new Float64Array(slots * callClasses * width);
    for (let slot = 0; slot < used.length; slot++) {
      if (used[slot] === 0) continue;
      const to = this.#put(low[slot]!, high[slot]!);
      this.covered.set(covered.subarray(slot * callClasses, (slot + 1) * callClasses), to * callClasses);
      const each = callClasses * width;
      this.below.set(below.subarray(slot * each, (slot + 1) * each), to * each);
    }
  }

  save(out: ProtoWriter): void {
    out.varint(this.count);
    for (let slot = 0; slot < this.#used.length; slot++) {
      if (this.#used[slot] === 0) continue;
      out.fixed32(this.#low[slot]!);
      out.fixed32(this.#high[slot]!);
      for (let at = slot * callClasses; at < (slot + 1) * callClasses; at++) out.varint(this.covered[at]!);
      for (let at = slot * callClasses * width; at < (slot + 1) * callClasses * width; at++)
        out.double(this.below[at]!);
    }
  }

  load(state: StateReader): void {
    for (let count = state.varint(); count > 0; count--) {
      const slot = this.add(state.fixed32(), state.fixed32());
      for (let at = slot * callClasses; at < (slot + 1) * callClasses; at++) this.covered[at] = state.varint();
      for (let at = slot * callClasses * width; at < (slot + 1) * callClasses * width; at++) {
        this.below[at] = state.double();
      }
    }
  }
}

function hash(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/**
 * Remembers which calls were counted, so that a call within a call is counted once: a wrapper's span that repeats the usage of the client's span below it adds
 * only what it has beyond that, and a call below one that was counted adds nothing, nor does one that is sent again. Spans may come in any order. It remembers
 * the last 16 to 32 thousand spans that have to do with calls.
 */
export class UsageLineage {
  #recent = new Generation();
  #older = new Generation();

  /** Whether any call was counted that a span could have to do with. */
  get isEmpty(): boolean {
    return this.#recent.count === 0 && this.#older.count === 0;
  }

  /**
   * Takes off what `usage` (by {@link usageKinds}, NaN for what is not known) repeats, and remembers the rest as counted. Gives back whether anything was
   * taken off.
   */
  count(
    usage: Float64Array,
    call: number,
    bytes: Uint8Array,
    traceAt: number,
    spanAt: number,
    parentAt: number,
  ): boolean {
    // a span that was counted itself was sent twice
    const isUnder =
      this.#isCovered(bytes, traceAt, spanAt, call) ||
      (parentAt !== -1 && this.#isCovered(bytes, traceAt, parentAt, call));
    let isRepeated = isUnder;
    // the parent first: what is added may move what was there before
    if (!isUnder && parentAt !== -1) this.#at(bytes, traceAt, parentAt);
    const self = this.#at(bytes, traceAt, spanAt);
    const parent = isUnder || parentAt === -1 ? undefined : this.#find(bytes, traceAt, parentAt);
    const { covered, below } = this.#recent;
    covered[self * callClasses + call] = 1;
    for (let kind = 0; kind < width; kind++) {
      const own = usage[kind]!;
      const counted = below[(self * callClasses + call) * width + kind]!;
      if (parent !== undefined) {
        const at = (parent.slot * callClasses + call) * width + kind;
        const known = parent.generation.below;
        known[at] = known[at]! + (Number.isNaN(own) ? counted : Math.max(own, counted));
      }
      if (Number.isNaN(own)) continue;
      if (isUnder) usage[kind] = 0;
      else if (counted > 0) {
        isRepeated = true;
        usage[kind] = Math.max(0, own - counted);
      }
    }
    return isRepeated;
  }

  /** Hands on, over a span that is no call itself, what is known of the spans above and below it. */
  pass(bytes: Uint8Array, traceAt: number, spanAt: number, parentAt: number): void {
    for (let call = 0; call < callClasses; call++) {
      if (parentAt !== -1 && this.#isCovered(bytes, traceAt, parentAt, call)) {
        const self = this.#at(bytes, traceAt, spanAt);
        this.#recent.covered[self * callClasses + call] = 1;
      }
    }
    const known = this.#find(bytes, traceAt, spanAt);
    if (known === undefined || parentAt === -1) return;
    const each = callClasses * width;
    const counted = known.generation.below.slice(known.slot * each, (known.slot + 1) * each);
    if (counted.every((one) => one === 0)) return;
    const to = this.#at(bytes, traceAt, parentAt) * each;
    const { below } = this.#recent;
    for (let at = 0; at < each; at++) below[to + at] = below[to + at]! + counted[at]!;
  }

  #isCovered(bytes: Uint8Array, traceAt: number, spanAt: number, call: number): boolean {
    const low = word(bytes, traceAt + 8) ^ word(bytes, spanAt);
    const high = word(bytes, traceAt + 12) ^ word(bytes, spanAt + 4);
    const recent = this.#recent.find(low, high);
    if (recent !== -1) return this.#recent.covered[recent * callClasses + call] === 1;
    const older = this.#older.find(low, high);
    return older !== -1 && this.#older.covered[older * callClasses + call] === 1;
  }

  #find(bytes: Uint8Array, traceAt: number, spanAt: number): { generation: Generation; slot: number } | undefined {
    const low = word(bytes, traceAt + 8) ^ word(bytes, spanAt);
    const high = word(bytes, traceAt + 12) ^ word(bytes, spanAt + 4);
    for (const generation of [this.#recent, this.#older]) {
      const slot = generation.find(low, high);
      if (slot !== -1) return { generation, slot };
    }
    return undefined;
  }

  /** The span's place in the recent generation, with what the older one had of it. */
  #at(bytes: Uint8Array, traceAt: number, spanAt: number): number {
    const low = word(bytes, traceAt + 8) ^ word(bytes, spanAt);
    const high = word(bytes, traceAt + 12) ^ word(bytes, spanAt + 4);
    const known = this.#recent.find(low, high);
    if (known !== -1) return known;
    if (this.#recent.count >= entriesPerGeneration) {
      this.#older = this.#recent;
      this.#recent = new Generation();
    }
    const slot = this.#recent.add(low, high);
    const before = this.#older.find(low, high);
    if (before === -1) return slot;
    for (let at = 0; at < callClasses; at++) {
      this.#recent.covered[slot * callClasses + at] = this.#older.covered[before * callClasses + at]!;
    }
    for (let at = 0; at < callClasses * width; at++) {
      this.#recent.below[slot * callClasses * width + at] = this.#older.below[before * callClasses * width + at]!;
    }
    return slot;
  }

  save(out: ProtoWriter): void {
    this.#older.save(out);
    this.#recent.save(out);
  }

  load(state: StateReader): void {
    this.#older.load(state);
    this.#recent.load(state);
  }
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
