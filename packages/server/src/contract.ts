/**
 * What the query API says, as schemas: the routes validate with them, the OpenAPI document is made from them, the client and the
 * UI are typed by them. Identifiers are lower-case hex. Times are decimal strings of nanoseconds since the Unix epoch
 * (`…UnixNano`) where exact, or numbers of nanoseconds relative to the start of the trace.
 */
import { z } from "@hono/zod-openapi";
import { spanTypes } from "@genscope/semconv";

export const traceId = z.string().regex(/^[0-9a-f]{32}$/, "a trace id is 32 lower-case hex digits");
export const spanId = z.string().regex(/^[0-9a-f]{16}$/, "a span id is 16 lower-case hex digits");
const unixNano = z.string().regex(/^\d+$/);
/** Non-negative integer that may be unknown. Unknown is null, never 0. */
const count = z.number().int().nonnegative();
const spanType = z.enum(spanTypes);

/** One trace as a row of the list. */
export const traceSummary = z.object({
  traceId,
  /** Name of the root span; of the earliest span if no root has arrived. */
  name: z.string(),
  /** Service of that span. */
  service: z.string(),
  /** False while no parentless span has arrived: sampled away, filtered, or still running. */
  hasRoot: z.boolean(),
  services: z.array(z.object({ name: z.string(), spanCount: count, errorCount: count })),
  startUnixNano: unixNano,
  durationNano: z.number().nonnegative(),
  spanCount: count,
  errorCount: count,
  /** Status of the root; "error" too if there is no root and any span failed. */
  status: z.enum(["unset", "ok", "error"]),
  /** Answered models, else requested ones, most used first. */
  models: z.array(z.string()),
  /** Sums over model and embedding spans; null where no span told. */
  inputTokens: count.nullable(),
  outputTokens: count.nullable(),
  modelCalls: count,
  toolCalls: count,
  retrievals: count,
});

function anyOf(description: string) {
  return z
    .union([z.string(), z.array(z.string())])
    .optional()
    .openapi({ description });
}

/** What of a trace is wanted. */
export const otlpQuery = z.object({
  signal: z.enum(["traces", "logs", "all"]).default("traces").openapi({
    description: "`traces`: TracesData; `logs`: its log records, as LogsData; `all`: both, a line each",
  }),
});

/** Filters shared by the list, the facets and the live stream. Lists are repeated parameters: any value matches. */
export const traceFilter = z.object({
  from: z.string().optional().openapi({
    description:
      "Traces that start at this time or later: RFC 3339, or milliseconds since the Unix epoch. Default: an hour before `to`",
  }),
  to: z.string().optional().openapi({ description: "Traces that start before this time. Default: now" }),
  service: anyOf("Name of a service with a span in the trace"),
  name: anyOf("Name of any span in the trace"),
  status: z
    .enum(["ok", "error"])
    .optional()
    .openapi({ description: "`error`: traces in which any span failed; `ok`: the others" }),
  operation: anyOf("`gen_ai.operation.name` of any span, as the other fields are"),
  provider: anyOf("`gen_ai.provider.name`"),
  model: anyOf("Model asked for or model that answered"),
  agent: anyOf("`gen_ai.agent.name`"),
  tool: anyOf("`gen_ai.tool.name`"),
  spanType: z
    .union([spanType, z.array(spanType)])
    .optional()
    .openapi({ description: "What a span is, in any dialect" }),
  conversation: z.string().optional().openapi({ description: "`gen_ai.conversation.id`" }),
  user: z.string().optional().openapi({ description: "`user.id`" }),
  minDurationMs: z.coerce
    .number()
    .nonnegative()
    .optional()
    .openapi({ type: "number", minimum: 0, description: "From the first start to the last end, in milliseconds" }),
  maxDurationMs: z.coerce
    .number()
    .nonnegative()
    .optional()
    .openapi({ type: "number", minimum: 0, description: "The same" }),
  attribute: anyOf(
    "`key=value` of a span or its resource, by its text: `retries=2`, `stream=true`. Repeated: all must match",
  ),
  q: z.string().max(1000).optional().openapi({
    description:
      "A trace id or span id, found at any time; or up to eight words, each found in a span's name, status message, service or string attributes",
  }),
});

