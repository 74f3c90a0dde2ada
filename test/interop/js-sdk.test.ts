import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  context,
  createTraceState,
  SeverityNumber,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
  BatchLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { eventually, type RunningGenscope, startGenscope } from "./genscope.ts";
import { fromReadableLogRecord, fromReadableSpan, type WireForm } from "./js-span.ts";
import { assertLogsStored, assertStored } from "./sent-span.ts";

const remote: SpanContext = {
  traceId: "0123456789abcdef0123456789abcdef",
  spanId: "fedcba9876543210",
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
  traceState: createTraceState("vendor=a:b,other=1"),
};

/** Everything that is hard to carry, in the types that the SDK takes. */
function sendHardCases(tracer: Tracer, form: WireForm): void {
  const parent = trace.setSpanContext(context.active(), { ...remote, traceId: traceIdOf(form) });
  const links = Array.from({ length: 4 }, (_, index) => ({ context: remote, attributes: { index, weight: 0.1 } }));
  const span = tracer.startSpan("hard cases ☕ \u202e", { kind: SpanKind.PRODUCER, links }, parent);
  span.setAttributes({
    "int.safe": Number.MAX_SAFE_INTEGER,
    "int.unsafe": 2 ** 60,
    "int.negative": -(2 ** 53) - 2,
    "int.zero": 0,
    "double.third": 1 / 3,
    "double.tiny": 5e-324,
    "bool.true": true,
    "bool.false": false,
    "text.empty": "",
    "text.unicode": 'äöü 本 🚀 \u0000 \u202e \n\t"\\',
    "text.long": "x".repeat(70_000),
    "list.texts": ["a", "", "ß"],
    "list.numbers": [1, 2.5, -3],
    "list.bools": [true, false],
    "list.empty": [],
    bytes: new Uint8Array([0, 255, 16, 254]),
    map: { inner: { deep: [1, "two", 3.5] }, flag: true },
    "double.nan": Number.NaN,
    "double.infinite": Number.NEGATIVE_INFINITY,
    // as JSON the SDK writes it as an integer, and it is not one of 64 bits
    "double.huge": 1.5e308,
  });
  for (let index = 0; index < 5; index++)
    span.addEvent(`event ${index}`, { index, ratio: 0.5 }, [1_700_000_000, 123_456_789 + index]);
  span.recordException(new TypeError("bad ünput"));
  span.setStatus({ code: SpanStatusCode.ERROR, message: "it went wröng" });

  const child = tracer.startSpan(
    "ok",
    { kind: SpanKind.CONSUMER, startTime: [1_700_000_000, 1] },
    trace.setSpan(parent, span),
  );
  child.setStatus({ code: SpanStatusCode.OK });
  child.end([1_700_000_000, 1]);
  tracer
    .startSpan("root of its own", { root: true, kind: SpanKind.SERVER, startTime: [1_700_000_000, 999_999_999] })
    .end([1_700_000_001, 0]);
  span.end();
}

let traceCount = 0;
const traceIdOf = (form: WireForm): string =>
  `${form === "json" ? "aa" : "bb"}${String(traceCount++).padStart(30, "0")}`;

