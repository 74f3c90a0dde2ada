import { hashBytes } from "./hash-bytes.ts";

/** Puts the key of a series together in one buffer, so that nothing is allocated to look one up. */
export class KeyBuffer {
  bytes: Uint8Array = new Uint8Array(1024);
  length = 0;

  /** Of what is in it; worked out when it is asked for. */
  get hash(): number {
    return hashBytes(this.bytes, 0, this.length);
  }

  reset(): void {
    this.length = 0;
  }

  #ensure(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.#ensure(1);
    this.bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^31. */
  number(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Bytes with their length in front, so that no two keys run into each other. */
  text(source: Uint8Array, from: number, length: number): void {
    this.number(length);
    this.#ensure(length);
    const { bytes } = this;
    const to = this.length;
    for (let i = 0; i < length; i++) bytes[to + i] = source[from + i]!;
    this.length = to + length;
  }
}
