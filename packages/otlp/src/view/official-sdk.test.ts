import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeverityNumber, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { AggregationType, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { jsonToProtobuf } from "../json/json-to-protobuf.ts";
import { Signal } from "../signal.ts";
import type { RequestObject } from "../testing/encode-request.ts";
import { prune } from "../testing/prune.ts";
import { readRequest } from "../testing/read-request.ts";
import { indexLogs } from "./index-logs.ts";
import { indexMetrics } from "./index-metrics.ts";
import { indexTraces } from "./index-traces.ts";

const indexers = { [Signal.traces]: indexTraces, [Signal.logs]: indexLogs, [Signal.metrics]: indexMetrics };

/** What both encodings of one export hold, once they are seen to hold the same. */
function readBoth(signal: Signal, protobuf: Uint8Array | undefined, json: Uint8Array | undefined): RequestObject {
  assert.ok(protobuf && json);
  const read = (bytes: Uint8Array): RequestObject => prune(signal, readRequest(indexers[signal](bytes)));
  const request = read(protobuf);
  assert.deepEqual(request, prune(signal, JSON.parse(Buffer.from(json).toString())));
  assert.deepEqual(read(jsonToProtobuf(signal, json)), request);
  return request;
}

class Collector extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

describe("what the official SDK exports is read the same from protobuf and JSON", () => {
  it("as traces", async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const tracer = provider.getTracer("official", "1.2.3");
    const first = tracer.startSpan("chat gpt-4o", {
      kind: SpanKind.CLIENT,
      attributes: { "gen_ai.usage.input_tokens": 12, temperature: 0.5 },
    });
    first.addEvent("token", { index: 1, tags: ["a", "b"] });
    first.setStatus({ code: SpanStatusCode.ERROR, message: "no more" });
    first.end();
    tracer.startSpan("näxt 😀", { links: [{ context: first.spanContext(), attributes: { why: true } }] }).end();
    await provider.forceFlush();
    const spans = exporter.getFinishedSpans();
    const read = readBoth(
      Signal.traces,
      ProtobufTraceSerializer.serializeRequest(spans),
      JsonTraceSerializer.serializeRequest(spans),
    );
    assert.match(JSON.stringify(read), /"key":"tags","value":\{"arrayValue".*no more.*näxt 😀/);
  });

  it("as logs", async () => {
    const exporter = new InMemoryLogRecordExporter();
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
    const logger = provider.getLogger("official");
    logger.emit({
      body: "plain",
      severityNumber: SeverityNumber.WARN,
      severityText: "warn",
      attributes: { a: [1, 2] },
    });
    logger.emit({
      eventName: "gen_ai.choice",
      body: { index: 0, message: { content: "hëllo", parts: [null, true, 1.5, new Uint8Array([1, 2])] } },
    });
    await provider.forceFlush();
    const records = exporter.getFinishedLogRecords();
    const read = readBoth(
      Signal.logs,
      ProtobufLogsSerializer.serializeRequest(records),
      JsonLogsSerializer.serializeRequest(records),
    );
    assert.match(JSON.stringify(read), /"severityText":"warn".*hëllo.*"eventName":"gen_ai.choice"/);
  });

  it("as metrics", async () => {
    const reader = new Collector();
    const provider = new MeterProvider({
      readers: [reader],
      views: [{ instrumentName: "exponential", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
    });
    const meter = provider.getMeter("official");
    meter.createCounter("tokens", { unit: "{token}", description: "how many" }).add(5, { model: "a" });
    meter.createUpDownCounter("open").add(-0.5);
    meter.createGauge("temperature").record(21.5);
    for (const name of ["explicit", "exponential"])
      for (const value of [0, 0.3, 7, 4_000]) meter.createHistogram(name).record(value);
    const { resourceMetrics } = await reader.collect();
    const read = readBoth(
      Signal.metrics,
      ProtobufMetricsSerializer.serializeRequest(resourceMetrics),
      JsonMetricsSerializer.serializeRequest(resourceMetrics),
    );
    for (const part of [/"asDouble":-0.5/, /"gauge"/, /"bucketCounts"/, /"zeroCount":"1"/])
      assert.match(JSON.stringify(read), part);
    await provider.shutdown();
  });
});
