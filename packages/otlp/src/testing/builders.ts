import { Signal } from "../signal.ts";
import type { AnyValue, KeyValue } from "../view/any-value.ts";
import { encodeRequest } from "./encode-request.ts";
import type { RequestObject } from "./encode-request.ts";

/** An attribute's value in plain JavaScript: whole numbers and bigints become ints, other numbers doubles, objects maps, null a value never set. */
export type PlainValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };
export type PlainAttributes = Readonly<Record<string, PlainValue>>;

/** Times are nanoseconds since the Unix epoch. What is left out has a valid default, ids one of their own per span. */
export interface SpanInit {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly name?: string;
  readonly kind?: number;
  readonly startTime?: bigint;
  readonly endTime?: bigint;
  readonly attributes?: PlainAttributes;
  readonly droppedAttributesCount?: number;
  readonly events?: readonly {
    readonly time?: bigint;
    readonly name?: string;
    readonly attributes?: PlainAttributes;
    readonly droppedAttributesCount?: number;
  }[];
  readonly droppedEventsCount?: number;
  readonly links?: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceState?: string;
    readonly flags?: number;
    readonly attributes?: PlainAttributes;
    readonly droppedAttributesCount?: number;
  }[];
  readonly droppedLinksCount?: number;
  readonly status?: { readonly code?: number; readonly message?: string };
}

export interface LogInit {
  readonly time?: bigint;
  readonly observedTime?: bigint;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: PlainValue;
  readonly attributes?: PlainAttributes;
  readonly droppedAttributesCount?: number;
  readonly flags?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly eventName?: string;
}

/** Where items come from. */
export interface SourceInit {
  readonly resource?: PlainAttributes;
  readonly resourceSchemaUrl?: string;
  readonly scope?: { readonly name?: string; readonly version?: string; readonly attributes?: PlainAttributes };
  readonly scopeSchemaUrl?: string;
}

export interface TraceRequestInit extends SourceInit {
  readonly spans: readonly SpanInit[];
}

export interface LogsRequestInit extends SourceInit {
  readonly logs: readonly LogInit[];
}

export interface MetricsRequestInit extends SourceInit {
  /** In the shape of OTLP/JSON. */
  readonly metrics: readonly RequestObject[];
}

/** 2026-01-01T00:00:00Z. */
export const testStartTime = 1_767_225_600_000_000_000n;

let nextId = 1;

function newSpanId(): string {
  return (nextId++).toString(16).padStart(16, "0");
}

/** An `ExportTraceServiceRequest` as protobuf. Spans without a trace id share one. */
export function aTraceRequest(init: TraceRequestInit): Uint8Array {
  return encodeRequest(Signal.traces, traceRequestObject(init));
}

export function aLogsRequest(init: LogsRequestInit): Uint8Array {
  return encodeRequest(Signal.logs, logsRequestObject(init));
}

export function aMetricsRequest(init: MetricsRequestInit): Uint8Array {
  return encodeRequest(Signal.metrics, metricsRequestObject(init));
}

/** The same in the shape of OTLP/JSON: `JSON.stringify` makes a body of it. */
export function traceRequestObject(init: TraceRequestInit): RequestObject {
  const traceId = newSpanId().padStart(32, "7");
  return requestObject("Spans", init, { spans: init.spans.map((span) => spanObject(span, traceId)) });
}

export function logsRequestObject(init: LogsRequestInit): RequestObject {
  return requestObject("Logs", init, { logRecords: init.logs.map(logObject) });
}

export function metricsRequestObject(init: MetricsRequestInit): RequestObject {
  return requestObject("Metrics", init, { metrics: init.metrics });
}

function requestObject(plural: string, init: SourceInit, items: RequestObject): RequestObject {
  const { resource = { "service.name": "test-service" }, scope = { name: "test" } } = init;
  const inScope = {
    scope: { name: scope.name, version: scope.version, attributes: toAttributes(scope.attributes) },
    ...items,
    schemaUrl: init.scopeSchemaUrl,
  };
  const inResource = {
    resource: { attributes: toAttributes(resource) },
    [`scope${plural}`]: [inScope],
    schemaUrl: init.resourceSchemaUrl,
  };
  return { [`resource${plural}`]: [inResource] };
}

function spanObject(span: SpanInit, traceId: string): RequestObject {
  const startTime = span.startTime ?? testStartTime;
  return {
    traceId: span.traceId ?? traceId,
    spanId: span.spanId ?? newSpanId(),
    traceState: span.traceState,
    parentSpanId: span.parentSpanId,
    flags: span.flags,
    name: span.name ?? "test span",
    kind: span.kind ?? 1,
    startTimeUnixNano: String(startTime),
    endTimeUnixNano: String(span.endTime ?? startTime + 1_000_000n),
    attributes: toAttributes(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events?.map((event) => ({
      timeUnixNano: String(event.time ?? startTime),
      name: event.name ?? "test event",
      attributes: toAttributes(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount,
    })),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links?.map((link) => ({ ...link, attributes: toAttributes(link.attributes) })),
    droppedLinksCount: span.droppedLinksCount,
    status: span.status,
  };
}

function logObject(log: LogInit): RequestObject {
  return {
    timeUnixNano: String(log.time ?? testStartTime),
    observedTimeUnixNano: log.observedTime === undefined ? undefined : String(log.observedTime),
    severityNumber: log.severityNumber,
    severityText: log.severityText,
    body: log.body === undefined ? undefined : toAnyValue(log.body),
    attributes: toAttributes(log.attributes),
    droppedAttributesCount: log.droppedAttributesCount,
    flags: log.flags,
    traceId: log.traceId,
    spanId: log.spanId,
    eventName: log.eventName,
  };
}

export function toAttributes(attributes: PlainAttributes = {}): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

export function toAnyValue(value: PlainValue): AnyValue {
  if (value === null) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return { intValue: value.toString() };
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? { intValue: value.toString() }
      : { doubleValue: value };
  }
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString("base64") };
  if (isList(value)) return { arrayValue: { values: value.map(toAnyValue) } };
  return { kvlistValue: { values: toAttributes(value) } };
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}