export const traceListQuery = traceFilter.extend({
  sort: z
    .enum(["start", "duration", "spans", "errors", "tokens"])
    .default("start")
    .openapi({ description: "What the list is sorted by; traces that are equal in it by their ids" }),
  order: z.enum(["desc", "asc"]).default("desc").openapi({ description: "Newest, longest, most first; or last" }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(50)
    .openapi({ type: "integer", description: "Traces in a page" }),
  cursor: z.string().optional().openapi({ description: "`next` of the page before, with the same other parameters" }),
});

/** Filters of the live stream. */
export const liveQuery = traceFilter.omit({ from: true, to: true }).extend({
  spans: z.enum(["0", "1"]).optional().openapi({ description: "`1`: the spans themselves too, whatever the filter" }),
});

export const traceList = z.object({
  traces: z.array(traceSummary),
  next: z.string().nullable(),
});

export const facets = z.object({
  /** Per facet, the commonest values with the number of traces that have them, at most 50 each. Each ignores its own filter. */
  facets: z.record(
    z.enum(["service", "name", "status", "operation", "provider", "model", "agent", "tool", "spanType"]),
    z.array(z.object({ value: z.string(), count })),
  ),
  /** Traces matching in all, and how many start in each of `histogram.counts` equal slices of the time range. */
  total: count,
  histogram: z.object({
    fromUnixNano: unixNano,
    stepNano: z.number(),
    counts: z.array(count),
    errors: z.array(count),
  }),
});

/**
 * A trace without its bodies, in columns: entry i of every array is span i, ordered by start time, then arrival, then id. Repeated strings are
 * indexes into the dictionaries. Made to carry 100,000 spans.
 */
export const traceSkeleton = z.object({
  traceId,
  summary: traceSummary,
  /** Spans in the store; more than are listed if the trace exceeds the limit. */
  totalSpans: count,
  startUnixNano: unixNano,
  services: z.array(z.string()),
  names: z.array(z.string()),
  /** Dictionary of the short texts: models, agents, tools. */
  labels: z.array(z.string()),
  spans: z.object({
    id: z.array(spanId),
    /** Index of the parent; -1 for a root; -2 where the parent was never received. */
    parent: z.array(z.number().int()),
    /** Ids of parents that were not received, by span index. */
    missingParents: z.record(z.string(), spanId),
    name: z.array(count),
    service: z.array(count),
    type: z.array(spanType),
    /** OTLP SpanKind. */
    kind: z.array(count),
    /** OTLP Status.code: 0 unset, 1 ok, 2 error. */
    status: z.array(count),
    /** Nanoseconds after `startUnixNano`. */
    start: z.array(z.number()),
    /** Nanoseconds; -1 for a span still running. */
    duration: z.array(z.number()),
    /** Index into `labels` of what the span is about (model, agent, tool, data source), or -1. */
    label: z.array(z.number().int()),
    inputTokens: z.array(count.nullable()),
    outputTokens: z.array(count.nullable()),
    /** Found by a retrieval, left by a reranking. */
    documents: z.array(count.nullable()),
    events: z.array(count),
    links: z.array(count),
  }),
});

/** An attribute value with its OTLP type kept: 64-bit integers as strings, bytes as base64. */
export const attributeValue: z.ZodType<AttributeValue> = z
  .lazy(() =>
    z.union([
      z.object({ stringValue: z.string() }),
      z.object({ boolValue: z.boolean() }),
      z.object({ intValue: z.string() }),
      z.object({ doubleValue: z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]) }),
      z.object({ bytesValue: z.string() }),
      z.object({ arrayValue: z.object({ values: z.array(attributeValue) }) }),
      z.object({ kvlistValue: z.object({ values: z.array(z.object({ key: z.string(), value: attributeValue })) }) }),
      z.object({}),
    ]),
  )
  .openapi("AttributeValue");
/** OTLP/JSON `AnyValue`. */
export type AttributeValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number | "NaN" | "Infinity" | "-Infinity" }
  | { bytesValue: string }
  | { arrayValue: { values: AttributeValue[] } }
  | { kvlistValue: { values: KeyValue[] } }
  | Record<string, never>;
export interface KeyValue {
  key: string;
  value: AttributeValue;
}
const keyValues = z.array(z.object({ key: z.string(), value: attributeValue }));

/** Everything known of one span. */
export const spanDetail = z.object({
  traceId,
  spanId,
  parentSpanId: spanId.nullable(),
  traceState: z.string(),
  flags: count,
  name: z.string(),
  kind: z.enum(["unspecified", "internal", "server", "client", "producer", "consumer"]),
  type: spanType,
  startUnixNano: unixNano,
  endUnixNano: unixNano,
  status: z.object({ code: z.enum(["unset", "ok", "error"]), message: z.string() }),
  attributes: keyValues,
  droppedAttributesCount: count,
  events: z.array(
    z.object({ timeUnixNano: unixNano, name: z.string(), attributes: keyValues, droppedAttributesCount: count }),
  ),
  droppedEventsCount: count,
  links: z.array(
    z.object({
      traceId: z.string(),
      spanId: z.string(),
      traceState: z.string(),
      flags: count,
      attributes: keyValues,
      droppedAttributesCount: count,
    }),
  ),
  droppedLinksCount: count,
  resource: z.object({ attributes: keyValues, droppedAttributesCount: count, schemaUrl: z.string() }),
  scope: z.object({
    name: z.string(),
    version: z.string(),
    attributes: keyValues,
    droppedAttributesCount: count,
    schemaUrl: z.string(),
  }),
  /** Log records that carry this span's id (GenAI content events among them), oldest first, at most 200. */
  logs: z.array(
    z.object({
      timeUnixNano: unixNano,
      severityNumber: count,
      severityText: z.string(),
      eventName: z.string(),
      body: attributeValue,
      attributes: keyValues,
    }),
  ),
  receivedUnixNano: unixNano,
});

