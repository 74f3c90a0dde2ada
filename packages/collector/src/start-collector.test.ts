import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { OtlpError, Signal } from "@genscope/otlp";
import { createOtlpGrpcClient, createOtlpHttpClient } from "@genscope/otlp/client";
import { aLogsRequest, aTraceRequest, createSpanGenerator, traceRequestObject } from "@genscope/otlp/testing";
import { stateless } from "./catalogue-entry.ts";
import { section, text } from "./config/fields.ts";
import { countOf, endpointOf, runCollector, tempDir, until } from "./testing/collector-harness.ts";
import { startTarget } from "./testing/target.ts";

const receivers = `receivers:
  otlp:
    protocols:
      grpc: {endpoint: "127.0.0.1:0"}
      http: {endpoint: "127.0.0.1:0"}
`;

function exportingTo(url: string, more = ""): string {
  return `${receivers}exporters:
  otlphttp: {endpoint: "${url}", retry_on_failure: {initial_interval: 20ms, max_interval: 50ms}${more}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlphttp]}
`;
}

describe("a collector", () => {
  it("exports every span it acknowledged, over both protocols and encodings", async () => {
    await using dir = await tempDir();
    await using grpcTarget = await startTarget("grpc");
    await using httpTarget = await startTarget("http");
    await using collector = await runCollector(
      `${receivers}exporters:
  otlp: {endpoint: "${grpcTarget.url}"}
  otlphttp: {endpoint: "${httpTarget.url}", compression: zstd}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp, otlphttp]}
`,
      dir.path,
    );
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP"), encoding: "json" });
    await using grpc = createOtlpGrpcClient({ endpoint: endpointOf(collector, "OTLP/gRPC") });
    const json = traceRequestObject({ spans: [{ spanId: "00000000000000aa" }] });
    await http.send(Signal.traces, Buffer.from(JSON.stringify(json)));
    await grpc.send(Signal.traces, aTraceRequest({ spans: [{ spanId: "00000000000000bb" }, {}] }));
    for (const target of [grpcTarget, httpTarget]) {
      await until(() => target.spanIds().length === 3, "three spans arrived");
      assert.deepEqual(target.spanIds().slice(0, 2), ["00000000000000aa", "00000000000000bb"]);
    }
    assert.equal(countOf(collector, "otelcol_receiver_accepted_spans"), 3);
    assert.equal(countOf(collector, "otelcol_receiver_accepted_spans", { transport: "grpc" }), 2);
    assert.equal(countOf(collector, "otelcol_exporter_sent_spans", { exporter: "otlp" }), 3);
    assert.equal(countOf(collector, "otelcol_exporter_sent_spans", { exporter: "otlphttp" }), 3);
  });

  it("says of part of a request that it cannot be used, and of a signal that nobody takes it", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    await using collector = await runCollector(exportingTo(target.url), dir.path);
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    const { rejected, message } = await http.send(
      Signal.traces,
      aTraceRequest({ spans: [{ spanId: "00" }, { spanId: "00000000000000cc" }] }),
    );
    assert.equal(rejected, 1);
    assert.match(message, /span_id is not 8 bytes/);
    await until(() => target.spanIds().length === 1, "the good span arrived");
    assert.equal(countOf(collector, "otelcol_receiver_refused_spans"), 1);
    await assert.rejects(http.send(Signal.logs, aLogsRequest({ logs: [{ body: "x" }] })), /no pipeline takes logs/);
  });

  it("sends again what a target refuses for now, and drops what it refuses for good, with a warning", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    const warnings: string[] = [];
    await using collector = await runCollector(exportingTo(target.url), dir.path, {
      onWarning: (warning) => warnings.push(warning),
    });
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    target.failWith(new OtlpError("unavailable", "not now", { retryAfterMs: 1 }));
    await http.send(Signal.traces, aTraceRequest({ spans: [{ spanId: "00000000000000a1" }] }));
    await until(() => warnings.some((warning) => warning.includes("will retry")), "it is retrying");
    target.failWith(undefined);
    await until(() => target.spanIds().length === 1, "the span arrived");

    target.failWith(new OtlpError("invalid-argument", "never"));
    await http.send(Signal.traces, aTraceRequest({ spans: [{}, {}] }));
    await until(() => countOf(collector, "otelcol_exporter_send_failed_spans") === 2, "they were dropped");
    assert.ok(
      warnings.some((warning) => /dropped 2 spans \(not retryable\).*never/.test(warning)),
      warnings.join("\n"),
    );
    target.failWith(undefined);
    await http.send(Signal.traces, aTraceRequest({ spans: [{ spanId: "00000000000000a2" }] }));
    await until(() => target.spanIds().length === 2, "the next span arrived");
    // the target has it before the exporter hears of it
    await until(() => countOf(collector, "otelcol_exporter_sent_spans") === 2, "it is counted");
    assert.equal(countOf(collector, "otelcol_receiver_accepted_spans"), 4);
    assert.equal(countOf(collector, "otelcol_exporter_send_failed_spans"), 2);
  });

  it("keeps what it has not exported for the next start, and exports it once", async () => {
    await using dir = await tempDir();
    const target = await startTarget("http");
    const { port } = new URL(target.url);
    await target.close();
    const generator = createSpanGenerator({ spansPerRequest: 10 });
    {
      await using collector = await runCollector(exportingTo(target.url), dir.path);
      await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
      for (let i = 0; i < 20; i++) await http.send(Signal.traces, generator.next());
      assert.ok(collector.lagBytes > 0);
    }
    await using again = await startTarget("http", Number(port));
    await using collector = await runCollector(exportingTo(target.url), dir.path);
    await until(() => again.spanIds().length >= 200, "all spans arrived");
    await until(() => collector.lagBytes === 0, "all is committed");
    assert.equal(new Set(again.spanIds()).size, 200);
    assert.equal(again.spanIds().length, 200);
  });

  it("asks senders to retry while an exporter is behind and its journal full", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    target.failWith(new OtlpError("unavailable", "down", { retryAfterMs: 1 }));
    const bound = ", sending_queue: {sizer: bytes, queue_size: 30000}";
    await using collector = await runCollector(exportingTo(target.url, bound), dir.path);
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    const generator = createSpanGenerator({ spansPerRequest: 10 });
    let accepted = 0;
    const refusal = await (async (): Promise<unknown> => {
      for (;;) {
        try {
          await http.send(Signal.traces, generator.next());
          accepted += 10;
        } catch (error) {
          return error;
        }
      }
    })();
    assert.ok(refusal instanceof OtlpError && refusal.retryable, String(refusal));
    assert.match(refusal.message, /"otlphttp" is behind/);
    target.failWith(undefined);
    await until(() => target.spanIds().length === accepted, "what was accepted arrived");
    await http.send(Signal.traces, generator.next());
  });

  it("puts requests together, and cuts them, as the batch processor says", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    await using collector = await runCollector(
      `${receivers}processors:
  batch: {timeout: 100ms, send_batch_size: 60, send_batch_max_size: 60}
exporters:
  otlphttp: {endpoint: "${target.url}"}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [otlphttp]}
`,
      dir.path,
    );
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    const small = createSpanGenerator({ spansPerRequest: 10 });
    for (let i = 0; i < 7; i++) await http.send(Signal.traces, small.next());
    await until(() => target.spanIds().length === 70, "70 spans arrived");
    assert.ok(target.requests.length < 7);
    const before = target.requests.length;
    const large = createSpanGenerator({ spansPerRequest: 200, seed: 2 });
    await http.send(Signal.traces, large.next());
    await until(() => target.spanIds().length === 270, "270 spans arrived");
    assert.equal(target.requests.length - before, 4);
    assert.equal(new Set(target.spanIds()).size, 270);
  });
});

