import type { FieldValue, MessageKind, OwnerKind } from "@genscope/otlp";
import { attributeKey } from "../attribute-store.ts";
import type { Cursor } from "../cursor.ts";
import type { Key, Target } from "../expression.ts";
import { OttlError } from "../ottl-error.ts";
import { checkStorable, expectMap, readIndexed, textKey, writeIndexed } from "../values/indexing.ts";
import { Id, Native, Time, typeName, type Value } from "../values/value.ts";

/** Which row of a table a path is about. */
export type Row = (cursor: Cursor) => number;

/** How a path is made, given the keys behind it. */
export type Path = (keys: readonly Key[]) => Target;

/** Paths of one kind of message, by name; names with a dot are of a field of a field. */
export type PathTable = Readonly<Record<string, Path | IndexedPath>>;

/** A path that may have keys behind it. */
export interface IndexedPath {
  readonly indexed: Path;
}

/** The value of a field as it is in the bytes. */
type Read<Result> = (cursor: Cursor, row: number) => Result;

interface FieldOf {
  readonly kind: MessageKind;
  readonly row: Row;
}

/** @throws {OttlError} for a value of another type than the field has. */
function expect(value: Value, type: string): Value {
  if (value === null) throw new OttlError("setting a value to nil is not supported");
  const actual = typeName(value);
  if (actual !== type) throw new OttlError(`expects ${type} but got ${actual}`);
  return value;
}

export const expectText = (value: Value): string => expect(value, "string") as string;
export const expectInt = (value: Value): bigint => expect(value, "int64") as bigint;
export const expectDouble = (value: Value): number => expect(value, "float64") as number;
export const expectBool = (value: Value): boolean => expect(value, "bool") as boolean;
export const expectTime = (value: Value): Time => expect(value, "time.Time") as Time;

function pending<Result>(
  { kind, row }: FieldOf,
  field: string,
  read: Read<Result>,
  from: (value: FieldValue) => Result,
) {
  return (cursor: Cursor): Result => {
    const at = row(cursor);
    const value = cursor.pending(kind, at, field);
    return value === undefined || value === null ? read(cursor, at) : from(value);
  };
}

export function textField(of: FieldOf, field: string, read: Read<string>): Path {
  const get = pending(of, field, read, (value) => value as string);
  return () => ({
    get,
    set: (cursor, value) => cursor.edits.setField(of.kind, of.row(cursor), field, expectText(value)),
  });
}

/** A uint32; what is set is cut to its 32 bits. */
export function countField(of: FieldOf, field: string, read: Read<number>): Path {
  const get = pending(
    of,
    field,
    (cursor, row) => BigInt(read(cursor, row)),
    (value) => BigInt(value as number),
  );
  return () => ({
    get,
    set: (cursor, value) => {
      cursor.edits.setField(of.kind, of.row(cursor), field, Number(BigInt.asUintN(32, expectInt(value))));
    },
  });
}

/** A uint32 that refuses what does not fit. */
export function flagsField(of: FieldOf, field: string, read: Read<number>): Path {
  return (keys) => {
    const { get, set } = countField(of, field, read)(keys);
    return {
      get,
      set: (cursor, value) => {
        const flags = expectInt(value);
        if (flags < 0n || flags > 0xffff_ffffn) throw new OttlError(`value ${flags} is out of range for uint32`);
        set!(cursor, value);
      },
    };
  };
}

/** An enum or other int32. */
export function enumField(of: FieldOf, field: string, read: Read<number>): Path {
  const get = pending(
    of,
    field,
    (cursor, row) => BigInt(read(cursor, row)),
    (value) => BigInt(value as number),
  );
  return () => ({
    get,
    set: (cursor, value) => {
      cursor.edits.setField(of.kind, of.row(cursor), field, Number(BigInt.asIntN(32, expectInt(value))));
    },
  });
}

/** An enum by names of its values. */
export function enumNameField(
  of: FieldOf,
  field: string,
  read: Read<number>,
  names: readonly string[],
  what: string,
): Path {
  const get = pending(of, field, read, (value) => value as number);
  return () => ({
    get: (cursor) => names[get(cursor)] ?? "",
    set: (cursor, value) => {
      const number = names.indexOf(expectText(value));
      if (number === -1) throw new OttlError(`unknown ${what}, ${expectText(value)}`);
      cursor.edits.setField(of.kind, of.row(cursor), field, number);
    },
  });
}

