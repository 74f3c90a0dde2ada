import protobuf from "protobufjs";
import { Signal } from "../signal.ts";
import type { RequestObject } from "./encode-request.ts";
import { otlpProto } from "./otlp-proto.ts";

const { root } = protobuf.parse(otlpProto, { keepCase: false });

/** The request types of protobuf.js, an implementation nobody here wrote. */
export const requestTypes = {
  [Signal.traces]: root.lookupType("ExportTraceServiceRequest"),
  [Signal.logs]: root.lookupType("ExportLogsServiceRequest"),
  [Signal.metrics]: root.lookupType("ExportMetricsServiceRequest"),
};

/** Full decode into a plain object in the shape of OTLP/JSON. */
export function decodeWithProtobufJs(signal: Signal, bytes: Uint8Array): RequestObject {
  const type = requestTypes[signal];
  return Object.fromEntries(
    Object.entries(type.toObject(type.decode(bytes), { longs: String, json: true })).map(([key, value]) => [
      key,
      bytesToText(value, key),
    ]),
  );
}

function bytesToText(value: unknown, name: string): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString(name.endsWith("Id") ? "hex" : "base64");
  if (Array.isArray(value)) return value.map((element) => bytesToText(element, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bytesToText(inner, key)]));
}