/** A processor that overwrites one attribute: a masker as small as can be. */
const blanking = stateless(
  {
    kind: "processors",
    type: "blank",
    signals: ["traces"],
    config: section({ key: text("secret") }),
  },
  ({ key }: { readonly key: string }) => ({
    process(batch) {
      if (batch.signal !== "traces") return;
      for (let row = 0; row < batch.view.spans.count; row++) {
        batch.edits.setAttribute("span", row, key, { stringValue: "***" });
      }
    },
  }),
);

async function everyByteOf(dir: string): Promise<string> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "latin1")));
  return texts.join("\n");
}

describe("the stateless processors of a collector", () => {
  it("run before anything is on the disk", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    target.failWith(new OtlpError("unavailable", "down"));
    const needle = createHash("sha256").update("needle").digest("hex");
    await using collector = await runCollector(
      `${receivers}processors: {blank: }
exporters:
  otlphttp: {endpoint: "${target.url}"}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [blank], exporters: [otlphttp]}
`,
      dir.path,
      { more: [blanking] },
    );
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await http.send(
      Signal.traces,
      aTraceRequest({ spans: [{ name: "visible-name", attributes: { secret: needle } }] }),
    );
    const bytes = await everyByteOf(dir.path);
    assert.ok(bytes.includes("visible-name"));
    assert.ok(!bytes.includes(needle));
  });

  it("are each pipeline's own", async () => {
    await using dir = await tempDir();
    await using one = await startTarget("http");
    await using two = await startTarget("http");
    await using collector = await runCollector(
      `${receivers}processors: {blank/a: {key: a}, blank/b: {key: b}}
exporters:
  otlphttp/1: {endpoint: "${one.url}"}
  otlphttp/2: {endpoint: "${two.url}"}
service:
  pipelines:
    traces/1: {receivers: [otlp], processors: [blank/a], exporters: [otlphttp/1]}
    traces/2: {receivers: [otlp], processors: [blank/b, blank/a], exporters: [otlphttp/2]}
`,
      dir.path,
      { more: [blanking] },
    );
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await http.send(Signal.traces, aTraceRequest({ spans: [{ attributes: { a: "alpha", b: "beta" } }] }));
    await until(() => one.requests.length === 1 && two.requests.length === 1, "both have it");
    const [first, second] = [one, two].map(({ requests }) => Buffer.from(requests[0]!.body).toString("latin1"));
    assert.ok(!first!.includes("alpha") && first!.includes("beta"));
    assert.ok(!second!.includes("alpha") && !second!.includes("beta"));
    assert.equal(countOf(collector, "otelcol_processor_incoming_items", { processor: "blank/a" }), 2);
  });
});

describe("the forward connector", () => {
  it("hands what one pipeline puts out to others", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    await using collector = await runCollector(
      `${receivers}processors: {blank: {key: a}}
connectors: {forward: }
exporters:
  otlphttp: {endpoint: "${target.url}"}
service:
  pipelines:
    traces/in: {receivers: [otlp], exporters: [forward]}
    traces/out: {receivers: [forward], processors: [blank], exporters: [otlphttp]}
`,
      dir.path,
      { more: [blanking] },
    );
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await http.send(Signal.traces, aTraceRequest({ spans: [{ attributes: { a: "alpha" } }] }));
    await until(() => target.requests.length === 1, "it arrived");
    assert.ok(!Buffer.from(target.requests[0]!.body).toString("latin1").includes("alpha"));
  });
});
