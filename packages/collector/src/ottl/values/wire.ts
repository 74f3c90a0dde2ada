import {
  type AnyValue,
  type KeyValue,
  readBool,
  readDouble,
  readInt,
  readString,
  readValue,
  ValueType,
  type View,
} from "@genscope/otlp";
import { OttlError } from "../ottl-error.ts";
import { isList, isMap, typeName, type Value } from "./value.ts";

/** A value from the bytes, by its columns in the attribute or log table. */
export function readWireValue(view: Pick<View, "bytes">, type: number, offset: number, length: number): Value {
  switch (type) {
    case ValueType.string:
      return readString(view, offset, length);
    case ValueType.bool:
      return readBool(view, offset);
    case ValueType.int:
      return readInt(view, offset);
    case ValueType.double:
      return readDouble(view, offset);
    case ValueType.bytes:
      return Buffer.from(view.bytes.subarray(offset, offset + length));
    case ValueType.array:
    case ValueType.map:
      return fromAnyValue(readValue(view, type, offset, length));
    default:
      return null;
  }
}

export function fromAnyValue(value: AnyValue): Value {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.intValue !== undefined) return BigInt(value.intValue);
  if (value.doubleValue !== undefined) return value.doubleValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.bytesValue !== undefined) return Buffer.from(value.bytesValue, "base64");
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(fromAnyValue);
  return value.kvlistValue === undefined ? null : fromKeyValues(value.kvlistValue.values);
}

/** Of a key sent twice the first counts, as it does for the Collector's `Map.Get`. */
export function fromKeyValues(pairs: readonly KeyValue[]): Map<string, Value> {
  const map = new Map<string, Value>();
  for (const { key, value } of pairs) if (!map.has(key)) map.set(key, fromAnyValue(value));
  return map;
}

/** @throws {OttlError} for what no attribute can hold: a time, a duration, an id. */
export function toAnyValue(value: Value): AnyValue {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "bigint":
      return { intValue: value.toString() };
    case "number":
      return { doubleValue: value };
    case "boolean":
      return { boolValue: value };
    default:
  }
  if (value === null) return {};
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString("base64") };
  if (isList(value)) return { arrayValue: { values: value.map(toAnyValue) } };
  if (isMap(value)) return { kvlistValue: { values: toKeyValues(value) } };
  throw new OttlError(`unsupported type ${typeName(value)} for set operation`);
}

export function toKeyValues(map: ReadonlyMap<string, Value>): KeyValue[] {
  return Array.from(map, ([key, value]) => ({ key, value: toAnyValue(value) }));
}
