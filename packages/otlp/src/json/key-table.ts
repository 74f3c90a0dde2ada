import type { FieldKind, FieldSchema, MessageSchema } from "./schema.ts";

/** A field as the transcoder uses it. */
export interface TableField {
  readonly schema: FieldSchema;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  readonly explicit: boolean;
  readonly number: number;
  /** The protobuf tag: below 0x4000 for every field there is. */
  readonly tag: number;
  /** Position in the message's list of fields. */
  readonly index: number;
  message: KeyTable | undefined;
  /** The key that came after this one the last time, in this text or another: writers keep to one order. */
  follower: Spelling | undefined;
  /** How many bytes the length took the last time: the next one will most likely not have to be moved. */
  lengthBytes: number;
}

/** The keys of one JSON object, found by the bytes they are written in, without making strings of them. */
export interface KeyTable {
  readonly name: string;
  readonly fields: readonly TableField[];
  /** By hash: the fields with that hash, each with one spelling of its key. */
  readonly slots: readonly (readonly Spelling[] | undefined)[];
  /** The key that came first the last time. */
  first: Spelling | undefined;
}

export interface Spelling {
  readonly key: Uint8Array;
  readonly field: TableField;
}

const slotCount = 64;

/** Continues a hash with one byte of the key; {@link slotOf} makes the place in `slots` of it. */
export function hashByte(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

export function slotOf(hash: number): number {
  return (hash ^ (hash >>> 9)) & (slotCount - 1);
}

const tables = new Map<MessageSchema, KeyTable>();

export function keyTable(message: MessageSchema): KeyTable {
  const known = tables.get(message);
  if (known !== undefined) return known;
  const fields: TableField[] = message.fields.map((schema, index) => ({
    schema,
    kind: schema.kind,
    repeated: schema.repeated,
    explicit: schema.explicit,
    number: schema.number,
    tag: schema.number * 8 + (schema.repeated ? 2 : wireTypes[schema.kind]),
    index,
    message: undefined,
    follower: undefined,
    lengthBytes: 1,
  }));
  const slots: Spelling[][] = [];
  for (const field of fields) {
    const { name } = field.schema;
    for (const spelling of new Set([name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)])) {
      const key = new TextEncoder().encode(spelling);
      (slots[slotOf(key.reduce(hashByte, 0))] ??= []).push({ key, field });
    }
  }
  const table: KeyTable = {
    name: message.name,
    fields,
    slots: Array.from({ length: slotCount }, (_, i) => slots[i]),
    first: undefined,
  };
  tables.set(message, table);
  for (const field of fields) {
    if (field.schema.message !== undefined) field.message = keyTable(field.schema.message());
  }
  return table;
}

/** Repeated fields are length-delimited whatever their kind: messages and strings one by one, numbers packed. */
const wireTypes: Readonly<Record<FieldKind, number>> = {
  string: 2,
  bytes: 2,
  id: 2,
  message: 2,
  bool: 0,
  enum: 0,
  int64: 0,
  uint64: 0,
  uint32: 0,
  sint32: 0,
  fixed32: 5,
  fixed64: 1,
  sfixed64: 1,
  double: 1,
};
