// signed, as `Math.imul` gives numbers
const offsetBasis = 0x811c9dc5 | 0;
const prime = 0x01000193;

/** Puts the key of a series together in one buffer, and hashes it on the way (FNV-1a), so that nothing is allocated to look one up. */
export class KeyBuffer {
  bytes: Uint8Array = new Uint8Array(1024);
  length = 0;
  #hash = offsetBasis;

  /** Of what is in it. */
  get hash(): number {
    return this.#hash;
  }

  reset(): void {
    this.length = 0;
    this.#hash = offsetBasis;
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
    this.#hash = Math.imul(this.#hash ^ (value & 0xff), prime);
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
    let hash = this.#hash;
    let at = this.length;
    for (let i = from; i < from + length; i++) {
      const byte = source[i]!;
      bytes[at++] = byte;
      hash = Math.imul(hash ^ byte, prime);
    }
    this.#hash = hash;
    this.length = at;
  }
}
