import { isUtf8 } from "node:buffer";
import { createField, readField } from "../edit/fields.ts";
import type { Field } from "../edit/fields.ts";
import { ProtoWriter } from "../edit/proto-writer.ts";
import { OtlpError } from "../errors.ts";
import { defaultReceiveLimits } from "../limits.ts";
import type { ReceiveLimits } from "../limits.ts";
import { Signal } from "../signal.ts";
import { readBool, readDouble, readInt, readSfixed64, readUint, readUint32 } from "../view/read-scalar.ts";
import { isReadable, normalize } from "./normalize.ts";
import type { FieldSchema, MessageSchema } from "./schema.ts";
import { logsRequest, metricsRequest, traceRequest } from "./schema.ts";

const requests = { [Signal.traces]: traceRequest, [Signal.logs]: logsRequest, [Signal.metrics]: metricsRequest };

/**
 * A protobuf request as OTLP/JSON on one line: hex ids, 64-bit integers as decimal strings, names in lowerCamelCase, enums as numbers. Unknown fields
 * have no place in JSON and are left out; invalid UTF-8 becomes U+FFFD.
 * @throws OtlpError `invalid-argument` for bytes that are no such request.
 */
export function protobufToJson(
  signal: Signal,
  bytes: Uint8Array,
  limits: ReceiveLimits = defaultReceiveLimits,
): Uint8Array {
  const writer = new JsonWriter(bytes.length * 2, 16 + (limits.depth + 1) * 3);
  writer.message(bytes, 0, bytes.length, requests[signal]);
  return writer.finish();
}

interface Known {
  readonly schema: FieldSchema;
  readonly bit: number;
  /** `"name":`, for a repeated field with the bracket. */
  readonly key: Uint8Array;
}

const knownFields = new Map<MessageSchema, readonly (Known | undefined)[]>();

function fieldsOf(message: MessageSchema): readonly (Known | undefined)[] {
  let fields = knownFields.get(message);
  if (fields === undefined) {
    const byNumber: (Known | undefined)[] = [];
    message.fields.forEach((schema, index) => {
      const key = new TextEncoder().encode(`"${schema.name}":${schema.repeated ? "[" : ""}`);
      byNumber[schema.number] = { schema, bit: 1 << index, key };
    });
    fields = Array.from(byNumber);
    knownFields.set(message, fields);
  }
  return fields;
}

class JsonWriter extends ProtoWriter {
  readonly #maxDepth: number;
  #depth = 0;
  /** One per level, so that none is made per message. */
  readonly #cursors: Field[] = [];

  constructor(capacity: number, maxDepth: number) {
    super(capacity);
    this.#maxDepth = maxDepth;
  }

  message(bytes: Uint8Array, from: number, end: number, schema: MessageSchema): void {
    if (this.#depth === this.#maxDepth) throw new OtlpError("invalid-argument", `values nest too deep at byte ${from}`);
    this.#depth++;
    if (isUsual(bytes, from, end, schema, (this.#cursors[this.#depth] ??= createField())))
      this.#fields(bytes, from, end, schema);
    else {
      const usual = normalize(bytes, from, end, schema);
      this.#fields(usual, 0, usual.length, schema);
    }
    this.#depth--;
  }

  #fields(bytes: Uint8Array, from: number, end: number, schema: MessageSchema): void {
    const fields = fieldsOf(schema);
    const field = (this.#cursors[this.#depth] ??= createField());
    let open: Known | undefined;
    let isFirst = true;
    this.#byte(0x7b);
    for (let p = from; p < end; p = field.end) {
      readField(bytes, p, field);
      const known = fields[field.number];
      if (known === undefined || !isReadable(known.schema, field.wireType)) continue;
      if (open === known) {
        // After an empty packed list the list so far may be empty.
        if (this.bytes[this.position - 1] !== 0x5b) this.#byte(0x2c);
      } else {
        if (open !== undefined) this.#byte(0x5d);
        if (!isFirst) this.#byte(0x2c);
        isFirst = false;
        open = known.schema.repeated ? known : undefined;
        this.raw(known.key);
      }
      this.#value(bytes, field, known.schema);
    }
    if (open !== undefined) this.#byte(0x5d);
    this.#byte(0x7d);
  }

  #value(bytes: Uint8Array, field: Field, schema: FieldSchema): void {
    const { kind } = schema;
    if (kind === "message") this.message(bytes, field.start, field.end, schema.message!());
    else if (kind === "string") this.#string(bytes, field.start, field.end);
    else if (kind === "id") this.#hex(bytes, field.start, field.end);
    else if (kind === "bytes") this.#quoted(Buffer.from(bytes.subarray(field.start, field.end)).toString("base64"));
    else if (schema.repeated && field.wireType === 2) this.#packed(bytes, field, schema);
    else this.#scalar({ bytes }, field.start, schema);
  }

  #packed(bytes: Uint8Array, { start, end }: Field, schema: FieldSchema): void {
    const isVarint = schema.kind === "uint64";
    if (!isVarint && (end - start) % 8 !== 0) {
      throw new OtlpError("invalid-argument", `${schema.name} is cut off at byte ${end}`);
    }
    if (start === end && this.bytes[this.position - 1] === 0x2c) this.position--;
    for (let p = start; p < end;) {
      if (p > start) this.#byte(0x2c);
      this.#scalar({ bytes }, p, schema);
      if (isVarint) while (p < end && bytes[p++]! >= 0x80);
      else p += 8;
    }
  }

  #scalar(view: { bytes: Uint8Array }, at: number, { kind }: FieldSchema): void {
    switch (kind) {
      case "bool":
        return this.#text(readBool(view, at) ? "true" : "false");
      case "double":
        return this.#double(readDouble(view, at));
      case "fixed32":
        return this.#text(String(readUint32(view, at)));
      case "uint32":
        return this.#text(String(BigInt.asUintN(32, readUint(view, at))));
      case "enum":
        return this.#text(String(BigInt.asIntN(32, readUint(view, at))));
      case "sint32": {
        const zigzag = Number(BigInt.asUintN(32, readUint(view, at)));
        return this.#text(String((zigzag >>> 1) ^ -(zigzag & 1)));
      }
      case "int64":
        return this.#quoted(String(readInt(view, at)));
      case "uint64":
        return this.#quoted(String(readUint(view, at)));
      case "sfixed64":
        return this.#quoted(String(readSfixed64(view, at)));
      default:
        return this.#quoted(decimal(readUint32(view, at + 4), readUint32(view, at)));
    }
  }

  #double(value: number): void {
    if (!Number.isFinite(value)) this.#quoted(String(value));
    else this.#text(Object.is(value, -0) ? "-0" : String(value));
  }