describe("the JavaScript SDK", () => {
  let genscope: RunningGenscope;
  before(async () => {
    genscope = await startGenscope();
  });
  after(() => genscope.stop());

  const transports: readonly { name: string; form: WireForm; exporter: () => SpanExporter }[] = [
    { name: "gRPC", form: "protobuf", exporter: () => new GrpcExporter({ url: genscope.grpc }) },
    {
      name: "HTTP/protobuf",
      form: "protobuf",
      exporter: () => new ProtobufExporter({ url: `${genscope.http}/v1/traces` }),
    },
    { name: "HTTP/JSON", form: "json", exporter: () => new JsonExporter({ url: `${genscope.http}/v1/traces` }) },
  ];
  for (const { name, form, exporter } of transports) {
    it(`over ${name}: every span arrives once, with every attribute`, async () => {
      const sent = new InMemorySpanExporter();
      const provider = new TracerProvider({
        resource: resourceFromAttributes(
          { "service.name": `interop-js ${name}`, "interop.list": ["ä", "本"], "interop.ratio": 0.25 },
          { schemaUrl: "https://opentelemetry.io/schemas/1.40.0" },
        ),
        spanLimits: { eventCountLimit: 4, linkCountLimit: 3, attributeCountLimit: 100 },
        spanProcessors: [new SimpleSpanProcessor({ exporter: sent }), new BatchSpanProcessor({ exporter: exporter() })],
      });
      sendHardCases(
        provider.getTracer("interop.js", "1.2.3", { schemaUrl: "https://opentelemetry.io/schemas/1.41.0" }),
        form,
      );
      await provider.forceFlush();
      const spans = sent.getFinishedSpans().map((span) => fromReadableSpan(span, form));
      await provider.shutdown();
      assert.equal(spans.length, 3);
      const hard = spans.find((span) => span.name.startsWith("hard cases"));
      assert.ok(hard && hard.droppedEventsCount > 0 && hard.droppedLinksCount > 0 && hard.attributes.length >= 17);
      await assertStored(genscope, spans);
    });
  }

  it("has its log records shown with their span", async () => {
    const sentSpans = new InMemorySpanExporter();
    const resource = resourceFromAttributes({ "service.name": "interop-js logs" });
    const tracers = new TracerProvider({
      resource,
      spanProcessors: [
        new SimpleSpanProcessor({ exporter: sentSpans }),
        new BatchSpanProcessor({ exporter: new ProtobufExporter({ url: `${genscope.http}/v1/traces` }) }),
      ],
    });
    const sentLogs = new InMemoryLogRecordExporter();
    const loggers = new LoggerProvider({
      resource,
      processors: [
        new SimpleLogRecordProcessor({ exporter: sentLogs }),
        new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${genscope.http}/v1/logs` }) }),
      ],
    });
    const span = tracers.getTracer("interop.js").startSpan("with logs");
    const logger = loggers.getLogger("interop.js.logs", "1.0");
    const within = trace.setSpan(context.active(), span);
    logger.emit({
      context: within,
      eventName: "interop.event",
      severityNumber: SeverityNumber.WARN2,
      severityText: "WARN2",
      body: { text: "structured ü", numbers: [1, 2.5], flag: true },
      attributes: { "log.int": Number.MAX_SAFE_INTEGER, "log.map": { inner: "ä" } },
      timestamp: [1_700_000_000, 123_456_789],
    });
    logger.emit({ context: within, body: "plain text", timestamp: [1_700_000_000, 123_456_790] });
    span.end();
    await tracers.forceFlush();
    await loggers.forceFlush();
    await assertStored(
      genscope,
      sentSpans.getFinishedSpans().map((one) => fromReadableSpan(one, "protobuf")),
    );
    const records = sentLogs.getFinishedLogRecords().map((record) => fromReadableLogRecord(record, "protobuf"));
    assert.equal(records.length, 2);
    await assertLogsStored(genscope, records);
    await Promise.all([tracers.shutdown(), loggers.shutdown()]);
  });

  it("has its metrics stored, of every kind it knows", async () => {
    const meters = new MeterProvider({
      resource: resourceFromAttributes({ "service.name": "interop-js metrics" }),
      readers: [
        new PeriodicExportingMetricReader({
          exporter: new OTLPMetricExporter({ url: `${genscope.http}/v1/metrics` }),
          exportIntervalMillis: 3_600_000,
        }),
      ],
    });
    const meter = meters.getMeter("interop.js.meter", "0.9");
    meter.createCounter("interop.js.counter", { unit: "{call}" }).add(12, { kind: "ä" });
    meter.createGauge("interop.js.gauge").record(36.6);
    const histogram = meter.createHistogram("interop.js.histogram", {
      unit: "s",
      advice: { explicitBucketBoundaries: [0.1, 1] },
    });
    for (const seconds of [0.0625, 0.5, 5]) histogram.record(seconds);
    await meters.shutdown(); // exports once; a flush before it would export everything twice

    const row = (table: string, columns: string): Promise<Record<string, unknown>> =>
      eventually(async () => {
        const sql = `SELECT ${columns} FROM ${table} WHERE ServiceName = 'interop-js metrics'`;
        const [first, ...more] = await genscope.query(sql);
        assert.equal(more.length, 0);
        return first;
      }, table);
    assert.deepEqual(
      await row("otel_metrics_sum", "MetricName, MetricUnit, Value, IsMonotonic, Attributes['kind'] AS kind"),
      {
        MetricName: "interop.js.counter",
        MetricUnit: "{call}",
        Value: 12,
        IsMonotonic: true,
        kind: "ä",
      },
    );
    assert.deepEqual(await row("otel_metrics_gauge", "MetricName, Value, ScopeName, ScopeVersion"), {
      MetricName: "interop.js.gauge",
      Value: 36.6,
      ScopeName: "interop.js.meter",
      ScopeVersion: "0.9",
    });
    assert.deepEqual(
      await row(
        "otel_metrics_histogram",
        "MetricName, toString(Count) AS Count, Sum, arrayMap(x -> toString(x), BucketCounts) AS BucketCounts, ExplicitBounds",
      ),
      {
        MetricName: "interop.js.histogram",
        Count: "3",
        Sum: 5.5625,
        BucketCounts: ["1", "1", "1"],
        ExplicitBounds: [0.1, 1],
      },
    );
  });
});
