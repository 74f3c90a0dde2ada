import { readValue, ValueType } from "@genscope/otlp";
import type { AttributeTable, View } from "@genscope/otlp";
import type { RowWriter } from "./row-writer.ts";

/** How many attributes of each type a list has, in the order of the columns. */
export interface TypeCounts {
  strings: number;
  ints: number;
  doubles: number;
  bools: number;
  others: number;
}

export function countTypes(attributes: AttributeTable, first: number): TypeCounts {
  const counts = { strings: 0, ints: 0, doubles: 0, bools: 0, others: 0 };
  for (let row = first; row !== -1; row = attributes.next[row]!) {
    const type = attributes.type[row]!;
    if (type === ValueType.string) counts.strings++;
    else if (type === ValueType.int) counts.ints++;
    else if (type === ValueType.double) counts.doubles++;
    else if (type === ValueType.bool) counts.bools++;
    else counts.others++;
  }
  return counts;
}

/** The five maps: string_, int_, double_, bool_ and other_attributes. */
export function writeAttributeMaps(out: RowWriter, view: View, bytes: Buffer, first: number, counts: TypeCounts): void {
  writeMap(out, view, bytes, first, ValueType.string, counts.strings);
  writeMap(out, view, bytes, first, ValueType.int, counts.ints);
  writeMap(out, view, bytes, first, ValueType.double, counts.doubles);
  writeMap(out, view, bytes, first, ValueType.bool, counts.bools);
  writeOthers(out, view, bytes, first, counts.others);
}

function writeMap(out: RowWriter, view: View, bytes: Buffer, first: number, type: number, count: number): void {
  out.length7(count);
  if (count === 0) return;
  const { attributes } = view;
  let left = count;
  for (let row = first; left > 0; row = attributes.next[row]!) {
    if (attributes.type[row] !== type) continue;
    left--;
    out.slice(bytes, attributes.keyOffset[row]!, attributes.keyLength[row]!);
    const offset = attributes.valueOffset[row]!;
    if (type === ValueType.string) out.slice(bytes, offset, attributes.valueLength[row]!);
    else if (type === ValueType.int) out.varint(bytes, offset);
    else if (type === ValueType.double) out.raw(bytes, offset, 8);
    else out.u8(bytes[offset] === 0 ? 0 : 1);
  }
}

/** Arrays, maps, bytes and empty values as OTLP/JSON. */
function writeOthers(out: RowWriter, view: View, bytes: Buffer, first: number, count: number): void {
  out.length7(count);
  if (count === 0) return;
  const { attributes } = view;
  let left = count;
  for (let row = first; left > 0; row = attributes.next[row]!) {
    const type = attributes.type[row]!;
    if (type >= ValueType.string && type <= ValueType.double) continue;
    left--;
    out.slice(bytes, attributes.keyOffset[row]!, attributes.keyLength[row]!);
    out.text(JSON.stringify(readValue(view, type, attributes.valueOffset[row]!, attributes.valueLength[row]!)));
  }
}

const maxLiteralDigits = 18;

/** A number attribute as Nullable(Int64), whatever type it was sent as; NULL if it is none. */
export function writeNullableInt(out: RowWriter, view: View, bytes: Buffer, row: number): void {
  if (row !== -1) {
    const { attributes } = view;
    const type = attributes.type[row]!;
    const offset = attributes.valueOffset[row]!;
    if (type === ValueType.int) {
      out.u8(0);
      out.varint(bytes, offset);
      return;
    }
    const value =
      type === ValueType.double
        ? bytes.readDoubleLE(offset)
        : type === ValueType.string
          ? digits(bytes, offset, attributes.valueLength[row]!)
          : Number.NaN;
    if (Number.isSafeInteger(Math.round(value))) {
      out.u8(0);
      out.safeInteger(Math.round(value));
      return;
    }
  }
  out.u8(1);
}

function digits(bytes: Buffer, offset: number, length: number): number {
  if (length === 0 || length > maxLiteralDigits) return Number.NaN;
  let value = 0;
  for (let i = offset; i < offset + length; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

export function writeNullableDouble(out: RowWriter, view: View, bytes: Buffer, row: number): void {
  const type = row === -1 ? ValueType.empty : view.attributes.type[row]!;
  if (type === ValueType.double) {
    out.u8(0);
    out.raw(bytes, view.attributes.valueOffset[row]!, 8);
  } else if (type === ValueType.int) {
    out.u8(0);
    const value = readValue(view, type, view.attributes.valueOffset[row]!, 0) as { intValue: string };
    out.f64(Number(value.intValue));
  } else out.u8(1);
}

/** A text attribute; anything else is empty here, and whole in the maps. */
export function writeString(out: RowWriter, view: View, bytes: Buffer, row: number): void {
  if (row === -1 || view.attributes.type[row] !== ValueType.string) out.u8(0);
  else out.slice(bytes, view.attributes.valueOffset[row]!, view.attributes.valueLength[row]!);
}

/** A list of texts: an array as sent, a JSON array in a string, or a single string. */
export function writeStrings(out: RowWriter, view: View, row: number): void {
  if (row === -1) {
    out.u8(0);
    return;
  }
  const { attributes } = view;
  const value = readValue(view, attributes.type[row]!, attributes.valueOffset[row]!, attributes.valueLength[row]!);
  const texts = textsOf(value);
  out.length7(texts.length);
  for (const text of texts) out.text(text);
}

function textsOf(value: unknown): string[] {
  const { arrayValue, stringValue } = value as {
    arrayValue?: { values: { stringValue?: string }[] };
    stringValue?: string;
  };
  if (arrayValue !== undefined)
    return arrayValue.values.flatMap(({ stringValue: text }) => (text === undefined ? [] : [text]));
  if (stringValue === undefined || stringValue === "") return [];
  if (!stringValue.startsWith("[")) return [stringValue];
  try {
    const parsed: unknown = JSON.parse(stringValue);
    return Array.isArray(parsed) ? parsed.filter((item) => typeof item === "string") : [stringValue];
  } catch {
    return [stringValue];
  }
}
