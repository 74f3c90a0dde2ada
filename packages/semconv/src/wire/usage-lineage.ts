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
/** By type. */
const isPassing: readonly boolean[] = typeNames.map((name) => passingTypes.some((one) => one === name));

/** Which class the call of a span belongs to, by the span's type. */
export function callClassOf(type: number): number {
  return type === embeddingType ? 1 : 0;
}

/** Spans of calls that it remembers at the most. */
export const rememberedCalls = 32_768;
const entriesPerGeneration = rememberedCalls / 2;
const firstEntries = 64;
/** An entry's numbers: by class and kind. */
const each = callClasses * width;

/**
 * Entries of spans, found by id. An id is two words, of which not both are 0. Entries are numbered from 0 and stand close together, however thin the table is; most
 * have nothing below them, and no place for it.
 */
class Generation {
  #slots = new Int32Array(firstEntries * 4).fill(-1);
  #ids = new Int32Array(firstEntries * 2);
  /** By entry, a bit for each class: whether this span's usage is counted, or that of one above it. */
  covered = new Uint8Array(firstEntries);
  /** By entry: where {@link below} begins for it, or -1. */
  #belowAt = new Int32Array(firstEntries);
  /** By class and kind: what was counted below a span. */
  below = new Float64Array(firstEntries * each);
  #belowEnd = 0;
  count = 0;

  find(low: number, high: number): number {
    const slots = this.#slots;
    const ids = this.#ids;
    const mask = slots.length - 1;
    for (let slot = hash(low, high) & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!;
      if (entry === -1 || (ids[entry * 2] === low && ids[entry * 2 + 1] === high)) return entry;
    }
  }

  add(low: number, high: number): number {
    if (this.count === this.covered.length) this.#grow();
    const entry = this.count++;
    this.#ids[entry * 2] = low;
    this.#ids[entry * 2 + 1] = high;
    this.covered[entry] = 0;
    this.#belowAt[entry] = -1;
    this.#put(entry);
    return entry;
  }

