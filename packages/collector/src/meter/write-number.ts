import type { ProtoWriter } from "@genscope/otlp/proto";

/** A fixed64 field of a whole number of at least 0. Past 2^53 it is as exact as a double. */
export function writeFixed64(out: ProtoWriter, field: number, value: number): void {
  out.tag(field, 1);
  out.fixed32(value % 2 ** 32);
  out.fixed32(Math.floor(value / 2 ** 32));
}

/** A time in milliseconds since the Unix epoch, to the microsecond, in nanoseconds. */
export function nanoOf(timeMs: number): bigint {
  return BigInt(Math.round(timeMs * 1_000)) * 1_000n;
}

/** Such a time as a fixed64 field. */
export function writeNano(out: ProtoWriter, field: number, timeMs: number): void {
  const nano = nanoOf(timeMs);
  out.tag(field, 1);
  out.fixed32(Number(nano & 0xffffffffn));
  out.fixed32(Number(nano >> 32n));
}

export function writeDouble(out: ProtoWriter, field: number, value: number): void {
  out.tag(field, 1);
  out.double(value);
}

/** A zigzag varint field. */
export function writeSint32(out: ProtoWriter, field: number, value: number): void {
  out.tag(field, 0);
  out.varint(((value << 1) ^ (value >> 31)) >>> 0);
}
