import { OtlpError } from "../errors.ts";
import type { FieldSchema, MessageSchema } from "../json/schema.ts";
import type { FieldValue } from "./edits.ts";
import { ProtoWriter } from "./proto-writer.ts";

/** A message in the shape of OTLP/JSON as protobuf. Values that are the default of their type are left out, as everywhere in proto3. */
export function encodeMessage(schema: MessageSchema, message: object): Uint8Array {
  const out = new ProtoWriter(128);
  writeMessage(out, schema, message);
  return out.finish();
}

/** One field with its tag; nothing for null or a default. */
export function encodeField(field: FieldSchema, value: FieldValue): Uint8Array {
  const out = new ProtoWriter(64);
  writeValues(out, field, value);
  return out.finish();
}

function writeMessage(out: ProtoWriter, schema: MessageSchema, message: object): void {
  const values = new Map<string, FieldValue | undefined>(Object.entries(message));
  for (const field of schema.fields) {
    const value = values.get(field.name);
    if (value !== undefined) writeValues(out, field, value);
  }
}

function writeValues(out: ProtoWriter, field: FieldSchema, value: FieldValue): void {
  if (value === null) return;
  if (!field.repeated) return writeOne(out, field, value);
  const elements: readonly FieldValue[] = Array.isArray(value) ? value : [];
  if (field.kind === "message" || field.kind === "string") {
    for (const element of elements) writeOne(out, field, element);
  } else if (elements.length > 0) {
    out.tag(field.number, 2);
    const start = out.beginMessage(1);
    for (const element of elements) writeNumber(out, field.kind, element);
    out.endMessage(start, 1);
  }
}

function writeOne(out: ProtoWriter, field: FieldSchema, value: FieldValue): void {
  const { number, kind, repeated } = field;
  const always = field.explicit || repeated;
  switch (kind) {
    case "message": {
      out.tag(number, 2);
      const start = out.beginMessage(1);
      writeMessage(out, field.message!(), Object(value));
      out.endMessage(start, 1);
      return;
    }
    case "string":
      if (always || value !== "") out.string(number, toText(value));
      return;
    case "id":
    case "bytes": {
      const content =
        value instanceof Uint8Array ? value : Buffer.from(toText(value), kind === "id" ? "hex" : "base64");
      if (always || content.length > 0) out.blob(number, content);
      return;
    }
    default: {
      if (!always && (value === false || (kind === "double" ? Object.is(value, 0) : isZero(value)))) return;
      out.tag(number, wireTypes[kind]);
      writeNumber(out, kind, value);
    }
  }
}

type NumberKind = Exclude<FieldSchema["kind"], "message" | "string" | "id" | "bytes">;

const wireTypes: Readonly<Record<NumberKind, number>> = {
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

function toText(value: FieldValue): string {
  if (typeof value === "string") return value;
  throw new OtlpError("invalid-argument", `${JSON.stringify(value)} is not text`);
}

function isZero(value: FieldValue): boolean {
  return value === 0 || value === 0n || value === "0";
}

function writeNumber(out: ProtoWriter, kind: FieldSchema["kind"], value: FieldValue): void {
  if (kind === "double") return out.double(Number(value));
  const integer = toInteger(value);
  const zigzag = kind === "sint32" ? (integer << 1n) ^ (integer >> 31n) : integer;
  // protobuf writes a negative enum or int as ten bytes, but a uint32 has 32 bits whatever is put in it
  const bits = BigInt.asUintN(kind === "sint32" || kind === "uint32" || kind === "fixed32" ? 32 : 64, zigzag);
  const low = Number(bits & 0xffffffffn);
  const high = Number(bits >> 32n);
  if (kind === "fixed32") out.fixed32(low);
  else if (kind === "fixed64" || kind === "sfixed64") {
    out.fixed32(low);
    out.fixed32(high);
  } else out.varint64(low, high);
}

function toInteger(value: FieldValue): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw new OtlpError("invalid-argument", `${JSON.stringify(value)} is not an integer`);
}