  #put(entry: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash(this.#ids[entry * 2]!, this.#ids[entry * 2 + 1]!) & mask;
    while (slots[slot] !== -1) slot = (slot + 1) & mask;
    slots[slot] = entry;
  }

  #grow(): void {
    const entries = this.count * 2;
    this.#ids = grown(this.#ids, entries * 2);
    this.covered = grown(this.covered, entries);
    this.#belowAt = grown(this.#belowAt, entries);
    this.#slots = new Int32Array(entries * 4).fill(-1);
    for (let entry = 0; entry < this.count; entry++) this.#put(entry);
  }

  /** Forgets everything and keeps its size. */
  clear(): void {
    this.#slots.fill(-1);
    this.count = 0;
    this.#belowEnd = 0;
  }

  /** Where {@link below} begins for an entry, -1 if nothing is below it. */
  belowOf(entry: number): number {
    return this.#belowAt[entry]!;
  }

  /** As {@link belowOf}, of an entry that gets something below it. */
  belowFor(entry: number): number {
    const known = this.#belowAt[entry]!;
    if (known !== -1) return known;
    const at = this.#belowEnd;
    this.#belowEnd += each;
    if (this.#belowEnd > this.below.length) this.below = grown(this.below, this.below.length * 2);
    for (let kind = at; kind < at + each; kind++) this.below[kind] = 0;
    this.#belowAt[entry] = at;
    return at;
  }

  addBelow(entry: number, from: Generation, fromEntry: number): void {
    const source = from.belowOf(fromEntry);
    if (source === -1) return;
    const at = this.belowFor(entry);
    const { below } = from;
    for (let kind = 0; kind < each; kind++) this.below[at + kind] = this.below[at + kind]! + below[source + kind]!;
  }

  save(out: LineageWriter): void {
    out.varint(this.count);
    for (let entry = 0; entry < this.count; entry++) {
      out.fixed32(this.#ids[entry * 2]!);
      out.fixed32(this.#ids[entry * 2 + 1]!);
      for (let call = 0; call < callClasses; call++) out.varint((this.covered[entry]! >> call) & 1);
      const at = this.#belowAt[entry]!;
      for (let kind = 0; kind < each; kind++) out.double(at === -1 ? 0 : this.below[at + kind]!);
    }
  }

  load(state: LineageReader): void {
    for (let count = state.varint(); count > 0; count--) {
      const entry = this.add(state.fixed32(), state.fixed32());
      for (let call = 0; call < callClasses; call++) this.covered[entry]! |= state.varint() << call;
      for (let kind = 0; kind < each; kind++) {
        const value = state.double();
        if (value !== 0) this.below[this.belowFor(entry) + kind] = value;
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
    this.#makeRoom();
    const bit = 1 << call;
    const traceLow = traceLowOf(bytes, traceAt);
    const traceHigh = traceHighOf(bytes, traceAt);
    const low = lowOf(traceLow, bytes, spanAt);
    const high = highOf(traceHigh, bytes, spanAt);
    const self = this.#entry(low, high);
    const recent = this.#recent;
    // a span that was counted itself was sent twice
    let isUnder = (recent.covered[self]! & bit) !== 0;
    let parent = -1;
    if (parentAt !== -1 && !isUnder) {
      parent = this.#uncovered(lowOf(traceLow, bytes, parentAt), highOf(traceHigh, bytes, parentAt), bit);
      isUnder = parent === -1;
    }
    recent.covered[self]! |= bit;
    const own = recent.belowOf(self);
    const to = parent === -1 ? -1 : recent.belowFor(parent);
    const { below } = recent;
    let isRepeated = isUnder;
    for (let kind = 0; kind < width; kind++) {
      const said = usage[kind]!;
      const counted = own === -1 ? 0 : below[own + call * width + kind]!;
      if (to !== -1) {
        const at = to + call * width + kind;
        below[at] = below[at]! + (Number.isNaN(said) ? counted : Math.max(said, counted));
      }
      if (Number.isNaN(said)) continue;
      if (isUnder) usage[kind] = 0;
      else if (counted > 0) {
        isRepeated = true;
        usage[kind] = Math.max(0, said - counted);
      }
    }
    return isRepeated;
  }

  /** Adds to what was counted of a span what was counted below it: what it reported, for calls to be counted anew. */
  addBelow(usage: Float64Array, call: number, bytes: Uint8Array, traceAt: number, spanAt: number): void {
    const low = lowOf(traceLowOf(bytes, traceAt), bytes, spanAt);
    const high = highOf(traceHighOf(bytes, traceAt), bytes, spanAt);
    const recent = this.#recent.find(low, high);
    const from = recent === -1 ? this.#older : this.#recent;
    const known = recent === -1 ? from.find(low, high) : recent;
    const at = known === -1 ? -1 : from.belowOf(known);
    if (at === -1) return;
    for (let kind = 0; kind < width; kind++) usage[kind]! += from.below[at + call * width + kind]!;
  }

  /** Hands on, over a span of `type` that is no call itself, what is known of the spans above and below it. */
  pass(type: number, bytes: Uint8Array, traceAt: number, spanAt: number, parentAt: number): void {
    if (isPassing[type] !== true || this.isEmpty) return;
    // a root has nobody above it, and nobody to hand on to
    if (parentAt === -1) return;
    this.#makeRoom();
    const traceLow = traceLowOf(bytes, traceAt);
    const traceHigh = traceHighOf(bytes, traceAt);
    const low = lowOf(traceLow, bytes, spanAt);
    const high = highOf(traceHigh, bytes, spanAt);
    const parentLow = lowOf(traceLow, bytes, parentAt);
    const parentHigh = highOf(traceHigh, bytes, parentAt);
    const above = this.#covered(parentLow, parentHigh);
    if (above !== 0) {
      const self = this.#entry(low, high);
      this.#recent.covered[self]! |= above;
    }
    const recent = this.#recent.find(low, high);
    const from = recent === -1 ? this.#older : this.#recent;
    const known = recent === -1 ? from.find(low, high) : recent;
    if (known === -1 || from.belowOf(known) === -1) return;
    this.#recent.addBelow(this.#entry(parentLow, parentHigh), from, known);
  }

  /** For the two entries that one span makes at the most: numbers of entries hold until the next span. */
  #makeRoom(): void {
    if (this.#recent.count + 2 <= entriesPerGeneration) return;
    const emptied = this.#older;
    emptied.clear();
    this.#older = this.#recent;
    this.#recent = emptied;
  }

  /** Bits of the classes that a span is covered in. */
  #covered(low: number, high: number): number {
    const recent = this.#recent.find(low, high);
    if (recent !== -1) return this.#recent.covered[recent]!;
    const older = this.#older.find(low, high);
    return older === -1 ? 0 : this.#older.covered[older]!;
  }

  /** A span's entry in the recent generation, with what the older one had of it. */
  #entry(low: number, high: number): number {
    const known = this.#recent.find(low, high);
    return known === -1 ? this.#renewed(low, high, this.#older.find(low, high)) : known;
  }

  /** As {@link #entry}, of a span that is not covered in the class of `bit`; -1 of one that is. */
  #uncovered(low: number, high: number, bit: number): number {
    const known = this.#recent.find(low, high);
    if (known !== -1) return (this.#recent.covered[known]! & bit) === 0 ? known : -1;
    const before = this.#older.find(low, high);
    if (before !== -1 && (this.#older.covered[before]! & bit) !== 0) return -1;
    return this.#renewed(low, high, before);
  }

  /** A new entry, with what an older one had, if there is one. */
  #renewed(low: number, high: number, before: number): number {
    const entry = this.#recent.add(low, high);
    if (before !== -1) {
      this.#recent.covered[entry] = this.#older.covered[before]!;
      this.#recent.addBelow(entry, this.#older, before);
    }
    return entry;
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
function traceLowOf(bytes: Uint8Array, traceAt: number): number {
  return stirred(word(bytes, traceAt + 12) ^ stirred(word(bytes, traceAt + 8) ^ word(bytes, traceAt)));
}

function traceHighOf(bytes: Uint8Array, traceAt: number): number {
  return stirred(word(bytes, traceAt + 8) ^ stirred(word(bytes, traceAt + 12) ^ word(bytes, traceAt + 4)) ^ seed);
}

function lowOf(trace: number, bytes: Uint8Array, spanAt: number): number {
  return stirred(trace ^ word(bytes, spanAt + 4)) ^ word(bytes, spanAt);
}

function highOf(trace: number, bytes: Uint8Array, spanAt: number): number {
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

type Column = Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The same column with room for `length` values, the old ones in their places. */
function grown<Kind extends Column>(column: Kind, length: number): Kind {
  const larger = new (column.constructor as new (length: number) => Kind)(length);
  larger.set(column);
  return larger;
}
