import type { AnyValue, KeyValue } from "@genscope/otlp";
import type { PipelineSignal } from "../components.ts";

type Json = Readonly<Record<string, unknown>>;
/** An export request as OTLP/JSON. */
export type RequestJson = Readonly<Record<string, readonly Json[]>>;

const words = {
  traces: { resources: "resourceSpans", scopes: "scopeSpans", items: "spans", label: "Spans", short: "Traces" },
  logs: { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords", label: "Log", short: "Log" },
  metrics: {
    resources: "resourceMetrics",
    scopes: "scopeMetrics",
    items: "metrics",
    label: "Metrics",
    short: "Metrics",
  },
} as const;

function listOf(from: Json | undefined, key: string): readonly Json[] {
  return (from?.[key] as readonly Json[] | undefined) ?? [];
}

function attributesOf(from: Json | undefined): readonly KeyValue[] {
  return (from?.["attributes"] as readonly KeyValue[] | undefined) ?? [];
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A value without its type. */
function bare(value: AnyValue | undefined): string {
  if (value === undefined) return "";
  if (value.arrayValue !== undefined) return `[${(value.arrayValue.values ?? []).map(bare).join(",")}]`;
  if (value.kvlistValue !== undefined) {
    return `{${(value.kvlistValue.values ?? []).map((one) => `${one.key}:${bare(one.value)}`).join(",")}}`;
  }
  return textOf(Object.values(value)[0]);
}

const typeNames: Readonly<Record<string, string>> = {
  stringValue: "Str",
  intValue: "Int",
  doubleValue: "Double",
  boolValue: "Bool",
  arrayValue: "Slice",
  kvlistValue: "Map",
  bytesValue: "Bytes",
};

function typed(value: AnyValue | undefined): string {
  const kind = value === undefined ? undefined : Object.keys(value)[0];
  return kind === undefined ? "Empty()" : `${typeNames[kind] ?? "Empty"}(${bare(value)})`;
}

function pairs(attributes: readonly KeyValue[]): string {
  return attributes.map(({ key, value }) => ` ${key}=${bare(value)}`).join("");
}

/** One line an item, under a line for its resource and scope. */
export function describeNormal(signal: PipelineSignal, request: RequestJson): string {
  const { resources, scopes, items, short } = words[signal];
  return listOf(request, resources)
    .flatMap((resource, r) => [
      `Resource${short} #${r}${pairs(attributesOf(resource["resource"] as Json | undefined))}`,
      ...listOf(resource, scopes).flatMap((scoped, s) => {
        const scope = (scoped["scope"] ?? {}) as Json;
        const version = textOf(scope["version"]);
        return [
          `Scope${short} #${s} ${textOf(scope["name"])}${version === "" ? "" : `@${version}`}${pairs(attributesOf(scope))}`,
          ...listOf(scoped, items).flatMap((item) => normalLines(signal, item)),
        ];
      }),
    ])
    .join("\n");
}

function normalLines(signal: PipelineSignal, item: Json): string[] {
  if (signal === "traces") {
    return [`${textOf(item["name"])} ${textOf(item["traceId"])} ${textOf(item["spanId"])}${pairs(attributesOf(item))}`];
  }
  if (signal === "logs") return [`${bare(item["body"] as AnyValue | undefined)}${pairs(attributesOf(item))}`];
  return pointsOf(item).map((point) => {
    const value = textOf(point["asDouble"] ?? point["asInt"]);
    const rest = ["count", "sum", "min", "max"].filter((key) => point[key] !== undefined);
    const facts = value === "" ? rest.map((key) => ` ${key}=${textOf(point[key])}`).join("") : ` ${value}`;
    return `${textOf(item["name"])}{${pairs(attributesOf(point)).trim().replaceAll(" ", ",")}}${facts}`;
  });
}

const dataTypes: Readonly<Record<string, string>> = {
  gauge: "Gauge",
  sum: "Sum",
  histogram: "Histogram",
  exponentialHistogram: "ExponentialHistogram",
  summary: "Summary",
};
const temporalities = ["Unspecified", "Delta", "Cumulative"];

function dataOf(metric: Json): readonly [type: string, data: Json] {
  const found = Object.keys(dataTypes).find((key) => metric[key] !== undefined);
  return found === undefined ? ["Empty", {}] : [dataTypes[found]!, metric[found] as Json];
}

function pointsOf(metric: Json): readonly Json[] {
  return listOf(dataOf(metric)[1], "dataPoints");
}

/** Everything there is to a request. */
export function describeDetailed(signal: PipelineSignal, request: RequestJson): string {
  const { resources, scopes, items, label } = words[signal];
  return listOf(request, resources)
    .flatMap((resource, r) => [
      `Resource${label} #${r}`,
      `Resource SchemaURL: ${textOf(resource["schemaUrl"])}`,
      ...attributeLines("Resource attributes:", attributesOf(resource["resource"] as Json | undefined), "     "),
      ...listOf(resource, scopes).flatMap((scoped, s) => {
        const scope = (scoped["scope"] ?? {}) as Json;
        return [
          `Scope${label === "Log" ? "Logs" : label} #${s}`,
          `Scope${label === "Log" ? "Logs" : label} SchemaURL: ${textOf(scoped["schemaUrl"])}`,
          `InstrumentationScope ${textOf(scope["name"])} ${textOf(scope["version"])}`,
          ...attributeLines("InstrumentationScope attributes:", attributesOf(scope), "     "),
          ...listOf(scoped, items).flatMap((item, i) => detailedLines[signal](item, i)),
        ];
      }),
    ])
    .join("\n");
}

function attributeLines(title: string, attributes: readonly KeyValue[], indent: string): string[] {
  if (attributes.length === 0) return [];
  return [title, ...attributes.map(({ key, value }) => `${indent}-> ${key}: ${typed(value)}`)];
}

const kinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const codes = ["Unset", "Ok", "Error"];

function time(nanos: unknown): string {
  const text = textOf(nanos);
  if (text === "" || text === "0") return "1970-01-01 00:00:00 +0000 UTC";
  const value = BigInt(text);
  const fraction = (value % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/, "");
  const seconds = new Date(Number(value / 1_000_000_000n) * 1000).toISOString().slice(0, 19).replace("T", " ");
  return `${seconds}${fraction === "" ? "" : `.${fraction}`} +0000 UTC`;
}

function field(name: string, value: string): string {
  return `    ${name.padEnd(15)}: ${value}`;
}

const detailedLines: Readonly<Record<PipelineSignal, (item: Json, index: number) => string[]>> = {
  traces: spanLines,
  logs: logLines,
  metrics: metricLines,
};

function spanLines(span: Json, index: number): string[] {
  const status = (span["status"] ?? {}) as Json;
  const state = textOf(span["traceState"]);
  return [
    `Span #${index}`,
    field("Trace ID", textOf(span["traceId"])),
    field("Parent ID", textOf(span["parentSpanId"])),
    field("ID", textOf(span["spanId"])),
    field("Name", textOf(span["name"])),
    field("Kind", kinds[Number(span["kind"] ?? 0)] ?? "Unspecified"),
    ...(state === "" ? [] : [field("TraceState", state)]),
    field("Start time", time(span["startTimeUnixNano"])),
    field("End time", time(span["endTimeUnixNano"])),
    field("Status code", codes[Number(status["code"] ?? 0)] ?? "Unset"),
    field("Status message", textOf(status["message"])),
    ...attributeLines("Attributes:", attributesOf(span), "     "),
    ...listed("Events:", listOf(span, "events"), (event, i) => [
      `SpanEvent #${i}`,
      `     -> Name: ${textOf(event["name"])}`,
      `     -> Timestamp: ${time(event["timeUnixNano"])}`,
      `     -> DroppedAttributesCount: ${Number(event["droppedAttributesCount"] ?? 0)}`,
      ...attributeLines("     -> Attributes::", attributesOf(event), "          "),
    ]),
    ...listed("Links:", listOf(span, "links"), (link, i) => [
      `SpanLink #${i}`,
      `     -> Trace ID: ${textOf(link["traceId"])}`,
      `     -> ID: ${textOf(link["spanId"])}`,
      `     -> TraceState: ${textOf(link["traceState"])}`,
      `     -> DroppedAttributesCount: ${Number(link["droppedAttributesCount"] ?? 0)}`,
      ...attributeLines("     -> Attributes::", attributesOf(link), "          "),
    ]),
  ];
}

function listed(title: string, items: readonly Json[], describe: (item: Json, index: number) => string[]): string[] {
  return items.length === 0 ? [] : [title, ...items.flatMap(describe)];
}

function logLines(log: Json, index: number): string[] {
  const name = textOf(log["eventName"]);
  return [
    `LogRecord #${index}`,
    `ObservedTimestamp: ${time(log["observedTimeUnixNano"])}`,
    `Timestamp: ${time(log["timeUnixNano"])}`,
    `SeverityText: ${textOf(log["severityText"])}`,
    `SeverityNumber: ${severity(Number(log["severityNumber"] ?? 0))}`,
    ...(name === "" ? [] : [`EventName: ${name}`]),
    `Body: ${typed(log["body"] as AnyValue | undefined)}`,
    ...attributeLines("Attributes:", attributesOf(log), "     "),
    `Trace ID: ${textOf(log["traceId"])}`,
    `Span ID: ${textOf(log["spanId"])}`,
    `Flags: ${Number(log["flags"] ?? 0)}`,
  ];
}

function severity(number: number): string {
  if (number < 1 || number > 24) return "Unspecified(0)";
  const step = (number - 1) % 4;
  return `${["Trace", "Debug", "Info", "Warn", "Error", "Fatal"][Math.floor((number - 1) / 4)]}${step === 0 ? "" : step + 1}(${number})`;
}

function metricLines(metric: Json, index: number): string[] {
  const [type, data] = dataOf(metric);
  const temporality = data["aggregationTemporality"];
  return [
    `Metric #${index}`,
    "Descriptor:",
    `     -> Name: ${textOf(metric["name"])}`,
    `     -> Description: ${textOf(metric["description"])}`,
    `     -> Unit: ${textOf(metric["unit"])}`,
    `     -> DataType: ${type}`,
    ...(type === "Sum" ? [`     -> IsMonotonic: ${data["isMonotonic"] === true}`] : []),
    ...(temporality === undefined
      ? []
      : [`     -> AggregationTemporality: ${temporalities[Number(temporality)] ?? ""}`]),
    ...pointsOf(metric).flatMap((point, i) => pointLines(type, point, i)),
  ];
}

function pointLines(type: string, point: Json, index: number): string[] {
  const title = type === "Sum" || type === "Gauge" ? "NumberDataPoints" : `${type}DataPoints`;
  const value = point["asDouble"] ?? point["asInt"];
  return [
    `${title} #${index}`,
    ...attributeLines("Data point attributes:", attributesOf(point), "     "),
    `StartTimestamp: ${time(point["startTimeUnixNano"])}`,
    `Timestamp: ${time(point["timeUnixNano"])}`,
    ...(value === undefined ? [] : [`Value: ${textOf(value)}`]),
    ...["count", "sum", "min", "max", "scale", "zeroCount"]
      .filter((key) => point[key] !== undefined)
      .map((key) => `${key[0]!.toUpperCase()}${key.slice(1)}: ${textOf(point[key])}`),
    ...((point["explicitBounds"] as readonly number[] | undefined) ?? []).map(
      (bound, i) => `ExplicitBounds #${i}: ${bound.toFixed(6)}`,
    ),
    ...((point["bucketCounts"] as readonly string[] | undefined) ?? []).map(
      (count, i) => `Buckets #${i}, Count: ${count}`,
    ),
    ...((point["quantileValues"] as readonly Json[] | undefined) ?? []).map(
      (one, i) => `QuantileValue #${i}: Quantile ${textOf(one["quantile"] ?? 0)}, Value ${textOf(one["value"] ?? 0)}`,
    ),
  ];
}
