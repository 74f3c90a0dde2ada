/** How a field's value is written, in protobuf and in OTLP/JSON. `id` is `bytes` in hex, which OTLP has for trace and span ids alone. */
export type FieldKind =
  | "string"
  | "bytes"
  | "id"
  | "bool"
  | "enum"
  | "int64"
  | "uint64"
  | "uint32"
  | "sint32"
  | "fixed32"
  | "fixed64"
  | "sfixed64"
  | "double"
  | "message";

export interface FieldSchema {
  /** lowerCamelCase, as OTLP/JSON writes it. */
  readonly name: string;
  readonly number: number;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** Of a `oneof`, or `optional`: written even if zero. */
  readonly explicit: boolean;
  /** Of the message's `oneof` (none has two): each member replaces the one before. */
  readonly oneOf: boolean;
  /** Thunk, since `AnyValue` holds itself. */
  readonly message: (() => MessageSchema) | undefined;
  /** Names of an enum, by number. */
  readonly names: readonly string[] | undefined;
}

export interface MessageSchema {
  readonly name: string;
  readonly fields: readonly FieldSchema[];
}

interface FieldOptions {
  readonly repeated?: boolean;
  readonly explicit?: boolean;
  readonly oneOf?: boolean;
  readonly names?: readonly string[];
}

function field(number: number, name: string, kind: FieldKind, options: FieldOptions = {}): FieldSchema {
  return {
    number,
    name,
    kind,
    repeated: options.repeated ?? false,
    explicit: options.explicit ?? false,
    oneOf: options.oneOf ?? false,
    message: undefined,
    names: options.names,
  };
}

function nested(number: number, name: string, message: () => MessageSchema, options: FieldOptions = {}): FieldSchema {
  return { ...field(number, name, "message", options), explicit: true, message };
}

function list(number: number, name: string, message: () => MessageSchema): FieldSchema {
  return nested(number, name, message, many);
}

const oneOf: FieldOptions = { explicit: true, oneOf: true };
const optional: FieldOptions = { explicit: true };
const many: FieldOptions = { repeated: true };

// opentelemetry/proto/common/v1/common.proto
const arrayValue: MessageSchema = { name: "ArrayValue", fields: [list(1, "values", () => anyValue)] };
const keyValueList: MessageSchema = { name: "KeyValueList", fields: [list(1, "values", () => keyValue)] };
export const anyValue: MessageSchema = {
  name: "AnyValue",
  fields: [
    field(1, "stringValue", "string", oneOf),
    field(2, "boolValue", "bool", oneOf),
    field(3, "intValue", "int64", oneOf),
    field(4, "doubleValue", "double", oneOf),
    nested(5, "arrayValue", () => arrayValue, oneOf),
    nested(6, "kvlistValue", () => keyValueList, oneOf),
    field(7, "bytesValue", "bytes", oneOf),
  ],
};
const keyValue: MessageSchema = {
  name: "KeyValue",
  fields: [field(1, "key", "string"), nested(2, "value", () => anyValue)],
};
const attributes = (number: number, name = "attributes"): FieldSchema => list(number, name, () => keyValue);
const dropped = (number: number): FieldSchema => field(number, "droppedAttributesCount", "uint32");
const scope: MessageSchema = {
  name: "InstrumentationScope",
  fields: [field(1, "name", "string"), field(2, "version", "string"), attributes(3), dropped(4)],
};
const entityRef: MessageSchema = {
  name: "EntityRef",
  fields: [
    field(1, "schemaUrl", "string"),
    field(2, "type", "string"),
    field(3, "idKeys", "string", many),
    field(4, "descriptionKeys", "string", many),
  ],
};

// opentelemetry/proto/resource/v1/resource.proto
const resource: MessageSchema = {
  name: "Resource",
  fields: [attributes(1), dropped(2), list(3, "entityRefs", () => entityRef)],
};

/** The three requests are built alike. */
function request(
  signal: "Trace" | "Logs" | "Metrics",
  plural: "Spans" | "Logs" | "Metrics",
  item: FieldSchema,
): MessageSchema {
  const inScope: MessageSchema = {
    name: `Scope${plural}`,
    fields: [nested(1, "scope", () => scope), item, field(3, "schemaUrl", "string")],
  };
  const inResource: MessageSchema = {
    name: `Resource${plural}`,
    fields: [
      nested(1, "resource", () => resource),
      list(2, `scope${plural}`, () => inScope),
      field(3, "schemaUrl", "string"),
    ],
  };
  return { name: `Export${signal}ServiceRequest`, fields: [list(1, `resource${plural}`, () => inResource)] };
}

// opentelemetry/proto/trace/v1/trace.proto
const spanKinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"].map(
  (name) => `SPAN_KIND_${name}`,
);
const statusCodes = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];
const event: MessageSchema = {
  name: "Event",
  fields: [field(1, "timeUnixNano", "fixed64"), field(2, "name", "string"), attributes(3), dropped(4)],
};
const link: MessageSchema = {
  name: "Link",
  fields: [
    field(1, "traceId", "id"),
    field(2, "spanId", "id"),
    field(3, "traceState", "string"),
    attributes(4),
    dropped(5),
    field(6, "flags", "fixed32"),
  ],
};
const status: MessageSchema = {
  name: "Status",
  fields: [field(2, "message", "string"), field(3, "code", "enum", { names: statusCodes })],
};
export const span: MessageSchema = {
  name: "Span",
  fields: [
    field(1, "traceId", "id"),
    field(2, "spanId", "id"),
    field(3, "traceState", "string"),
    field(4, "parentSpanId", "id"),
    field(5, "name", "string"),
    field(6, "kind", "enum", { names: spanKinds }),
    field(7, "startTimeUnixNano", "fixed64"),
    field(8, "endTimeUnixNano", "fixed64"),
    attributes(9),
    dropped(10),
    list(11, "events", () => event),
    field(12, "droppedEventsCount", "uint32"),
    list(13, "links", () => link),
    field(14, "droppedLinksCount", "uint32"),
    nested(15, "status", () => status),
    field(16, "flags", "fixed32"),
  ],
};

