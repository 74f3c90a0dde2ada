import { ProtoWriter } from "../edit/proto-writer.ts";
import type { FieldSchema, MessageSchema } from "../json/schema.ts";
import { logsRequest, metricsRequest, traceRequest } from "../json/schema.ts";
import { Signal } from "../signal.ts";

const requests = { [Signal.traces]: traceRequest, [Signal.logs]: logsRequest, [Signal.metrics]: metricsRequest };

/** A request in the shape of OTLP/JSON, as a plain object; 64-bit integers may be bigints, numbers or strings. */
export type RequestObject = { readonly [key: string]: unknown };

/** The request as protobuf, fields in the order of their numbers. Written for tests: simple, not fast, and not what it is used to test. */
export function encodeRequest(signal: Signal, request: RequestObject): Uint8Array {
  const out = new ProtoWriter(1024);
  writeMessage(out, requests[signal], request);
  return out.finish().slice();
}

function writeMessage(out: ProtoWriter, schema: MessageSchema, object: RequestObject): void {
  for (const field of schema.fields) {
    const value = object[field.name];
    if (value === undefined || value === null) continue;
    if (!field.repeated) writeField(out, field, value);
    else if (!Array.isArray(value)) throw new TypeError(`${schema.name}.${field.name} must be an array`);
    else if (field.kind === "message" || field.kind === "string") {
      for (const element of value) writeField(out, field, element);
    } else if (value.length > 0) {
      const packed = new ProtoWriter(64);
      for (const element of value) writeScalar(packed, field, element);
      out.blob(field.number, packed.finish());
    }
  }
}

function writeField(out: ProtoWriter, field: FieldSchema, value: unknown): void {
  switch (field.kind) {
    case "message": {
      const content = new ProtoWriter(64);
      writeMessage(content, field.message!(), Object.fromEntries(Object.entries(Object(value))));
      return out.blob(field.number, content.finish());
    }
    case "string":
      if (value !== "" || field.explicit || field.repeated) out.string(field.number, String(value));
      return;
    case "id":
    case "bytes": {
      const content =
        value instanceof Uint8Array ? value : Buffer.from(String(value), field.kind === "id" ? "hex" : "base64");
      if (content.length > 0 || field.explicit) out.blob(field.number, content);
      return;
    }
    default: {
      if (!field.explicit && (Object.is(value, 0) || value === 0n || value === "0" || value === false)) return;
      const fixed = field.kind === "double" || field.kind === "fixed64" || field.kind === "sfixed64";
      out.tag(field.number, fixed ? 1 : field.kind === "fixed32" ? 5 : 0);
      writeScalar(out, field, value);
    }
  }
}

function writeScalar(out: ProtoWriter, { kind }: FieldSchema, value: unknown): void {
  if (kind === "double") return out.double(Number(value));
  const integer = kind === "bool" ? BigInt(value === true) : BigInt(String(value));
  const zigzag = kind === "sint32" ? (integer << 1n) ^ (integer >> 31n) : integer;
  const bits = BigInt.asUintN(kind === "sint32" ? 32 : 64, zigzag);
  const low = Number(bits & 0xffffffffn);
  const high = Number(bits >> 32n);
  if (kind === "fixed32") out.fixed32(low);
  else if (kind === "fixed64" || kind === "sfixed64") {
    out.fixed32(low);
    out.fixed32(high);
  } else out.varint64(low, high);
}
