import {
  readEntityRefs,
  readExemplarValue,
  readExponentialHistogramPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
} from "../view/read-point.ts";
import type { Measured } from "../view/read-point.ts";
import { readFixed64, readHex, readString } from "../view/read-scalar.ts";
import { readAttributes, readValue } from "../view/read-value.ts";
import { MetricType } from "../view/tables.ts";
import type { LogView, MetricView, TraceView, View } from "../view/views.ts";
import type { RequestObject } from "./encode-request.ts";

/** Everything a view holds, read through its tables, in the shape of OTLP/JSON. */
export function readRequest(view: TraceView | LogView | MetricView): RequestObject {
  if ("spans" in view) return readResources(view, "Spans", "spans", view.spans, (row) => readSpan(view, row));
  if ("logs" in view) return readResources(view, "Logs", "logRecords", view.logs, (row) => readLog(view, row));
  return readResources(view, "Metrics", "metrics", view.metrics, (row) => readMetric(view, row));
}

function readResources(
  view: View,
  plural: string,
  items: string,
  table: { readonly count: number; readonly scope: Int32Array },
  read: (row: number) => RequestObject,
): RequestObject {
  const { resources, scopes } = view;
  const rows = Array.from({ length: table.count }, (_, row) => row);
  const scopeRows = Array.from({ length: scopes.count }, (_, row) => row);
  return {
    [`resource${plural}`]: Array.from({ length: resources.count }, (_, resource) => ({
      resource: {
        attributes: readAttributes(view, resources.firstAttribute[resource]!),
        droppedAttributesCount: resources.droppedAttributesCount[resource],
        entityRefs: readEntityRefs(view, resource),
      },
      [`scope${plural}`]: scopeRows
        .filter((scope) => scopes.resource[scope] === resource)
        .map((scope) => ({
          scope: {
            name: readString(view, scopes.nameOffset[scope]!, scopes.nameLength[scope]!),
            version: readString(view, scopes.versionOffset[scope]!, scopes.versionLength[scope]!),
            attributes: readAttributes(view, scopes.firstAttribute[scope]!),
            droppedAttributesCount: scopes.droppedAttributesCount[scope],
          },
          [items]: rows.filter((row) => table.scope[row] === scope).map(read),
          schemaUrl: readString(view, scopes.schemaUrlOffset[scope]!, scopes.schemaUrlLength[scope]!),
        })),
      schemaUrl: readString(view, resources.schemaUrlOffset[resource]!, resources.schemaUrlLength[resource]!),
    })),
  };
}

function readSpan(view: TraceView, row: number): RequestObject {
  const { spans, events, links } = view;
  return {
    traceId: readHex(view, spans.traceIdOffset[row]!, 16),
    spanId: readHex(view, spans.spanIdOffset[row]!, 8),
    traceState: readString(view, spans.traceStateOffset[row]!, spans.traceStateLength[row]!),
    parentSpanId: readHex(view, spans.parentSpanIdOffset[row]!, 8),
    name: readString(view, spans.nameOffset[row]!, spans.nameLength[row]!),
    kind: spans.kind[row],
    startTimeUnixNano: readFixed64(view, spans.startTimeOffset[row]!),
    endTimeUnixNano: readFixed64(view, spans.endTimeOffset[row]!),
    attributes: readAttributes(view, spans.firstAttribute[row]!),
    droppedAttributesCount: spans.droppedAttributesCount[row],
    events: chain(spans.firstEvent[row]!, events.next, spans.eventCount[row]!).map((event) => ({
      timeUnixNano: readFixed64(view, events.timeOffset[event]!),
      name: readString(view, events.nameOffset[event]!, events.nameLength[event]!),
      attributes: readAttributes(view, events.firstAttribute[event]!),
      droppedAttributesCount: events.droppedAttributesCount[event],
    })),
    droppedEventsCount: spans.droppedEventsCount[row],
    links: chain(spans.firstLink[row]!, links.next, spans.linkCount[row]!).map((link) => ({
      traceId: readHex(view, links.traceIdOffset[link]!, 16),
      spanId: readHex(view, links.spanIdOffset[link]!, 8),
      traceState: readString(view, links.traceStateOffset[link]!, links.traceStateLength[link]!),
      attributes: readAttributes(view, links.firstAttribute[link]!),
      droppedAttributesCount: links.droppedAttributesCount[link],
      flags: links.flags[link],
    })),
    droppedLinksCount: spans.droppedLinksCount[row],
    status: {
      message: readString(view, spans.statusMessageOffset[row]!, spans.statusMessageLength[row]!),
      code: spans.statusCode[row],
    },
    flags: spans.flags[row],
  };
}

