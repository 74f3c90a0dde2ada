/** Reads what a `ProtoWriter` wrote without tags, in the same order. @throws {RangeError} where it ends too early. */
export class StateReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(count: number): number {
    const at = this.#position;
    if (at + count > this.#bytes.length) throw new RangeError("the state ends too early");
    this.#position = at + count;
    return at;
  }

  /** An integer below 2^53. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#take(1)]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** Four bytes, signed. */
  fixed32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A copy. */
  blob(): Uint8Array {
    const length = this.varint();
    const at = this.#take(length);
    return this.#bytes.slice(at, at + length);
  }

  text(): string {
    return Buffer.from(this.blob()).toString("utf8");
  }
}
