import { typeNames } from "./span-reader.ts";

/** What its state is written to and read from. */
export interface LineageWriter {
  varint(value: number): void;
  fixed32(value: number): void;
  double(value: number): void;
}
export interface LineageReader {
  varint(): number;
  fixed32(): number;
  double(): number;
}

/** What is counted of a call: tokens of five kinds, and dollars. */
export const usageKinds = ["input", "output", "cacheRead", "cacheWrite", "reasoning", "cost"] as const;
const width = usageKinds.length;

/** Calls of models and of embeddings cover only their own. */
export const callClasses = 2;

const embeddingType = typeNames.indexOf("embedding");
/** Spans that lie between a wrapper's call and the client's; agents, workflows and tools make calls of their own. */
export const passingTypes = ["internal", "http", "rpc"] as const;
const passing: ReadonlySet<number> = new Set(passingTypes.map((name) => typeNames.indexOf(name)));

/** Which class the call of a span belongs to, by the span's type. */
export function callClassOf(type: number): number {
  return type === embeddingType ? 1 : 0;
}

/** Spans of calls that it remembers at the most. */
export const rememberedCalls = 32_768;
const entriesPerGeneration = rememberedCalls / 2;
const firstSlots = 256;

/** Entries of spans, found by id. An id is two words, of which not both are 0. */
class Generation {
  #ids = new Int32Array(firstSlots * 2);
  /** By class: whether this span's usage is counted, or that of one above it. */
  covered = new Uint8Array(firstSlots * callClasses);
  /** By class and kind: what was counted below this span. */
  below = new Float64Array(firstSlots * callClasses * width);
  count = 0;

  find(low: number, high: number): number {
    const ids = this.#ids;
    const mask = (ids.length >>> 1) - 1;
    for (let slot = hash(low, high) & mask; ; slot = (slot + 1) & mask) {
      const one = ids[slot * 2]!;
      const other = ids[slot * 2 + 1]!;
      if (one === low && other === high) return slot;
      if (one === 0 && other === 0) return -1;
    }
  }

