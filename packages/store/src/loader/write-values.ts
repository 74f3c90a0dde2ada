import { readValue, toJsonText, ValueType } from "@genscope/otlp";
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
    out.text(toJsonText(readValue(view, type, attributes.valueOffset[row]!, attributes.valueLength[row]!)));
  }
}

/** Elements of a list: an array as sent, or a JSON array in a string; `undefined` if it is none. */
export function lengthOf(value: unknown): number | undefined {
  const { arrayValue, stringValue } = value as { arrayValue?: { values: unknown[] }; stringValue?: string };
  if (arrayValue !== undefined) return arrayValue.values.length;
  if (stringValue === undefined || !stringValue.startsWith("[")) return undefined;
  try {
    const parsed: unknown = JSON.parse(stringValue);
    return Array.isArray(parsed) ? parsed.length : undefined;
  } catch {
    return undefined;
  }
}

/** A list of texts: an array as sent, a JSON array in a string, or a single string. */
export function textsOf(value: unknown): string[] {
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