function readLog(view: LogView, row: number): RequestObject {
  const { logs } = view;
  return {
    timeUnixNano: readFixed64(view, logs.timeOffset[row]!),
    severityNumber: logs.severityNumber[row],
    severityText: readString(view, logs.severityTextOffset[row]!, logs.severityTextLength[row]!),
    body: readValue(view, logs.bodyType[row]!, logs.bodyOffset[row]!, logs.bodyLength[row]!),
    attributes: readAttributes(view, logs.firstAttribute[row]!),
    droppedAttributesCount: logs.droppedAttributesCount[row],
    flags: logs.flags[row],
    traceId: readHex(view, logs.traceIdOffset[row]!, 16),
    spanId: readHex(view, logs.spanIdOffset[row]!, 8),
    observedTimeUnixNano: readFixed64(view, logs.observedTimeOffset[row]!),
    eventName: readString(view, logs.eventNameOffset[row]!, logs.eventNameLength[row]!),
  };
}

const dataNames: Readonly<Record<number, string>> = {
  [MetricType.gauge]: "gauge",
  [MetricType.sum]: "sum",
  [MetricType.histogram]: "histogram",
  [MetricType.exponentialHistogram]: "exponentialHistogram",
  [MetricType.summary]: "summary",
};

function readMetric(view: MetricView, row: number): RequestObject {
  const { metrics, points } = view;
  const type = metrics.type[row]!;
  const own = Array.from({ length: points.count }, (_, point) => point).filter((point) => points.metric[point] === row);
  const data = {
    dataPoints: own.map((point) => readPoint(view, point, type)),
    aggregationTemporality: metrics.aggregationTemporality[row],
    isMonotonic: metrics.isMonotonic[row] === 1,
  };
  const name = dataNames[type];
  return {
    name: readString(view, metrics.nameOffset[row]!, metrics.nameLength[row]!),
    description: readString(view, metrics.descriptionOffset[row]!, metrics.descriptionLength[row]!),
    unit: readString(view, metrics.unitOffset[row]!, metrics.unitLength[row]!),
    ...(name === undefined ? {} : { [name]: data }),
    metadata: readAttributes(view, metrics.firstMetadata[row]!),
  };
}

function readPoint(view: MetricView, point: number, type: number): RequestObject {
  const { points, exemplars } = view;
  const common = {
    startTimeUnixNano: readFixed64(view, points.startTimeOffset[point]!),
    timeUnixNano: readFixed64(view, points.timeOffset[point]!),
    attributes: readAttributes(view, points.firstAttribute[point]!),
    flags: points.flags[point],
    exemplars: chain(points.firstExemplar[point]!, exemplars.next, points.exemplarCount[point]!).map((exemplar) => ({
      timeUnixNano: readFixed64(view, exemplars.timeOffset[exemplar]!),
      ...measured(readExemplarValue(view, exemplar)),
      spanId: readHex(view, exemplars.spanIdOffset[exemplar]!, 8),
      traceId: readHex(view, exemplars.traceIdOffset[exemplar]!, 16),
      filteredAttributes: readAttributes(view, exemplars.firstAttribute[exemplar]!),
    })),
  };
  if (type === MetricType.histogram) return { ...common, ...readHistogramPoint(view, point) };
  if (type === MetricType.exponentialHistogram) return { ...common, ...readExponentialHistogramPoint(view, point) };
  if (type === MetricType.summary) return { ...common, ...readSummaryPoint(view, point) };
  return { ...common, ...measured(readNumberPoint(view, point)) };
}

function measured(value: Measured): RequestObject {
  if (value === undefined) return {};
  return typeof value === "bigint" ? { asInt: value } : { asDouble: value };
}

function chain(first: number, next: Int32Array, count: number): number[] {
  const rows: number[] = [];
  for (let row = first; row !== -1; row = next[row]!) rows.push(row);
  if (rows.length !== count) throw new Error(`a list of ${rows.length} is counted as ${count}`);
  return rows;
}
