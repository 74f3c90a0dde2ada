import assert from "node:assert/strict";
import { it } from "node:test";
import { InMemoryLogRecordExporter, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, type Sampler, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { HeadSampler } from "../sampling/head-sampler.ts";
import type { LogRecordProcessor, MetricReader, SpanProcessor } from "./extensions.ts";
import { createProviders } from "./providers.ts";

const none = { OTEL_TRACES_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" };

it("what a set-up takes is what OpenTelemetry's packages have", async () => {
  const spans = new InMemorySpanExporter();
  const logs = new InMemoryLogRecordExporter();
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const spanProcessors: readonly SpanProcessor[] = [new SimpleSpanProcessor({ exporter: spans })];
  const logRecordProcessors: readonly LogRecordProcessor[] = [new SimpleLogRecordProcessor({ exporter: logs })];
  const metricReaders: readonly MetricReader[] = [new PeriodicExportingMetricReader({ exporter: metrics })];
  const options = { spanProcessors, logRecordProcessors, metricReaders, fromBaggage: false };
  const providers = createProviders(options, none);
  providers.tracerProvider.getTracer("test").startSpan("one").end();
  providers.loggerProvider.getLogger("test").emit({ eventName: "two" });
  providers.meterProvider?.getMeter("test").createCounter("three").add(1);
  const { meterProvider } = providers;
  assert.ok(meterProvider !== undefined);
  const all = [providers.tracerProvider, providers.loggerProvider, meterProvider];
  await Promise.all(all.map((provider) => provider.forceFlush()));
  assert.deepEqual(
    spans.getFinishedSpans().map(({ name }) => name),
    ["one"],
  );
  assert.deepEqual(
    logs.getFinishedLogRecords().map(({ eventName }) => eventName),
    ["two"],
  );
  assert.equal(metrics.getMetrics()[0]?.scopeMetrics[0]?.metrics[0]?.descriptor.name, "three");
  await Promise.all(all.map((provider) => provider.shutdown()));
});

it("its sampler is one for a set-up that is not ours", () => {
  const sampler: Sampler = new HeadSampler({ ratio: 0 });
  const span = new TracerProvider({ sampler }).getTracer("test").startSpan("one");
  assert.equal(span.isRecording(), false);
});