/** Nanoseconds as an int, and the same field as a time. */
export function nanoFields(
  of: FieldOf,
  field: string,
  read: Read<bigint>,
): { readonly nano: Path; readonly time: Path } {
  const get = pending(
    of,
    field,
    (cursor, row) => BigInt.asIntN(64, read(cursor, row)),
    (value) => BigInt.asIntN(64, value as bigint),
  );
  const set = (cursor: Cursor, nano: bigint): void => {
    cursor.edits.setField(of.kind, of.row(cursor), field, BigInt.asUintN(64, nano));
  };
  return {
    nano: () => ({ get, set: (cursor, value) => set(cursor, expectInt(value)) }),
    time: () => ({
      get: (cursor) => new Time(get(cursor)),
      set: (cursor, value) => set(cursor, expectTime(value).nano),
    }),
  };
}

/** An id of `bytes` bytes, and the same as text in hex. */
export function idFields(
  of: FieldOf,
  field: string,
  bytes: 8 | 16,
  read: Read<string>,
): { readonly id: Path; readonly text: Path } {
  const zero = "0".repeat(bytes * 2);
  const get = pending(
    of,
    field,
    (cursor, row) => read(cursor, row) || zero,
    (value) => (value as string) || zero,
  );
  const type = bytes === 16 ? "pcommon.TraceID" : "pcommon.SpanID";
  return {
    id: () => ({
      get: (cursor) => new Id(get(cursor)),
      set: (cursor, value) => {
        cursor.edits.setField(of.kind, of.row(cursor), field, (expect(value, type) as Id).hex);
      },
    }),
    text: () => ({
      get,
      set: (cursor, value) =>
        cursor.edits.setField(of.kind, of.row(cursor), field, parseHexId(expectText(value), bytes)),
    }),
  };
}

function parseHexId(text: string, bytes: 8 | 16): string {
  if (text.length !== bytes * 2) {
    throw new OttlError(`${bytes === 16 ? "trace" : "span"} ids must be ${bytes * 2} hex characters`);
  }
  if (!/^[0-9a-f]*$/iu.test(text)) throw new OttlError("encoding/hex: invalid byte");
  return text.toLowerCase();
}

/** A part that can be moved as a whole only. */
export function nativeField(of: FieldOf, field: string, type: string, read: Read<object>): Path {
  const get = pending(of, field, read, (value) => value as object);
  return () => ({
    get: (cursor) => new Native(type, get(cursor)),
    set: (cursor, value) => {
      cursor.edits.setField(of.kind, of.row(cursor), field, (expect(value, type) as Native).content);
    },
  });
}

/** An owner's attributes, as a map or one by key. */
export function attributesField(owner: OwnerKind, row: Row, first: Read<number>): IndexedPath {
  const whole: Target = {
    get: (cursor) => {
      const at = row(cursor);
      return cursor.attributes.all(owner, at, first(cursor, at));
    },
    set: (cursor, value) => {
      const at = row(cursor);
      cursor.attributes.replace(owner, at, first(cursor, at), expectMap(value));
    },
    deleteKeys: (cursor, keeps) => {
      const at = row(cursor);
      cursor.attributes.deleteKeys(owner, at, first(cursor, at), keeps);
    },
  };
  return { indexed: (keys) => (keys.length === 0 ? whole : oneAttribute(owner, row, first, keys)) };
}

function oneAttribute(owner: OwnerKind, row: Row, first: Read<number>, keys: readonly Key[]): Target {
  const [head] = keys;
  const constant = typeof head!.literal?.value === "string" ? attributeKey(head!.literal.value) : undefined;
  const keyAt = (cursor: Cursor) => constant ?? attributeKey(textKey(cursor, head!));
  const isPlain = keys.length === 1;
  return {
    get: (cursor) => {
      const at = row(cursor);
      const value = cursor.attributes.get(owner, at, first(cursor, at), keyAt(cursor));
      if (value === undefined) return null;
      return isPlain ? value : readIndexed(cursor, value, keys, 1);
    },
    set: (cursor, value) => {
      const at = row(cursor);
      const key = keyAt(cursor);
      checkStorable(value);
      const before = isPlain ? null : (cursor.attributes.get(owner, at, first(cursor, at), key) ?? null);
      cursor.attributes.set(owner, at, key.text, isPlain ? value : writeIndexed(cursor, before, keys, 1, value));
    },
  };
}
