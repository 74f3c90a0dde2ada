import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { protobufToJson, Signal, type SignalName } from "@genscope/otlp";

interface Value {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values?: readonly Value[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}
interface KeyValue {
  readonly key: string;
  readonly value: Value;
}
interface Item {
  readonly name?: string;
  readonly eventName?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly attributes?: readonly KeyValue[];
  readonly histogram?: { readonly dataPoints?: readonly { readonly count?: string }[] };
}
interface Scope {
  readonly spans?: readonly Item[];
  readonly logRecords?: readonly Item[];
  readonly metrics?: readonly Item[];
}
interface Resource {
  readonly resource?: { readonly attributes?: readonly KeyValue[] };
  readonly scopeSpans?: readonly Scope[];
  readonly scopeLogs?: readonly Scope[];
  readonly scopeMetrics?: readonly Scope[];
}
interface Request {
  readonly resourceSpans?: readonly Resource[];
  readonly resourceLogs?: readonly Resource[];
  readonly resourceMetrics?: readonly Resource[];
}

/** A span, log record or metric as it arrived. */
export interface Received {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  /** Of a histogram: its measurements. */
  readonly count: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** An OTLP/HTTP collector on a free loopback port that keeps what it gets. */
export interface Collector {
  readonly url: string;
  readonly received: Readonly<Record<SignalName, Received[]>>;
  readonly requests: { readonly path: string; readonly headers: Readonly<Record<string, unknown>> }[];
  close(): Promise<void>;
}

function valueOf(value: Value): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(valueOf);
  if (value.kvlistValue !== undefined) return attributesOf(value.kvlistValue.values);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}

function attributesOf(list: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, valueOf(value)]));
}

function readRequest(signal: SignalName, bytes: Uint8Array): Received[] {
  const request = JSON.parse(new TextDecoder().decode(protobufToJson(Signal[signal], bytes))) as Request;
  const resources = request.resourceSpans ?? request.resourceLogs ?? request.resourceMetrics ?? [];
  return resources.flatMap(({ resource, scopeSpans, scopeLogs, scopeMetrics }) =>
    (scopeSpans ?? scopeLogs ?? scopeMetrics ?? [])
      .flatMap(({ spans, logRecords, metrics }) => spans ?? logRecords ?? metrics ?? [])
      .map((item) => ({
        name: item.name ?? item.eventName ?? "",
        traceId: item.traceId ?? "",
        spanId: item.spanId ?? "",
        parentSpanId: item.parentSpanId ?? "",
        traceState: item.traceState ?? "",
        count: (item.histogram?.dataPoints ?? []).reduce((sum, { count }) => sum + Number(count ?? 0), 0),
        attributes: attributesOf(item.attributes),
        resource: attributesOf(resource?.attributes),
      })),
  );
}

export async function startCollector(): Promise<Collector> {
  const received: Record<SignalName, Received[]> = { traces: [], logs: [], metrics: [] };
  const requests: Collector["requests"] = [];
  const server = createServer((request, reply) => {
    void buffer(request).then((body) => {
      const path = request.url ?? "";
      requests.push({ path, headers: request.headers });
      const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      const signal = path.split("/").at(-1) as SignalName;
      received[signal].push(...readRequest(signal, bytes));
      reply.writeHead(200, { "content-type": "application/x-protobuf" }).end();
      return undefined;
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the collector has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
