const inlineCopyBytes = 24;

/** Bytes of RowBinary, appended to one growing buffer that is used again for the next block. */
export class RowWriter {
  #buffer: Buffer;
  length = 0;

  constructor(initialBytes = 1 << 20) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes);
  }

  /** What was written. Valid until the next write or `clear`. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  /** Forgets what was written after `length`. */
  truncate(length: number): void {
    this.length = length;
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.ceil(this.#buffer.length * 1.5)));
    this.#buffer.copy(grown, 0, 0, this.length);
    this.#buffer = grown;
  }

  u8(value: number): void {
    if (this.length === this.#buffer.length) this.#reserve(1);
    this.#buffer[this.length++] = value;
  }

  u32(value: number): void {
    if (this.length + 4 > this.#buffer.length) this.#reserve(4);
    const buffer = this.#buffer;
    let at = this.length;
    buffer[at++] = value;
    buffer[at++] = value >>> 8;
    buffer[at++] = value >>> 16;
    buffer[at++] = value >>> 24;
    this.length = at;
  }

  /** 64 bits from their halves. */
  u64(low: number, high: number): void {
    this.u32(low);
    this.u32(high);
  }

  /** A 64-bit integer that a double holds exactly. */
  safeInteger(value: number): void {
    this.u32(value >>> 0);
    this.u32(Math.floor(value / 0x1_0000_0000) >>> 0);
  }

  bigint(value: bigint): void {
    this.#reserve(8);
    this.#buffer.writeBigInt64LE(BigInt.asIntN(64, value), this.length);
    this.length += 8;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#buffer.writeDoubleLE(value, this.length);
    this.length += 8;
  }

  /** LEB128, as ClickHouse writes lengths. */
  length7(value: number): void {
    this.#reserve(5);
    let left = value;
    while (left >= 0x80) {
      this.#buffer[this.length++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.#buffer[this.length++] = left;
  }

  /** `length` bytes of `source`, as they are. */
  raw(source: Buffer, offset: number, length: number): void {
    if (this.length + length > this.#buffer.length) this.#reserve(length);
    const buffer = this.#buffer;
    if (length <= inlineCopyBytes) {
      let at = this.length;
      for (let i = offset; i < offset + length; i++) buffer[at++] = source[i]!;
    } else source.copy(buffer, this.length, offset, offset + length);
    this.length += length;
  }

  zeros(length: number): void {
    this.repeat(0, length);
  }

  repeat(byte: number, length: number): void {
    this.#reserve(length);
    this.#buffer.fill(byte, this.length, this.length + length);
    this.length += length;
  }

  /** A String from the wire; an absent one (offset -1) is empty. */
  slice(source: Buffer, offset: number, length: number): void {
    if (offset === -1) {
      this.u8(0);
      return;
    }
    if (length >= 0x80) {
      this.length7(length);
      this.raw(source, offset, length);
      return;
    }
    // nearly all: one check of the room for length and content together
    if (this.length + length + 1 > this.#buffer.length) this.#reserve(length + 1);
    const buffer = this.#buffer;
    let at = this.length;
    buffer[at++] = length;
    if (length <= inlineCopyBytes) {
      const end = offset + length;
      for (let from = offset; from < end; from++) buffer[at++] = source[from]!;
      this.length = at;
    } else {
      source.copy(buffer, at, offset, offset + length);
      this.length = at + length;
    }
  }

  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.length7(bytes);
    this.#reserve(bytes);
    this.#buffer.write(value, this.length);
    this.length += bytes;
  }

  /** 8 bytes of a fixed64 field; 0 if it is absent (offset -1). */
  fixed64(source: Buffer, offset: number): void {
    if (offset === -1) this.zeros(8);
    else this.raw(source, offset, 8);
  }

  /** A protobuf varint as Int64. */
  varint(source: Buffer, offset: number): void {
    let low = 0;
    let high = 0;
    let at = offset;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = source[at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    this.u64(low, high);
  }
}
