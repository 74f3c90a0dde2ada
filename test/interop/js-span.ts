import { type HrTime, type Link, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { AttributeValue, KeyValue } from "@genscope/server/contract";
import type { SentLog, SentSpan } from "./sent-span.ts";

/** Which way the JavaScript SDK puts its numbers on the wire. */
export type WireForm = "protobuf" | "json";

const kinds = {
  [SpanKind.INTERNAL]: "internal",
  [SpanKind.SERVER]: "server",
  [SpanKind.CLIENT]: "client",
  [SpanKind.PRODUCER]: "producer",
  [SpanKind.CONSUMER]: "consumer",
} as const;
const statusCodes = {
  [SpanStatusCode.UNSET]: "unset",
  [SpanStatusCode.OK]: "ok",
  [SpanStatusCode.ERROR]: "error",
} as const;

function nanos([seconds, rest]: HrTime): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(rest));
}

/**
 * JavaScript knows one kind of number: the SDK sends whole ones that fit 64 bits as integers. JSON writes those past 2^53 in the digits that JavaScript
 * prints, which are not all of them.
 */
function number(value: number, form: WireForm): AttributeValue {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63)
    return { intValue: form === "json" ? String(value) : String(BigInt(value)) };
  if (!Number.isFinite(value) && form === "json") return {}; // JSON has no word for it: the SDK writes null
  if (Number.isNaN(value)) return { doubleValue: "NaN" };
  if (!Number.isFinite(value)) return { doubleValue: value > 0 ? "Infinity" : "-Infinity" };
  return { doubleValue: value };
}

function anyValue(value: unknown, form: WireForm): AttributeValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "number") return number(value, form);
  if (typeof value === "boolean") return { boolValue: value };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return { arrayValue: { values: value.map((item) => anyValue(item, form)) } };
  if (typeof value === "object" && value !== null) return { kvlistValue: { values: keyValues(value, form) } };
  return {};
}

function keyValues(attributes: object | undefined, form: WireForm): KeyValue[] {
  return Object.entries(attributes ?? {}).map(([key, value]) => ({ key, value: anyValue(value, form) }));
}

/** Bits 8 and 9: it is known whether the context is remote, and it is. */
function flags(traceFlags: number, isRemote: boolean | undefined): number {
  return traceFlags | 0x100 | (isRemote ? 0x200 : 0);
}

function link({ context, attributes, droppedAttributesCount }: Link, form: WireForm): SentSpan["links"][number] {
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    traceState: context.traceState?.serialize() ?? "",
    flags: flags(context.traceFlags, context.isRemote),
    attributes: keyValues(attributes, form),
    droppedAttributesCount: droppedAttributesCount ?? 0,
  };
}

export function fromReadableSpan(span: ReadableSpan, form: WireForm): SentSpan {
  const context = span.spanContext();
  const { resource, instrumentationScope: scope } = span;
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? null,
    traceState: context.traceState?.serialize() ?? "",
    flags: flags(context.traceFlags, span.parentSpanContext?.isRemote),
    name: span.name,
    kind: kinds[span.kind],
    startUnixNano: nanos(span.startTime),
    endUnixNano: nanos(span.endTime),
    status: { code: statusCodes[span.status.code], message: span.status.message ?? "" },
    attributes: keyValues(span.attributes, form),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map((event) => ({
      timeUnixNano: nanos(event.time),
      name: event.name,
      attributes: keyValues(event.attributes, form),
      droppedAttributesCount: event.droppedAttributesCount ?? 0,
    })),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map((one) => link(one, form)),
    droppedLinksCount: span.droppedLinksCount,
    resource: {
      attributes: keyValues(resource.attributes, form),
      droppedAttributesCount: 0,
      schemaUrl: resource.schemaUrl ?? "",
    },
    scope: {
      name: scope.name,
      version: scope.version ?? "",
      attributes: [],
      droppedAttributesCount: 0,
      schemaUrl: scope.schemaUrl ?? "",
    },
  };
}

export function fromReadableLogRecord(record: ReadableLogRecord, form: WireForm): SentLog {
  return {
    traceId: record.spanContext?.traceId ?? "",
    spanId: record.spanContext?.spanId ?? "",
    timeUnixNano: nanos(record.hrTime),
    severityNumber: record.severityNumber ?? 0,
    severityText: record.severityText ?? "",
    eventName: record.eventName ?? "",
    body: anyValue(record.body, form),
    attributes: keyValues(record.attributes, form),
  };
}
