import type { View } from "./views.ts";

type Bytes = Pick<View, "bytes">;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The text at `offset`; what is not valid UTF-8 in it becomes U+FFFD. "" for an absent field (offset -1). */
export function readString({ bytes }: Bytes, offset: number, length: number): string {
  if (offset < 0 || length === 0) return "";
  // Most names and keys are short ASCII, for which building the string beats the call into the decoder.
  if (length <= 24) {
    let text = "";
    for (let i = offset; i < offset + length; i++) {
      const byte = bytes[i]!;
      if (byte >= 0x80) return decoder.decode(bytes.subarray(offset, offset + length));
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decoder.decode(bytes.subarray(offset, offset + length));
}

/** Lower-case hex of an id; "" for an absent or invalid one (offset -1). */
export function readHex({ bytes }: Bytes, offset: number, length: number): string {
  if (offset < 0) return "";
  let text = "";
  for (let i = offset; i < offset + length; i++) text += hexOf[bytes[i]!];
  return text;
}

/** Unsigned: times in nanoseconds, counts. 0n for an absent field. */
export function readFixed64(view: Bytes, offset: number): bigint {
  if (offset < 0) return 0n;
  return (BigInt(readUint32(view, offset + 4)) << 32n) | BigInt(readUint32(view, offset));
}

export function readSfixed64(view: Bytes, offset: number): bigint {
  return BigInt.asIntN(64, readFixed64(view, offset));
}

/** Four bytes, little endian: half of a fixed64 for readers that put it together themselves. */
export function readUint32({ bytes }: Bytes, offset: number): number {
  return (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
}

const scratch = new DataView(new ArrayBuffer(8));

/** A double; 0 for an absent field. */
export function readDouble({ bytes }: Bytes, offset: number): number {
  if (offset < 0) return 0;
  for (let i = 0; i < 8; i++) scratch.setUint8(i, bytes[offset + i]!);
  return scratch.getFloat64(0, true);
}

/** The signed 64-bit integer of a varint, exact. */
export function readInt({ bytes }: Bytes, offset: number): bigint {
  return BigInt.asIntN(64, readVarint(bytes, offset));
}

/** The unsigned 64-bit integer of a varint, exact; 0n for an absent field. */
export function readUint({ bytes }: Bytes, offset: number): bigint {
  return readVarint(bytes, offset);
}

export function readBool({ bytes }: Bytes, offset: number): boolean {
  return readVarint(bytes, offset) !== 0n;
}

function readVarint(bytes: Uint8Array, offset: number): bigint {
  if (offset < 0) return 0n;
  let small = 0;
  let shift = 0;
  let p = offset;
  // 28 bits without a bigint: token counts, status codes and the like.
  for (; shift < 28; shift += 7) {
    const byte = bytes[p++]!;
    small |= (byte & 0x7f) << shift;
    if (!(byte >= 0x80)) return BigInt(small);
  }
  let value = BigInt(small);
  for (; shift < 70; shift += 7) {
    const byte = bytes[p++]!;
    value |= BigInt(byte & 0x7f) << BigInt(shift);
    if (!(byte >= 0x80)) break;
  }
  return BigInt.asUintN(64, value);
}