const ids = z.array(z.string());

/** What a collector runs and how it goes. Counts are of items, since the start of the process. */
const pipelinesState = z.object({
  notReady: z.string().nullable(),
  pipelines: z.array(
    z.object({
      id: z.string(),
      signal: z.enum(["traces", "metrics", "logs"]),
      receivers: ids,
      processors: ids,
      exporters: ids,
    }),
  ),
  components: z.array(
    z.object({
      kind: z.enum(["receiver", "processor", "exporter"]),
      id: z.string(),
      in: count.nullable(),
      out: count.nullable(),
      failed: count.nullable(),
    }),
  ),
  queues: z.array(z.object({ id: z.string(), lagBytes: count, maxBytes: count })),
  warnings: z.array(z.object({ message: z.string(), count, firstMs: z.number(), lastMs: z.number() })),
});

/** Where every item is: counted at each stage, so that losses show. */
export const status = z.object({
  version: z.string(),
  startedAt: z.string(),
  uptimeSeconds: z.number(),
  dataDir: z.string(),
  endpoints: z.object({ grpc: z.string().nullable(), http: z.string().nullable(), ui: z.string() }),
  received: z.object({ spans: count, logs: count, points: count }),
  rejected: z.record(z.string(), count),
  /** Values taken out before anything was written, by rule, such as `email`. Null if nothing masks here. */
  masked: z.record(z.string(), count).nullable(),
  /** Of a collector's configuration; null if none runs here. */
  pipelines: pipelinesState.nullable(),
  journal: z.object({
    bytes: count,
    maxBytes: count,
    refusedRecords: count,
    /** Cut from the end when the journal was opened: an incomplete record. */
    truncatedBytes: count,
    /** Found damaged since the journal was opened, and left out. */
    damagedBytes: count,
    lagBytes: count,
  }),
  stored: z.object({
    spans: count,
    logs: count,
    points: count,
    duplicates: count,
    dropped: z.record(z.string(), count),
    /** Why the last attempt to store something failed; null once a later one has succeeded. */
    lastError: z.string().nullable(),
  }),
  store: z.object({
    kind: z.enum(["embedded", "server"]),
    state: z.enum(["starting", "ready", "restarting", "stopped"]),
    version: z.string().nullable(),
    restarts: count,
    /** Why the engine last ended, or why it cannot be used. */
    lastError: z.string().nullable(),
    tables: z.array(z.object({ name: z.string(), rows: count, bytesOnDisk: count })),
  }),
});

/** One finished span as the live stream sends it. */
export const liveSpan = z.object({
  traceId,
  spanId,
  parentSpanId: spanId.nullable(),
  service: z.string(),
  name: z.string(),
  type: spanType,
  startUnixNano: unixNano,
  durationNano: z.number(),
  status: z.enum(["unset", "ok", "error"]),
  statusMessage: z.string(),
  label: z.string().nullable(),
  inputTokens: count.nullable(),
  outputTokens: count.nullable(),
});

/** Server-sent events of `GET /api/v1/live`. `skipped` says how many, at the least, were left out to keep the pace. */
export const liveEvents = {
  /** Traces that changed since the last event, newest state. */
  traces: z.object({ traces: z.array(traceSummary), skipped: count }),
  /** Spans stored since the last event (only with `?spans=1`). */
  spans: z.object({ spans: z.array(liveSpan), skipped: count }),
  status,
};

/** What `POST /api/v1/costs/recompute` asks. */
export const recomputeBody = z.object({
  prices: z
    .unknown()
    .optional()
    .openapi({ description: "A price table (docs/metering.md) as an object, to stand in front of list prices" }),
});

/** One line of the answer. `done` counts days of arrival; the last line has as many as there are. */
export const recomputeProgress = z.object({
  done: count,
  of: count,
  calls: count,
  unpriced: count,
  version: z.string(),
});

/** Every error answer: RFC 9457 in spirit, with a code that does not change its meaning. */
export const apiError = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() }),
});

export type TraceSummary = z.infer<typeof traceSummary>;
export type TraceFilter = z.infer<typeof traceFilter>;
export type TraceListQuery = z.infer<typeof traceListQuery>;
export type TraceList = z.infer<typeof traceList>;
export type Facets = z.infer<typeof facets>;
export type TraceSkeleton = z.infer<typeof traceSkeleton>;
export type SpanDetail = z.infer<typeof spanDetail>;
export type Status = z.infer<typeof status>;
export type RecomputeProgress = z.infer<typeof recomputeProgress>;
export type LiveSpan = z.infer<typeof liveSpan>;
