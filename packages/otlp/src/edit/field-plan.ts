import {
  exponentialHistogramPoint,
  type FieldSchema,
  histogramPoint,
  logRecord,
  logsRequest,
  type MessageSchema,
  metric,
  metricsRequest,
  numberPoint,
  span,
  summaryPoint,
  traceRequest,
} from "../json/schema.ts";
import { MetricType } from "../view/tables.ts";
import type { LogView, MetricView, TraceView } from "../view/views.ts";
import type { FieldValue, MessageKind } from "./edits.ts";
import { encodeField } from "./encode-message.ts";

/** What takes the place of fields: by field number, their encoding with tags, nothing for those that go. */
export type FieldPlan = ReadonlyMap<number, Uint8Array>;

/** A metric's `type` as {@link planFields} takes it: not a field of the message. */
export const metricTypeField = "type";

function inner(schema: MessageSchema, field: string): MessageSchema {
  return schema.fields.find(({ name }) => name === field)!.message!();
}

function itemSchema(view: TraceView | LogView | MetricView): MessageSchema {
  return "spans" in view ? span : "logs" in view ? logRecord : metric;
}

function pointSchema(type: number): MessageSchema {
  if (type === MetricType.histogram) return histogramPoint;
  if (type === MetricType.exponentialHistogram) return exponentialHistogramPoint;
  return type === MetricType.summary ? summaryPoint : numberPoint;
}

const wrappers: Readonly<Record<number, string>> = {
  5: "gauge",
  7: "sum",
  9: "histogram",
  10: "exponentialHistogram",
  11: "summary",
};

/** The message a kind's own fields are in; `type` is that of the metric. */
export function schemaOf(view: TraceView | LogView | MetricView, kind: MessageKind, type = 0): MessageSchema {
  const request = "spans" in view ? traceRequest : "logs" in view ? logsRequest : metricsRequest;
  const plural = "spans" in view ? "Spans" : "logs" in view ? "Logs" : "Metrics";
  switch (kind) {
    case "resource":
      return inner(request, `resource${plural}`);
    case "scope":
      return inner(inner(request, `resource${plural}`), `scope${plural}`);
    case "event":
      return inner(span, "events");
    case "link":
      return inner(span, "links");
    case "data":
      return inner(metric, wrappers[type] ?? "gauge");
    case "point":
      return pointSchema(type);
    case "exemplar":
      return inner(numberPoint, "exemplars");
    default:
      return itemSchema(view);
  }
}

/** The items of a scope. */
export function itemFieldOf(view: TraceView | LogView | MetricView): {
  readonly number: number;
  readonly message: MessageSchema;
} {
  return { number: 2, message: itemSchema(view) };
}

/** The `Resource` or `InstrumentationScope` in a resource's or scope's message. */
export function ownSchema(schema: MessageSchema): MessageSchema {
  return schema.fields.find(({ number }) => number === 1)!.message!();
}

/** What becomes of a message's fields; values of fields that it does not have are left to the caller in `rest`. */
export function planFields(
  schema: MessageSchema,
  values: ReadonlyMap<string, FieldValue>,
): { readonly plan: FieldPlan; readonly rest: ReadonlyMap<string, FieldValue> } {
  const plan = new Map<number, Uint8Array>();
  const rest = new Map<string, FieldValue>();
  for (const [name, value] of values) {
    const field = schema.fields.find((one) => one.name === name);
    if (field === undefined) rest.set(name, value);
    else {
      if (field.oneOf && value !== null) clearOthers(schema, field, plan);
      plan.set(field.number, encodeField(field, value));
    }
  }
  return { plan, rest };
}

function clearOthers(schema: MessageSchema, field: FieldSchema, plan: Map<number, Uint8Array>): void {
  for (const other of schema.fields) if (other.oneOf && other !== field) plan.set(other.number, nothing);
}

const nothing = new Uint8Array(0);
