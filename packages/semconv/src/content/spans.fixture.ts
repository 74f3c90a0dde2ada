import type { AnyValue, Attribute, ContentSpan } from "./content-model.ts";
import type { SpanType } from "../span-fields.ts";

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** A value as OTLP carries it. */
export function otlp(value: Plain): AnyValue {
  if (value === null) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") {
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (isList(value)) return { arrayValue: { values: value.map(otlp) } };
  return { kvlistValue: { values: keyValues(value) } };
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

export function keyValues(plain: Readonly<Record<string, Plain>>): Attribute[] {
  return Object.entries(plain).map(([key, value]) => ({ key, value: otlp(value) }));
}

/** A span as the server tells it, from plain values. */
export function aSpan(
  type: SpanType,
  attributes: Readonly<Record<string, Plain>>,
  more: {
    events?: readonly { name: string; attributes: Readonly<Record<string, Plain>> }[];
    logs?: readonly { eventName?: string; body?: Plain; attributes?: Readonly<Record<string, Plain>> }[];
  } = {},
): ContentSpan {
  return {
    type,
    attributes: keyValues(attributes),
    events: (more.events ?? []).map((event) => ({ name: event.name, attributes: keyValues(event.attributes) })),
    logs: (more.logs ?? []).map((log) => ({
      eventName: log.eventName ?? "",
      body: otlp(log.body ?? null),
      attributes: keyValues(log.attributes ?? {}),
    })),
  };
}
