import type { FieldSchema, MessageSchema } from "../json/schema.ts";
import { logsRequest, metricsRequest, traceRequest } from "../json/schema.ts";
import { Signal } from "../signal.ts";
import type { RequestObject } from "./encode-request.ts";

export const requestSchemas = {
  [Signal.traces]: traceRequest,
  [Signal.logs]: logsRequest,
  [Signal.metrics]: metricsRequest,
};

/** One form for all objects that mean the same request: fields at their default left out, scalars in one type, so that they can be compared. */
export function prune(signal: Signal, request: unknown): RequestObject {
  return pruneMessage(requestSchemas[signal], request);
}

function pruneMessage(schema: MessageSchema, message: unknown): RequestObject {
  const pruned: Record<string, unknown> = {};
  const entries = new Map(Object.entries(message ?? {}));
  for (const field of schema.fields) {
    const value: unknown = entries.get(field.name);
    if (value === undefined || value === null) continue;
    if (field.repeated) {
      if (Array.isArray(value) && value.length > 0)
        pruned[field.name] = value.map((element) => pruneValue(field, element));
      continue;
    }
    const one = pruneValue(field, value);
    const isDefault = field.kind === "message" ? Object.keys(Object(one)).length === 0 : isZero(field, one);
    if (!isDefault || field.oneOf || (field.explicit && field.kind !== "message")) pruned[field.name] = one;
  }
  return pruned;
}

function pruneValue(field: FieldSchema, value: unknown): unknown {
  switch (field.kind) {
    case "message":
      return pruneMessage(field.message!(), value);
    case "double":
    case "enum":
    case "sint32":
    case "uint32":
    case "fixed32":
      return Number(value);
    case "bool":
    case "string":
    case "bytes":
    case "id":
      return value;
    default:
      return String(value);
  }
}

function isZero({ kind }: FieldSchema, value: unknown): boolean {
  return (
    value === "" ||
    value === "0" ||
    Object.is(value, 0) ||
    value === false ||
    (kind === "id" && /^0*$/.test(String(value)))
  );
}
