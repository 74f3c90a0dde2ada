import * as fc from "fast-check";
import type { FieldSchema, MessageSchema } from "../json/schema.ts";
import { logsRequest, metricsRequest, traceRequest } from "../json/schema.ts";
import { Signal } from "../signal.ts";
import type { RequestObject } from "./encode-request.ts";

const requests = { [Signal.traces]: traceRequest, [Signal.logs]: logsRequest, [Signal.metrics]: metricsRequest };

/** Any request of the signal, as the object OTLP/JSON makes of it (doubles that are not finite are numbers); of a `oneof` never more than one member. */
export function arbitraryRequest(signal: Signal): fc.Arbitrary<RequestObject> {
  return arbitraryMessage(requests[signal], 0);
}

function arbitraryMessage(schema: MessageSchema, depth: number): fc.Arbitrary<RequestObject> {
  const deepest = depth > 9;
  const fields = schema.fields.filter((field) => !(deepest && field.kind === "message"));
  const plain = fields.filter((field) => !field.oneOf);
  const oneOf = fields.filter((field) => field.oneOf);
  const record: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of plain) record[field.name] = arbitraryField(field, depth);
  const rest = fc.record(record, { requiredKeys: [] });
  if (oneOf.length === 0) return rest;
  const member = fc.oneof(
    ...oneOf.map((field) => arbitraryField(field, depth).map((value): RequestObject => ({ [field.name]: value }))),
    fc.constant({}),
  );
  return fc.tuple(rest, member).map(([others, one]) => ({ ...others, ...one }));
}

function arbitraryField(field: FieldSchema, depth: number): fc.Arbitrary<unknown> {
  const one = arbitraryValue(field, depth);
  return field.repeated ? fc.array(one, { minLength: 1, maxLength: 3 }) : one;
}

function arbitraryValue(field: FieldSchema, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case "message":
      // The recursion is bounded by `depth`; `memo` keeps the arbitraries of one message from being built again and again.
      return fc.constant(undefined).chain(() => memo(field.message!(), depth + 1));
    case "string":
      return fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.string({ unit: "binary", maxLength: 8 }),
        fc.string({ minLength: 30, maxLength: 60 }),
      );
    case "bytes":
      return fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString("base64"));
    case "id": {
      const length = field.name === "traceId" ? 16 : 8;
      return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString("hex"));
    }
    case "bool":
      return fc.boolean();
    case "double":
      return fc.double();
    case "enum":
    case "sint32":
      return fc.integer();
    case "uint32":
    case "fixed32":
      return fc.integer({ min: 0, max: 0xffffffff });
    case "int64":
    case "sfixed64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    default:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
  }
}

const memos = new Map<MessageSchema, fc.Arbitrary<RequestObject>[]>();

function memo(schema: MessageSchema, depth: number): fc.Arbitrary<RequestObject> {
  const byDepth = memos.get(schema) ?? [];
  memos.set(schema, byDepth);
  return (byDepth[depth] ??= arbitraryMessage(schema, depth));
}
