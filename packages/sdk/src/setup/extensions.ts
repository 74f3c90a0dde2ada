import type {
  Attributes,
  Context,
  HrTime,
  Link,
  Span as ApiSpan,
  SpanContext,
  SpanKind,
  SpanStatus,
  TraceState,
} from "@opentelemetry/api";

/*
 * What an application may add to a set-up, in the shape that OpenTelemetry's SDK packages give it in both of their lines. Declared here because those
 * packages are inside `@genscope/sdk`: an application need not have them.
 */

/** The part of a span that can be read. */
export interface ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: () => SpanContext;
  readonly parentSpanContext?: SpanContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: { readonly time: HrTime; readonly name: string; readonly attributes?: Attributes }[];
  readonly resource: { readonly attributes: Attributes };
  readonly instrumentationScope: { readonly name: string; readonly version?: string; readonly schemaUrl?: string };
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

/** A span that has started. */
export type Span = ApiSpan & ReadableSpan;

/** OpenTelemetry's `SpanProcessor`. */
export interface SpanProcessor {
  onStart(span: Span, parentContext: Context): void;
  onEnding?(span: Span): void;
  onEnd(span: ReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** A log record as its processors get it. */
export interface LogRecord {
  readonly hrTime: HrTime;
  readonly spanContext?: SpanContext;
  readonly severityText?: string;
  readonly severityNumber?: number;
  readonly body?: unknown;
  readonly eventName?: string;
  readonly resource: { readonly attributes: Attributes };
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** OpenTelemetry's `LogRecordProcessor`. */
export interface LogRecordProcessor {
  onEmit(logRecord: LogRecord, context?: Context): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** OpenTelemetry's `MetricReader`: one of its packages' classes, told here by what it is recognized by. */
export interface MetricReader {
  collect(): Promise<unknown>;
  setMetricProducer(metricProducer: never): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** What a sampler decides: 0 not to record, 1 to record, 2 to record and send. */
export interface SamplingResult {
  readonly decision: 0 | 1 | 2;
  readonly attributes?: Readonly<Attributes>;
  readonly traceState?: TraceState;
}
