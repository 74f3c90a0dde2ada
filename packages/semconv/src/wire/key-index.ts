import { hashBytes } from "./hash-bytes.ts";
import type { KeyBuffer } from "./key-buffer.ts";

/** Numbers keys from 0 in the order they come: a hash table over bytes that are kept behind each other. */
export class KeyIndex {
  #slots = new Int32Array(256).fill(-1);
  #hashes = new Int32Array(128);
  #starts = new Int32Array(129);
  #keys = new Uint8Array(4096);
  count = 0;

  /** The number of a key, or -1. */
  find(key: KeyBuffer): number {
    const { hash, length, bytes } = key;
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]!;
      if (found === -1) return -1;
      if (this.#hashes[found] !== hash) continue;
      const start = this.#starts[found]!;
      if (this.#starts[found + 1]! - start !== length) continue;
      let at = 0;
      while (at < length && this.#keys[start + at] === bytes[at]) at++;
      if (at === length) return found;
    }
  }

  /** Numbers a key that {@link find} does not find. */
  add(key: KeyBuffer): number {
    return this.#append(key.bytes, 0, key.length, key.hash);
  }

  /** The bytes of a key, to be read at once. */
  keyOf(number: number): Uint8Array {
    return this.#keys.subarray(this.#starts[number], this.#starts[number + 1]);
  }

  /** As {@link add}, from bytes that {@link keyOf} gave. */
  restore(key: Uint8Array): number {
    return this.#append(key, 0, key.length, hashBytes(key, 0, key.length));
  }

  #append(bytes: Uint8Array, from: number, length: number, hash: number): number {
    const number = this.count++;
    if (number === this.#hashes.length) this.#grow();
    const start = this.#starts[number]!;
    if (start + length > this.#keys.length) {
      const grown = new Uint8Array(Math.max(this.#keys.length * 2, start + length));
      grown.set(this.#keys.subarray(0, start));
      this.#keys = grown;
    }
    this.#keys.set(bytes.subarray(from, from + length), start);
    this.#starts[number + 1] = start + length;
    this.#hashes[number] = hash;
    this.#put(number, hash);
    return number;
  }

  #put(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
    this.#slots[slot] = number;
  }

  #grow(): void {
    const capacity = this.#hashes.length * 2;
    const hashes = new Int32Array(capacity);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const starts = new Int32Array(capacity + 1);
    starts.set(this.#starts);
    this.#starts = starts;
    this.#slots = new Int32Array(capacity * 2).fill(-1);
    for (let number = 0; number < this.count - 1; number++) this.#put(number, hashes[number]!);
  }

  /** Forgets keys; those that stay close up, in their order. */
  retain(keeps: (number: number) => boolean): void {
    const before = this.count;
    let end = 0;
    let kept = 0;
    for (let number = 0; number < before; number++) {
      if (!keeps(number)) continue;
      const start = this.#starts[number]!;
      const length = this.#starts[number + 1]! - start;
      this.#keys.copyWithin(end, start, start + length);
      this.#hashes[kept] = this.#hashes[number]!;
      // a kept number is never above where it comes from, so what is still to be read is not yet overwritten
      this.#starts[kept] = end;
      end += length;
      kept++;
    }
    this.#starts[kept] = end;
    this.count = kept;
    this.#slots.fill(-1);
    for (let number = 0; number < kept; number++) this.#put(number, this.#hashes[number]!);
  }
}
