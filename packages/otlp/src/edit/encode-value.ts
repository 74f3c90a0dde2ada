import { OtlpError } from "../errors.ts";
import type { AnyValue } from "../view/any-value.ts";
import { ProtoWriter } from "./proto-writer.ts";

/** The content of an `AnyValue` message. */
export function encodeValue(value: AnyValue): Uint8Array {
  const out = new ProtoWriter(64);
  writeValue(out, value);
  return out.finish();
}

function writeValue(out: ProtoWriter, value: AnyValue): void {
  if (typeof value.stringValue === "string") out.string(1, value.stringValue);
  else if (typeof value.boolValue === "boolean") {
    out.tag(2, 0);
    out.varint(value.boolValue ? 1 : 0);
  } else if (value.intValue !== undefined) {
    const bits = BigInt.asUintN(64, toInt64(value.intValue));
    out.tag(3, 0);
    out.varint64(Number(bits & 0xffffffffn), Number(bits >> 32n));
  } else if (typeof value.doubleValue === "number") {
    out.tag(4, 1);
    out.double(value.doubleValue);
  } else if (value.arrayValue !== undefined) {
    out.tag(5, 2);
    const list = out.beginMessage(1);
    for (const element of value.arrayValue.values) {
      out.tag(1, 2);
      const start = out.beginMessage(1);
      writeValue(out, element);
      out.endMessage(start, 1);
    }
    out.endMessage(list, 1);
  } else if (value.kvlistValue !== undefined) {
    out.tag(6, 2);
    const list = out.beginMessage(1);
    for (const pair of value.kvlistValue.values) {
      out.tag(1, 2);
      const start = out.beginMessage(1);
      out.string(1, pair.key);
      out.tag(2, 2);
      const content = out.beginMessage(1);
      writeValue(out, pair.value);
      out.endMessage(content, 1);
      out.endMessage(start, 1);
    }
    out.endMessage(list, 1);
  } else if (typeof value.bytesValue === "string") out.blob(7, Buffer.from(value.bytesValue, "base64"));
}

function toInt64(text: string): bigint {
  const value = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || BigInt.asIntN(64, value) !== value) {
    throw new OtlpError("invalid-argument", `"${text}" is not a 64-bit integer`);
  }
  return value;
}
