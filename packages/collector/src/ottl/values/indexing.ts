import type { Cursor } from "../cursor.ts";
import type { Key } from "../expression.ts";
import { OttlError } from "../ottl-error.ts";
import { Duration, Id, isList, isMap, Native, Time, typeName, type Value, type ValueMap } from "./value.ts";

/** A key of a map. */
export function textKey(cursor: Cursor, key: Key): string {
  const value = key.get(cursor);
  if (typeof value === "string") return value;
  throw new OttlError(
    key.literal === undefined
      ? `unable to resolve a string index in map: could not resolve key for map/slice, expecting 'string' but got '${typeName(value)}'`
      : "unable to resolve a string index in map: invalid key type",
  );
}

/** An index of a list of the given length. */
export function indexKey(cursor: Cursor, key: Key, length: number): number {
  const value = key.get(cursor);
  if (typeof value !== "bigint") {
    throw new OttlError(
      key.literal === undefined
        ? `unable to resolve an integer index in slice: could not resolve key for map/slice, expecting 'int64' but got '${typeName(value)}'`
        : "unable to resolve an integer index in slice: invalid key type",
    );
  }
  if (value < 0n || value >= BigInt(length)) throw new OttlError(`index ${value} out of bounds`);
  return Number(value);
}

/** What keys from `from` on lead to in a path's value; nil for a key that a map does not have. */
export function readIndexed(cursor: Cursor, value: Value, keys: readonly Key[], from: number): Value {
  let at = value;
  for (let i = from; i < keys.length; i++) {
    if (isMap(at)) {
      const found = at.get(textKey(cursor, keys[i]!));
      if (found === undefined) return null;
      at = found;
    } else if (isList(at)) at = at[indexKey(cursor, keys[i]!, at.length)]!;
    else throw new OttlError(`type ${elementTypeName(at)} does not support string indexing`);
  }
  return at;
}

/** The value with what the keys from `from` on lead to replaced; maps and lists that are not there are made. */
export function writeIndexed(cursor: Cursor, value: Value, keys: readonly Key[], from: number, to: Value): Value {
  if (from === keys.length) return to;
  const key = keys[from]!;
  if (isMap(value)) {
    const name = textKey(cursor, key);
    return new Map(value).set(name, writeIndexed(cursor, value.get(name) ?? null, keys, from + 1, to));
  }
  if (isList(value)) {
    const index = indexKey(cursor, key, value.length);
    return value.with(index, writeIndexed(cursor, value[index]!, keys, from + 1, to));
  }
  if (value !== null) throw new OttlError(`type ${elementTypeName(value)} does not support string indexing`);
  const wanted = key.get(cursor);
  if (typeof wanted === "string") return new Map([[wanted, writeIndexed(cursor, null, keys, from + 1, to)]]);
  if (typeof wanted !== "bigint") {
    throw new OttlError("neither a string nor an int index was given, this is an error in the OTTL");
  }
  if (wanted < 0n || wanted > maxNewList) throw new OttlError(`index ${wanted} out of bounds`);
  const list: Value[] = Array.from({ length: Number(wanted) }, () => null);
  list.push(writeIndexed(cursor, null, keys, from + 1, to));
  return list;
}

/** A list that an index makes is not longer: a mistyped index would take all memory. */
const maxNewList = 10_000n;

/** What keys lead to in the result of a converter, where a key that is not there is an error. */
export function readConverterKeys(cursor: Cursor, value: Value, keys: readonly Key[]): Value {
  let at = value;
  for (const key of keys) {
    const index = key.get(cursor);
    if (typeof index === "string") {
      if (!isMap(at)) throw new OttlError(`type ${typeName(at)} does not support string indexing`);
      const found = at.get(index);
      if (found === undefined) throw new OttlError("key not found in map");
      at = found;
    } else if (typeof index === "bigint") {
      if (!isList(at) && !(at instanceof Uint8Array)) {
        throw new OttlError(`type ${typeName(at)} does not support int indexing`);
      }
      if (index < 0n || index >= BigInt(at.length)) throw new OttlError(`index ${index} out of bounds`);
      const found = at[Number(index)]!;
      at = typeof found === "number" && at instanceof Uint8Array ? BigInt(found) : found;
    } else if (index === null) throw new OttlError("key expression returned nil, expected an int or string");
    else throw new OttlError(`key expression must evaluate to string or int, got ${typeName(index)}`);
  }
  return at;
}

/** @throws {OttlError} for what no attribute can hold. */
export function checkStorable(value: Value): void {
  if (isMap(value)) for (const element of value.values()) checkStorable(element);
  else if (isList(value)) for (const element of value) checkStorable(element);
  else if (value instanceof Time || value instanceof Duration || value instanceof Id || value instanceof Native) {
    throw new OttlError(`unsupported type ${typeName(value)} for set operation`);
  }
}

/** @throws {OttlError} for what is no map; nil is an empty one. */
export function expectMap(value: Value): ValueMap {
  if (value === null) return new Map();
  if (isMap(value)) return value;
  throw new OttlError(`unsupported type provided for setting a pcommon.Map: ${typeName(value)}`);
}

function elementTypeName(value: Value): string {
  if (value === null) return "Empty";
  if (value instanceof Uint8Array) return "Bytes";
  const names: Readonly<Record<string, string>> = { string: "Str", bigint: "Int", number: "Double", boolean: "Bool" };
  return names[typeof value] ?? typeName(value);
}
