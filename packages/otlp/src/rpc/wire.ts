/*
 * The few protobuf primitives that OTLP's answers need: they are a handful of bytes, so clarity goes before speed here
 * (requests are read by the wire views). https://protobuf.dev/programming-guides/encoding
 */

const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** One field as found on the wire: a varint's value, or the bytes of anything else. */
export interface WireField {
  readonly number: number;
  readonly varint: bigint;
  readonly bytes: Uint8Array;
}

const noBytes = new Uint8Array(0);

/** The base-128 form of a number; negative ones as ten bytes, as int32 and int64 have it. */
export function encodeVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** An integer field; nothing for 0, as proto3 leaves defaults out. */
export function encodeIntField(number: number, value: bigint): Buffer {
  if (value === 0n) return Buffer.alloc(0);
  return Buffer.concat([encodeVarint(BigInt((number << 3) | WireType.varint)), encodeVarint(value)]);
}

/** A length-delimited field that is written even when empty: a message's presence means something. */
export function encodeMessageField(number: number, bytes: Uint8Array): Buffer {
  const tag = encodeVarint(BigInt((number << 3) | WireType.bytes));
  return Buffer.concat([tag, encodeVarint(BigInt(bytes.length)), bytes]);
}

/** A string field; nothing for the empty string. */
export function encodeStringField(number: number, text: string): Buffer {
  return text === "" ? Buffer.alloc(0) : encodeMessageField(number, Buffer.from(text, "utf8"));
}

/** The fields of a message in wire order. Throws a `RangeError` on malformed bytes. */
export function* decodeFields(message: Uint8Array): Generator<WireField> {
  let at = 0;
  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError("truncated varint");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError("varint longer than ten bytes");
  }
  function take(length: number): Uint8Array {
    if (length > message.length - at) throw new RangeError("field reaches past the end of its message");
    at += length;
    return message.subarray(at - length, at);
  }
  while (at < message.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    switch (tag & 7) {
      case WireType.varint:
        yield { number, varint: varint(), bytes: noBytes };
        break;
      case WireType.bytes:
        yield { number, varint: 0n, bytes: take(Number(varint())) };
        break;
      case WireType.fixed64:
        yield { number, varint: 0n, bytes: take(8) };
        break;
      case WireType.fixed32:
        yield { number, varint: 0n, bytes: take(4) };
        break;
      default:
        throw new RangeError(`unknown wire type ${tag & 7}`);
    }
  }
}

/** Text of a string field, with U+FFFD for what is not UTF-8. */
export function fieldText(field: WireField): string {
  return Buffer.from(field.bytes.buffer, field.bytes.byteOffset, field.bytes.byteLength).toString("utf8");
}
