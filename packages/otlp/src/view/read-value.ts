import { createField, readField } from "../edit/fields.ts";
import type { AnyValue, KeyValue } from "./any-value.ts";
import { readBool, readDouble, readInt, readString } from "./read-scalar.ts";
import { ValueType } from "./tables.ts";
import type { View } from "./views.ts";

/** An owner's attributes in the order sent, from the first row of its list (-1: none). Keys sent twice come twice. */
export function readAttributes(view: View, first: number): KeyValue[] {
  const { attributes } = view;
  const list: KeyValue[] = [];
  for (let row = first; row !== -1; row = attributes.next[row]!) {
    list.push({
      key: readString(view, attributes.keyOffset[row]!, attributes.keyLength[row]!),
      value: readValue(view, attributes.type[row]!, attributes.valueOffset[row]!, attributes.valueLength[row]!),
    });
  }
  return list;
}

/** A value by its columns in the attribute or log table. */
export function readValue(view: Pick<View, "bytes">, type: number, offset: number, length: number): AnyValue {
  if (type === ValueType.array) return { arrayValue: { values: readList(view.bytes, offset, offset + length) } };
  if (type === ValueType.map) return { kvlistValue: { values: readMap(view.bytes, offset, offset + length) } };
  return readScalar(view, type, offset, length);
}

/** A value by the bytes of its `AnyValue` message. */
export function readAnyValue(bytes: Uint8Array, from: number, end: number): AnyValue {
  return mergeValue({}, bytes, from, end);
}

function readScalar(view: Pick<View, "bytes">, type: number, offset: number, length: number): PartialValue {
  switch (type) {
    case ValueType.string:
      return { stringValue: readString(view, offset, length) };
    case ValueType.bool:
      return { boolValue: readBool(view, offset) };
    case ValueType.int:
      return { intValue: readInt(view, offset).toString() };
    case ValueType.double:
      return { doubleValue: readDouble(view, offset) };
    case ValueType.bytes:
      return { bytesValue: Buffer.from(view.bytes.subarray(offset, offset + length)).toString("base64") };
    default:
      return {};
  }
}

function readList(bytes: Uint8Array, from: number, end: number, values: AnyValue[] = []): AnyValue[] {
  const field = createField();
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    if (field.number === 1 && field.wireType === 2) values.push(mergeValue({}, bytes, field.start, field.end));
  }
  return values;
}

function readMap(bytes: Uint8Array, from: number, end: number, values: KeyValue[] = []): KeyValue[] {
  const field = createField();
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    if (field.number === 1 && field.wireType === 2) values.push(readPair(bytes, field.start, field.end));
  }
  return values;
}

function readPair(bytes: Uint8Array, from: number, end: number): KeyValue {
  let key = "";
  let value: PartialValue = {};
  const field = createField();
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    if (field.wireType !== 2) continue;
    if (field.number === 1) key = readString({ bytes }, field.start, field.end - field.start);
    else if (field.number === 2) value = mergeValue(value, bytes, field.start, field.end);
  }
  return { key, value };
}

/** A value whose lists can still be added to. */
interface PartialValue extends AnyValue {
  readonly arrayValue?: { readonly values: AnyValue[] };
  readonly kvlistValue?: { readonly values: KeyValue[] };
}

/** An `AnyValue` message on top of what came before it of the same one: lists of one kind add up, everything else is replaced. */
function mergeValue(before: PartialValue, bytes: Uint8Array, from: number, end: number): PartialValue {
  let value = before;
  const field = createField();
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    const { number, wireType, start, end: stop } = field;
    if (wireType !== wireTypes[number]) continue;
    if (number === ValueType.array) {
      value = { arrayValue: { values: readList(bytes, start, stop, value.arrayValue?.values) } };
    } else if (number === ValueType.map) {
      value = { kvlistValue: { values: readMap(bytes, start, stop, value.kvlistValue?.values) } };
    } else value = readScalar({ bytes }, number, start, stop - start);
  }
  return value;
}

/** Of the fields of `AnyValue`, by number. */
const wireTypes: readonly (number | undefined)[] = [undefined, 2, 0, 0, 1, 2, 2, 2];