  #string(content: Uint8Array, from: number, end: number): void {
    this.ensure((end - from) * 6 + 2);
    const { bytes } = this;
    let to = this.position;
    let isAscii = true;
    bytes[to++] = 0x22;
    for (let i = from; i < end; i++) {
      const byte = content[i]!;
      if (byte >= 0x80) isAscii = false;
      if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) bytes[to++] = byte;
      else {
        bytes[to++] = 0x5c;
        const short = escapes[byte];
        if (short !== undefined) bytes[to++] = short;
        else {
          bytes[to++] = 0x75;
          bytes[to++] = 0x30;
          bytes[to++] = 0x30;
          bytes[to++] = hexDigits[byte >> 4]!;
          bytes[to++] = hexDigits[byte & 15]!;
        }
      }
    }
    bytes[to++] = 0x22;
    if (!isAscii) {
      const text = content.subarray(from, end);
      if (!isUtf8(text)) return this.raw(encoder.encode(JSON.stringify(decoder.decode(text))));
    }
    this.position = to;
  }

  #hex(bytes: Uint8Array, from: number, end: number): void {
    this.#byte(0x22);
    this.ensure((end - from) * 2);
    for (let i = from; i < end; i++) {
      this.bytes[this.position++] = hexDigits[bytes[i]! >> 4]!;
      this.bytes[this.position++] = hexDigits[bytes[i]! & 15]!;
    }
    this.#byte(0x22);
  }

  #quoted(ascii: string): void {
    this.#byte(0x22);
    this.#text(ascii);
    this.#byte(0x22);
  }

  /** ASCII alone. */
  #text(text: string): void {
    this.ensure(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.position++] = text.charCodeAt(i);
  }

  #byte(byte: number): void {
    this.ensure(1);
    this.bytes[this.position++] = byte;
  }
}

/** An unsigned 64-bit integer in digits. By way of a bigint it takes several times as long, and every span has two times. */
function decimal(high: number, low: number): string {
  if (high < 0x200000) return String(high * 0x100000000 + low);
  // Long division by 10^9 in digits of 16 bits, each step exact in a double.
  let value = high;
  let billions = Math.floor(value / 1e9);
  value = (value - billions * 1e9) * 0x10000 + (low >>> 16);
  let quotient = Math.floor(value / 1e9);
  billions = billions * 0x10000 + quotient;
  value = (value - quotient * 1e9) * 0x10000 + (low & 0xffff);
  quotient = Math.floor(value / 1e9);
  billions = billions * 0x10000 + quotient;
  const rest = value - quotient * 1e9;
  return String(billions) + String(rest).padStart(9, "0");
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const hexDigits = encoder.encode("0123456789abcdef");
const escapes: (number | undefined)[] = [];
for (const [byte, letter] of Object.entries({ 8: "b", 9: "t", 10: "n", 12: "f", 13: "r", 34: '"', 92: "\\" })) {
  escapes[Number(byte)] = letter.charCodeAt(0);
}

/** Whether every field comes in one run, singular ones once and of a `oneof` one member. Checks the message's own fields on the way. */
function isUsual(bytes: Uint8Array, from: number, end: number, schema: MessageSchema, field: Field): boolean {
  const fields = fieldsOf(schema);
  let isUsualSoFar = true;
  let seen = 0;
  let hasOneOf = false;
  let last: Known | undefined;
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    const { number, wireType } = field;
    if (number === 0 || field.end > end || wireType === 4 || wireType > 5) {
      throw new OtlpError("invalid-argument", `${schema.name} is malformed at byte ${p}: this is not OTLP protobuf`);
    }
    const known = fields[number];
    if (known === undefined || !isReadable(known.schema, wireType)) continue;
    const isAgain = (seen & known.bit) !== 0;
    if (known.schema.repeated ? isAgain && last !== known : isAgain || (known.schema.oneOf && hasOneOf))
      isUsualSoFar = false;
    if (known.schema.oneOf) hasOneOf = true;
    seen |= known.bit;
    last = known;
  }
  return isUsualSoFar;
}