  /** Slots that were found before are others afterwards. */
  add(low: number, high: number): number {
    if (this.count * 4 >= this.#ids.length) this.#grow();
    this.count++;
    return this.#put(low, high);
  }

  #put(low: number, high: number): number {
    const ids = this.#ids;
    const mask = (ids.length >>> 1) - 1;
    let slot = hash(low, high) & mask;
    while (ids[slot * 2] !== 0 || ids[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
    ids[slot * 2] = low;
    ids[slot * 2 + 1] = high;
    return slot;
  }

  #grow(): void {
    const [ids, covered, below] = [this.#ids, this.covered, this.below];
    this.#ids = new Int32Array(ids.length * 2);
    this.covered = new Uint8Array(covered.length * 2);
    this.below = new Float64Array(below.length * 2);
    for (let slot = 0; slot * 2 < ids.length; slot++) {
      if (ids[slot * 2] === 0 && ids[slot * 2 + 1] === 0) continue;
      const to = this.#put(ids[slot * 2]!, ids[slot * 2 + 1]!);
      this.covered.set(covered.subarray(slot * callClasses, (slot + 1) * callClasses), to * callClasses);
      const each = callClasses * width;
      this.below.set(below.subarray(slot * each, (slot + 1) * each), to * each);
    }
  }

  /** Forgets everything and keeps its size. */
  clear(): void {
    this.#ids.fill(0);
    this.covered.fill(0);
    this.below.fill(0);
    this.count = 0;
  }

  save(out: LineageWriter): void {
    out.varint(this.count);
    const ids = this.#ids;
    for (let slot = 0; slot * 2 < ids.length; slot++) {
      if (ids[slot * 2] === 0 && ids[slot * 2 + 1] === 0) continue;
      out.fixed32(ids[slot * 2]!);
      out.fixed32(ids[slot * 2 + 1]!);
      for (let at = slot * callClasses; at < (slot + 1) * callClasses; at++) out.varint(this.covered[at]!);
      for (let at = slot * callClasses * width; at < (slot + 1) * callClasses * width; at++)
        out.double(this.below[at]!);
    }
  }

  load(state: LineageReader): void {
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
    const { covered, below } = this.#recent;
    covered[self * callClasses + call] = 1;
    const parent = isUnder || parentAt === -1 ? -1 : this.#at(bytes, traceAt, parentAt);
    const parentBelow = this.#recent.below;
    for (let kind = 0; kind < width; kind++) {
      const own = usage[kind]!;
      const counted = below[(self * callClasses + call) * width + kind]!;
      if (parent !== -1) {
        const at = (parent * callClasses + call) * width + kind;
        parentBelow[at] = parentBelow[at]! + (Number.isNaN(own) ? counted : Math.max(own, counted));
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

  /** Adds to what was counted of a span what was counted below it: what it reported, for calls to be counted anew. */
  addBelow(usage: Float64Array, call: number, bytes: Uint8Array, traceAt: number, spanAt: number): void {
    const known = this.#find(bytes, traceAt, spanAt);
    if (known === undefined) return;
    const { generation, slot } = known;
    for (let kind = 0; kind < width; kind++)
      usage[kind]! += generation.below[(slot * callClasses + call) * width + kind]!;
  }

  /** Hands on, over a span of `type` that is no call itself, what is known of the spans above and below it. */
  pass(type: number, bytes: Uint8Array, traceAt: number, spanAt: number, parentAt: number): void {
    if (!passing.has(type) || this.isEmpty) return;
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
    const low = lowOf(bytes, traceAt, spanAt);
    const high = highOf(bytes, traceAt, spanAt);
    const recent = this.#recent.find(low, high);
    if (recent !== -1) return this.#recent.covered[recent * callClasses + call] === 1;
    const older = this.#older.find(low, high);
    return older !== -1 && this.#older.covered[older * callClasses + call] === 1;
  }

  #find(bytes: Uint8Array, traceAt: number, spanAt: number): { generation: Generation; slot: number } | undefined {
    const low = lowOf(bytes, traceAt, spanAt);
    const high = highOf(bytes, traceAt, spanAt);
    for (const generation of [this.#recent, this.#older]) {
      const slot = generation.find(low, high);
      if (slot !== -1) return { generation, slot };
    }
    return undefined;
  }

  /** The span's place in the recent generation, with what the older one had of it. */
  #at(bytes: Uint8Array, traceAt: number, spanAt: number): number {
    const low = lowOf(bytes, traceAt, spanAt);
    const high = highOf(bytes, traceAt, spanAt);
    const known = this.#recent.find(low, high);
    if (known !== -1) return known;
    if (this.#recent.count >= entriesPerGeneration) {
      const emptied = this.#older;
      emptied.clear();
      this.#older = this.#recent;
      this.#recent = emptied;
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

  clear(): void {
    this.#older.clear();
    this.#recent.clear();
  }

  save(out: LineageWriter): void {
    this.#older.save(out);
    this.#recent.save(out);
  }

  load(state: LineageReader): void {
    this.#older.load(state);
    this.#recent.load(state);
  }
}

/*
 * A span's id as two words, each of them of all of trace id and span id: some senders number their traces and spans, and of numbers that are but combined bit by bit
 * many come to the same.
 */
function lowOf(bytes: Uint8Array, traceAt: number, spanAt: number): number {
  const trace = stirred(word(bytes, traceAt + 12) ^ stirred(word(bytes, traceAt + 8) ^ word(bytes, traceAt)));
  return stirred(trace ^ word(bytes, spanAt + 4)) ^ word(bytes, spanAt);
}

function highOf(bytes: Uint8Array, traceAt: number, spanAt: number): number {
  const trace = stirred(
    word(bytes, traceAt + 8) ^ stirred(word(bytes, traceAt + 12) ^ word(bytes, traceAt + 4)) ^ seed,
  );
  return stirred(trace ^ word(bytes, spanAt)) ^ word(bytes, spanAt + 4) || 1;
}

const seed = 0x9e3779b9;

/** The last steps of MurmurHash3. */
function stirred(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
