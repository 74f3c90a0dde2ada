import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as GrpcTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace";
import { OtlpError } from "../errors.ts";
import { Signal } from "../signal.ts";
import { createGrpcReceiver } from "./grpc-receiver.ts";
import { createHttpReceiver } from "./http-receiver.ts";
import { createRecordingSink } from "./recording-sink.ts";
import type { ReceivedRequest, ReceiveResult } from "./sink.ts";

/*
 * What the official JavaScript exporters send and how they take each answer. Their types come from two releases that
 * share no classes, hence the structural `Exporter`.
 */

interface Exporter<T> {
  export(items: T, done: (result: { readonly code: number; readonly error?: Error }) => void): void;
  shutdown(): Promise<void>;
}

/** 0 is success in `ExportResult`. */
async function exportOnce<T>(exporter: Exporter<T>, items: T): Promise<{ code: number; error?: Error }> {
  try {
    return await new Promise((resolve) => exporter.export(items, resolve));
  } finally {
    await exporter.shutdown();
  }
}

function someSpans(): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] });
  const tracer = provider.getTracer("test");
  for (const name of ["chat gpt", "embeddings"]) tracer.startSpan(name, { attributes: { n: 1 } }).end();
  return memory.getFinishedSpans();
}

/** Makes an exporter with compression as its users do, through the environment. */
function gzipped<T>(create: () => T): T {
  process.env["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip";
  try {
    return create();
  } finally {
    delete process.env["OTEL_EXPORTER_OTLP_COMPRESSION"];
  }
}

const spans = someSpans();
const transports = {
  "HTTP/protobuf": {
    open: createHttpReceiver,
    create: (url: string) => new ProtoTraceExporter({ url: `${url}/v1/traces` }),
  },
  "HTTP/JSON": {
    open: createHttpReceiver,
    create: (url: string) => new JsonTraceExporter({ url: `${url}/v1/traces` }),
  },
  "HTTP/protobuf with gzip": {
    open: createHttpReceiver,
    create: (url: string) => gzipped(() => new ProtoTraceExporter({ url: `${url}/v1/traces` })),
  },
  gRPC: { open: createGrpcReceiver, create: (url: string) => new GrpcTraceExporter({ url }) },
  "gRPC with gzip": {
    open: createGrpcReceiver,
    create: (url: string) => gzipped(() => new GrpcTraceExporter({ url })),
  },
};

for (const [name, { open, create }] of Object.entries(transports)) {
  describe(`the JavaScript trace exporter over ${name}`, () => {
    it("has its spans taken, byte for byte as it serialised them", async () => {
      const { sink, requests } = createRecordingSink();
      await using receiver = await open({ port: 0, sink });
      assert.equal((await exportOnce<ReadableSpan[]>(create(receiver.url), spans)).code, 0);
      const [request] = requests;
      assert.equal(requests.length, 1);
      assert.equal(request?.signal, Signal.traces);
      const serializer = request.encoding === "json" ? JsonTraceSerializer : ProtobufTraceSerializer;
      assert.deepEqual(new Uint8Array(request.body), serializer.serializeRequest(spans));
      const coding = request.headers["content-encoding"] ?? request.headers["grpc-encoding"];
      assert.equal(coding === "gzip", name.endsWith("gzip"));
    });

    it("takes a refusal for good as that", async () => {
      const { sink, requests } = createRecordingSink(() => {
        throw new OtlpError("invalid-argument", "bad ids");
      });
      await using receiver = await open({ port: 0, sink });
      const result = await exportOnce<ReadableSpan[]>(create(receiver.url), spans);
      assert.equal(result.code, 1);
      assert.equal(requests.length, 1);
    });
  });
}

/** Refuses the first request in a way that asks for another try. */
function refusingOnce(code: "unavailable" | "resource-exhausted"): (request: ReceivedRequest) => ReceiveResult {
  let isFirst = true;
  return () => {
    if (!isFirst) return { accepted: 2, rejected: 0, message: "" };
    isFirst = false;
    throw new OtlpError(code, "not now", { retryAfterMs: 0 });
  };
}

describe("a refusal that asks for another try", () => {
  for (const code of ["unavailable", "resource-exhausted"] as const) {
    it(`(${code}) makes the HTTP exporters send the same bytes again`, async () => {
      for (const name of ["HTTP/protobuf", "HTTP/JSON"] as const) {
        const { sink, requests } = createRecordingSink(refusingOnce(code));
        await using receiver = await createHttpReceiver({ port: 0, sink });
        const result = await exportOnce<ReadableSpan[]>(transports[name].create(receiver.url), spans);
        assert.equal(result.code, 0);
        assert.equal(requests.length, 2);
        assert.deepEqual(requests[1]?.body, requests[0]?.body);
      }
    });

    it(`(${code}) reaches the gRPC exporter with its status; it does not try again of itself`, async () => {
      const { sink, requests } = createRecordingSink(refusingOnce(code));
      await using receiver = await createGrpcReceiver({ port: 0, sink });
      const result = await exportOnce<ReadableSpan[]>(transports.gRPC.create(receiver.url), spans);
      assert.equal(result.code, 1);
      assert.match(
        String(result.error),
        code === "unavailable" ? /UNAVAILABLE: not now/ : /RESOURCE_EXHAUSTED: not now/,
      );
      assert.equal(requests.length, 1);
    });
  }
});

describe("the other JavaScript exporters", () => {
  it("have log records taken", async () => {
    const memory = new InMemoryLogRecordExporter();
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: memory })] });
    provider.getLogger("test").emit({ body: "a line" });
    const { sink, requests } = createRecordingSink();
    await using receiver = await createHttpReceiver({ port: 0, sink });
    const exporter = new OTLPLogExporter({ url: `${receiver.url}/v1/logs` });
    assert.equal((await exportOnce(exporter, memory.getFinishedLogRecords())).code, 0);
    assert.equal(requests[0]?.signal, Signal.logs);
    assert.match(Buffer.from(requests[0].body).toString("latin1"), /a line/);
  });

  it("have metrics taken", async () => {
    const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter: memory });
    const provider = new MeterProvider({ readers: [reader] });
    after(() => provider.shutdown());
    provider.getMeter("test").createCounter("calls").add(3);
    await provider.forceFlush();
    const [metrics] = memory.getMetrics();
    assert.ok(metrics !== undefined);
    const { sink, requests } = createRecordingSink();
    await using receiver = await createHttpReceiver({ port: 0, sink });
    const exporter = new OTLPMetricExporter({ url: `${receiver.url}/v1/metrics` });
    assert.equal((await exportOnce(exporter, metrics)).code, 0);
    assert.equal(requests[0]?.signal, Signal.metrics);
    assert.match(Buffer.from(requests[0].body).toString("latin1"), /calls/);
  });
});
