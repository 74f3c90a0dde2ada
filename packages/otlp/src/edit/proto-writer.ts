const encoder = new TextEncoder();

/** Up to so many characters a loop over them is faster than a call out of JavaScript. */
const shortText = 48;

/** Protobuf into one growing buffer. Embedded messages are written in place: their length is filled in when they end. */
export class ProtoWriter {
  bytes: Uint8Array;
  position = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.max(64, capacity));
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    if (this.position + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.position + count));
    grown.set(this.bytes.subarray(0, this.position));
    this.bytes = grown;
  }

  /** An integer below 2^53. */
  varint(value: number): void {
    this.ensure(10);
    const { bytes } = this;
    if (value < 0x80) {
      bytes[this.position++] = value;
      return;
    }
    let rest = value;
    while (rest > 0x7fffffff) {
      bytes[this.position++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      bytes[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.position++] = rest;
  }

  /** Any 64-bit integer by its two halves. */
  varint64(low: number, high: number): void {
    this.ensure(10);
    let lo = low >>> 0;
    let hi = high >>> 0;
    while (hi !== 0) {
      this.bytes[this.position++] = (lo & 0x7f) | 0x80;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    while (lo >= 0x80) {
      this.bytes[this.position++] = (lo & 0x7f) | 0x80;
      lo >>>= 7;
    }
    this.bytes[this.position++] = lo;
  }

  fixed32(value: number): void {
    this.ensure(4);
    this.bytes[this.position++] = value;
    this.bytes[this.position++] = value >>> 8;
    this.bytes[this.position++] = value >>> 16;
    this.bytes[this.position++] = value >>> 24;
  }

  double(value: number): void {
    scratch.setFloat64(0, value, true);
    this.fixed32(scratch.getInt32(0, true));
    this.fixed32(scratch.getInt32(4, true));
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** Bytes as they are. */
  raw(source: Uint8Array, from = 0, to: number = source.length): void {
    const length = to - from;
    this.ensure(length);
    const { bytes, position } = this;
    // The call and the object that `set` takes cost more than a short loop.
    if (length > 48) bytes.set(source.subarray(from, to), position);
    else for (let i = 0; i < length; i++) bytes[position + i] = source[from + i]!;
    this.position = position + length;
  }

  /** Bytes that were written before, once more. */
  repeat(from: number, to: number): void {
    this.ensure(to - from);
    this.bytes.copyWithin(this.position, from, to);
    this.position += to - from;
  }

  string(field: number, text: string): void {
    this.tag(field, 2);
    if (text.length <= shortText && this.#shortAscii(text)) return;
    const length = Buffer.byteLength(text);
    this.varint(length);
    this.ensure(length);
    this.position += encoder.encodeInto(text, this.bytes.subarray(this.position)).written;
  }

  /** Writes length and bytes of a text of ASCII alone; of another it writes nothing. */
  #shortAscii(text: string): boolean {
    const { length } = text;
    this.ensure(length + 1);
    const { bytes, position } = this;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[position + 1 + i] = code;
    }
    bytes[position] = length;
    this.position = position + 1 + length;
    return true;
  }

  blob(field: number, content: Uint8Array): void {
    this.blobOf(field, content, 0, content.length);
  }

  /** As {@link blob}, of a part of `source`. */
  blobOf(field: number, source: Uint8Array, from: number, to: number): void {
    this.tag(field, 2);
    this.varint(to - from);
    this.raw(source, from, to);
  }

  /** Leaves room for a length of `lengthBytes` bytes, the likely size of it; what is returned is for {@link endMessage}. */
  beginMessage(lengthBytes: number): number {
    this.ensure(lengthBytes);
    this.position += lengthBytes;
    return this.position;
  }

  /** Gives back how many bytes the length took. */
  endMessage(contentStart: number, lengthBytes: number): number {
    const length = this.position - contentStart;
    const needed = varintSize(length);
    if (needed !== lengthBytes) {
      this.ensure(4);
      this.bytes.copyWithin(contentStart + needed - lengthBytes, contentStart, this.position);
    }
    this.position = contentStart - lengthBytes;
    this.varint(length);
    this.position += length;
    return needed;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.position);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}