// opentelemetry/proto/logs/v1/logs.proto
const severities = [
  "SEVERITY_NUMBER_UNSPECIFIED",
  ...["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].flatMap((level) =>
    ["", "2", "3", "4"].map((step) => `SEVERITY_NUMBER_${level}${step}`),
  ),
];
export const logRecord: MessageSchema = {
  name: "LogRecord",
  fields: [
    field(1, "timeUnixNano", "fixed64"),
    field(2, "severityNumber", "enum", { names: severities }),
    field(3, "severityText", "string"),
    nested(5, "body", () => anyValue),
    attributes(6),
    dropped(7),
    field(8, "flags", "fixed32"),
    field(9, "traceId", "id"),
    field(10, "spanId", "id"),
    field(11, "observedTimeUnixNano", "fixed64"),
    field(12, "eventName", "string"),
  ],
};

// opentelemetry/proto/metrics/v1/metrics.proto
const temporality = field(2, "aggregationTemporality", "enum", {
  names: ["UNSPECIFIED", "DELTA", "CUMULATIVE"].map((name) => `AGGREGATION_TEMPORALITY_${name}`),
});
const times = [field(2, "startTimeUnixNano", "fixed64"), field(3, "timeUnixNano", "fixed64")];
const exemplar: MessageSchema = {
  name: "Exemplar",
  fields: [
    field(2, "timeUnixNano", "fixed64"),
    field(3, "asDouble", "double", oneOf),
    field(4, "spanId", "id"),
    field(5, "traceId", "id"),
    field(6, "asInt", "sfixed64", oneOf),
    attributes(7, "filteredAttributes"),
  ],
};
export const numberPoint: MessageSchema = {
  name: "NumberDataPoint",
  fields: [
    ...times,
    field(4, "asDouble", "double", oneOf),
    list(5, "exemplars", () => exemplar),
    field(6, "asInt", "sfixed64", oneOf),
    attributes(7),
    field(8, "flags", "uint32"),
  ],
};
export const histogramPoint: MessageSchema = {
  name: "HistogramDataPoint",
  fields: [
    ...times,
    field(4, "count", "fixed64"),
    field(5, "sum", "double", optional),
    field(6, "bucketCounts", "fixed64", many),
    field(7, "explicitBounds", "double", many),
    list(8, "exemplars", () => exemplar),
    attributes(9),
    field(10, "flags", "uint32"),
    field(11, "min", "double", optional),
    field(12, "max", "double", optional),
  ],
};
const buckets: MessageSchema = {
  name: "Buckets",
  fields: [field(1, "offset", "sint32"), field(2, "bucketCounts", "uint64", many)],
};
export const exponentialHistogramPoint: MessageSchema = {
  name: "ExponentialHistogramDataPoint",
  fields: [
    attributes(1),
    ...times,
    field(4, "count", "fixed64"),
    field(5, "sum", "double", optional),
    field(6, "scale", "sint32"),
    field(7, "zeroCount", "fixed64"),
    nested(8, "positive", () => buckets),
    nested(9, "negative", () => buckets),
    field(10, "flags", "uint32"),
    list(11, "exemplars", () => exemplar),
    field(12, "min", "double", optional),
    field(13, "max", "double", optional),
    field(14, "zeroThreshold", "double"),
  ],
};
const valueAtQuantile: MessageSchema = {
  name: "ValueAtQuantile",
  fields: [field(1, "quantile", "double"), field(2, "value", "double")],
};
export const summaryPoint: MessageSchema = {
  name: "SummaryDataPoint",
  fields: [
    ...times,
    field(4, "count", "fixed64"),
    field(5, "sum", "double"),
    list(6, "quantileValues", () => valueAtQuantile),
    attributes(7),
    field(8, "flags", "uint32"),
  ],
};
const points = (point: MessageSchema): FieldSchema => list(1, "dataPoints", () => point);
const gauge: MessageSchema = { name: "Gauge", fields: [points(numberPoint)] };
const sum: MessageSchema = {
  name: "Sum",
  fields: [points(numberPoint), temporality, field(3, "isMonotonic", "bool")],
};
const histogram: MessageSchema = { name: "Histogram", fields: [points(histogramPoint), temporality] };
const exponentialHistogram: MessageSchema = {
  name: "ExponentialHistogram",
  fields: [points(exponentialHistogramPoint), temporality],
};
const summary: MessageSchema = { name: "Summary", fields: [points(summaryPoint)] };
export const metric: MessageSchema = {
  name: "Metric",
  fields: [
    field(1, "name", "string"),
    field(2, "description", "string"),
    field(3, "unit", "string"),
    nested(5, "gauge", () => gauge, oneOf),
    nested(7, "sum", () => sum, oneOf),
    nested(9, "histogram", () => histogram, oneOf),
    nested(10, "exponentialHistogram", () => exponentialHistogram, oneOf),
    nested(11, "summary", () => summary, oneOf),
    attributes(12, "metadata"),
  ],
};

export const traceRequest: MessageSchema = request(
  "Trace",
  "Spans",
  list(2, "spans", () => span),
);
export const logsRequest: MessageSchema = request(
  "Logs",
  "Logs",
  list(2, "logRecords", () => logRecord),
);
export const metricsRequest: MessageSchema = request(
  "Metrics",
  "Metrics",
  list(2, "metrics", () => metric),
);
