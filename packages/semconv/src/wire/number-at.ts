import type { AttributeColumns } from "./attribute-columns.ts";
import { AttributeType } from "./attribute-columns.ts";

const maxLiteralDigits = 18;
const twoTo28 = 2 ** 28;
const twoTo32 = 2 ** 32;
const scratch = new DataView(new ArrayBuffer(8));

/** A number attribute, whatever type it was sent as (a whole number in digits, too); NaN if it is none. */
export function numberAt(bytes: Uint8Array, attributes: AttributeColumns, row: number): number {
  const type = attributes.type[row]!;
  const offset = attributes.valueOffset[row]!;
  if (type === AttributeType.int) return varintAt(bytes, offset);
  if (type === AttributeType.double) return doubleAt(bytes, offset);
  return type === AttributeType.string ? digits(bytes, offset, attributes.valueLength[row]!) : Number.NaN;
}

/** As {@link numberAt}, to the nearest whole number as the store keeps counts; NaN past 2^53. */
export function countAt(bytes: Uint8Array, attributes: AttributeColumns, row: number): number {
  const value = Math.round(numberAt(bytes, attributes, row));
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** A signed 64-bit integer, to the precision of a double. */
function varintAt(bytes: Uint8Array, offset: number): number {
  // nearly all counts are below 2^28
  let low = 0;
  let p = offset;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[p++]!;
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return low;
  }
  const middle = bytes[p++]!;
  low += (middle & 0xf) * twoTo28;
  let high = (middle & 0x7f) >>> 4;
  for (let shift = 3, byte = middle; byte >= 0x80 && shift < 38; shift += 7) {
    byte = bytes[p++]!;
    if (shift < 32) high |= (byte & 0x7f) << shift;
  }
  return high * twoTo32 + low;
}

function doubleAt(bytes: Uint8Array, offset: number): number {
  for (let i = 0; i < 8; i++) scratch.setUint8(i, bytes[offset + i]!);
  return scratch.getFloat64(0, true);
}

function digits(bytes: Uint8Array, offset: number, length: number): number {
  if (length === 0 || length > maxLiteralDigits) return Number.NaN;
  let value = 0;
  for (let i = offset; i < offset + length; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
