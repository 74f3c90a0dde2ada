import { randomInt } from "node:crypto";
import { grown } from "./columns.ts";

const words = 4;
const none = 0;

/**
 * Numbers ("slots") for keys of 16 bytes, trace ids for one. Slots are small and used again, so that columns can be kept by them. Hashes are salted: ids
 * are the senders' to choose.
 */
export class IdTable {
  readonly #salt = randomInt(2 ** 32);
  #capacity: number;
  #count = 0;
  #used = 0;
  #keys: Uint32Array<ArrayBuffer>;
  /** By hash, with linear probing: slot + 1, or 0. */
  #table: Int32Array<ArrayBuffer>;
  /** By slot: the next free one + 1. */
  #free: Int32Array<ArrayBuffer>;
  #firstFree = none;

  constructor(capacity = 1024) {
    this.#capacity = capacity;
    this.#keys = new Uint32Array(capacity * words);
    this.#free = new Int32Array(capacity);
    this.#table = new Int32Array(tableLength(capacity));
  }

  get count(): number {
    return this.#count;
  }

  /** Slots are below this. Grows. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The slot of the key at `offset`, or -1. */
  find(bytes: Uint8Array, offset: number): number {
    return this.#find(at(bytes, offset), at(bytes, offset + 4), at(bytes, offset + 8), at(bytes, offset + 12));
  }

  /** As {@link find}, for a key of two halves. */
  findPair(bytes: Uint8Array, first: number, second: number): number {
    return this.#find(at(bytes, first), at(bytes, first + 4), at(bytes, second), at(bytes, second + 4));
  }

  #find(a: number, b: number, c: number, d: number): number {
    const table = this.#table;
    const keys = this.#keys;
    const mask = table.length - 1;
    for (let place = this.#hash(a, b, c, d) & mask; ; place = (place + 1) & mask) {
      const slot = table[place]! - 1;
      if (slot === -1) return -1;
      const key = slot * words;
      if (keys[key] === a && keys[key + 1] === b && keys[key + 2] === c && keys[key + 3] === d) return slot;
    }
  }

  /** A slot for a key that has none. */
  add(bytes: Uint8Array, offset: number): number {
    return this.#add(at(bytes, offset), at(bytes, offset + 4), at(bytes, offset + 8), at(bytes, offset + 12));
  }

  addPair(bytes: Uint8Array, first: number, second: number): number {
    return this.#add(at(bytes, first), at(bytes, first + 4), at(bytes, second), at(bytes, second + 4));
  }

  #add(a: number, b: number, c: number, d: number): number {
    const slot = this.#newSlot();
    const keys = this.#keys;
    const key = slot * words;
    keys[key] = a;
    keys[key + 1] = b;
    keys[key + 2] = c;
    keys[key + 3] = d;
    this.#place(slot);
    this.#count++;
    return slot;
  }

  /** Lets go of a key; its slot is given to another. */
  remove(slot: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let hole = this.#hashOf(slot) & mask;
    while (table[hole] !== slot + 1) hole = (hole + 1) & mask;
    // what stands behind the hole and does not belong behind it moves up, so that no search ends too early
    for (let place = (hole + 1) & mask; table[place] !== none; place = (place + 1) & mask) {
      const home = this.#hashOf(table[place]! - 1) & mask;
      if (((place - home) & mask) >= ((place - hole) & mask)) {
        table[hole] = table[place]!;
        hole = place;
      }
    }
    table[hole] = none;
    this.#free[slot] = this.#firstFree;
    this.#firstFree = slot + 1;
    this.#count--;
  }

  /** Copies the key into 16 bytes. */
  copyTo(slot: number, target: Uint8Array, offset = 0): void {
    for (let word = 0; word < words; word++) {
      const value = this.#keys[slot * words + word]!;
      for (let byte = 0; byte < 4; byte++) target[offset + word * 4 + byte] = value >>> (8 * byte);
    }
  }

  #newSlot(): number {
    if (this.#firstFree !== none) {
      const slot = this.#firstFree - 1;
      this.#firstFree = this.#free[slot]!;
      return slot;
    }
    if (this.#used === this.#capacity) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#keys = grown(this.#keys, this.#capacity * words);
    this.#free = grown(this.#free, this.#capacity);
    this.#table = new Int32Array(tableLength(this.#capacity));
    // only when no slot is free: all are in use
    for (let slot = 0; slot < this.#used; slot++) this.#place(slot);
  }

  #place(slot: number): void {
    const mask = this.#table.length - 1;
    let place = this.#hashOf(slot) & mask;
    while (this.#table[place] !== none) place = (place + 1) & mask;
    this.#table[place] = slot + 1;
  }

  #hashOf(slot: number): number {
    const key = slot * words;
    const keys = this.#keys;
    return this.#hash(keys[key]!, keys[key + 1]!, keys[key + 2]!, keys[key + 3]!);
  }

  #hash(a: number, b: number, c: number, d: number): number {
    let value = this.#salt;
    value = mixed(value ^ a);
    value = mixed(value ^ b);
    value = mixed(value ^ c);
    return mixed(value ^ d);
  }
}

function mixed(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

function at(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
}

/** A power of two, half of it empty at the most. */
function tableLength(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity * 2));
}
