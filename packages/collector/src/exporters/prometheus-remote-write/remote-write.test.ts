import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aMetricsRequest, toAttributes } from "@genscope/otlp/testing";
import type { PlainAttributes } from "@genscope/otlp/testing";
import { countOf, endpointOf, runCollector, tempDir, until } from "../../testing/collector-harness.ts";
import { startRemoteWriteTarget } from "../../testing/remote-write-target.ts";

const startMs = 1_767_225_600_000;

function nano(ms: number): string {
  return `${ms}000000`;
}

interface PointInit {
  readonly value?: number;
  readonly atMs?: number;
  readonly attributes?: PlainAttributes;
  readonly flags?: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

function aPoint({ value, atMs = startMs + 1000, attributes = {}, flags, more = {} }: PointInit) {
  return {
    startTimeUnixNano: nano(startMs),
    timeUnixNano: nano(atMs),
    attributes: toAttributes(attributes),
    flags,
    ...(value === undefined ? {} : { asDouble: value }),
    ...more,
  };
}

function aCounter(name: string, points: readonly PointInit[], more: Readonly<Record<string, unknown>> = {}) {
  return { name, sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: points.map(aPoint) }, ...more };
}

function writingTo(url: string, more = ""): string {
  return `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  prometheusremotewrite:
    endpoint: "${url}"
    retry_on_failure: {initial_interval: 10ms, max_interval: 20ms}
    remote_write_queue: {num_consumers: 2}
${more}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}
`;
}

async function running(more: string, warnings: string[] = []) {
  await using held = new AsyncDisposableStack();
  const dir = held.use(await tempDir());
  const target = held.use(await startRemoteWriteTarget());
  const collector = held.use(
    await runCollector(writingTo(target.url, more), dir.path, { onWarning: (text) => warnings.push(text) }),
  );
  const client = held.use(createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") }));
  const release = held.move();
  return {
    target,
    collector,
    warnings,
    send: (metrics: readonly object[], source: object = {}) =>
      client.send(Signal.metrics, aMetricsRequest({ ...source, metrics: metrics as never })),
    settled: (points: number) =>
      until(
        () =>
          countOf(collector, "otelcol_exporter_sent_metric_points") +
            countOf(collector, "otelcol_exporter_send_failed_metric_points") ===
          points,
        `${points} points are settled`,
      ),
    [Symbol.asyncDispose]: () => release.disposeAsync(),
  };
}

const resource = { "service.name": "shop", "service.namespace": "eu", "service.instance.id": "i-1", "host.name": "h" };

describe("the prometheusremotewrite exporter", () => {
  it("writes every kind of metric as remote write 1.0 has it", async () => {
    await using run = await running("    send_metadata: true\n    external_labels: {region: north, model: never}");
    const trace = "0af7651916cd43dd8448eb211c80319c";
    await run.send(
      [
        aCounter("gen_ai.usage.input_tokens", [{ value: 12, attributes: { model: "m1", "span.name": "chat" } }], {
          unit: "{token}",
          description: "Tokens of prompts",
        }),
        { name: "temperature", unit: "Cel", gauge: { dataPoints: [aPoint({ value: 21.5 })] } },
        { name: "queue", sum: { aggregationTemporality: 2, dataPoints: [aPoint({ more: { asInt: "7" } })] } },
        {
          name: "duration",
          unit: "ms",
          histogram: {
            aggregationTemporality: 2,
            dataPoints: [
              aPoint({
                more: {
                  count: "6",
                  sum: 40.5,
                  bucketCounts: ["1", "2", "3"],
                  explicitBounds: [5, 1e21],
                  exemplars: [{ timeUnixNano: nano(startMs), asDouble: 7, traceId: trace, spanId: "00f067aa0ba902b7" }],
                },
              }),
            ],
          },
        },
        {
          name: "latency",
          summary: {
            dataPoints: [
              aPoint({
                more: {
                  count: "3",
                  sum: 9,
                  quantileValues: [
                    { quantile: 0.5, value: 2 },
                    { quantile: 1, value: 5 },
                  ],
                },
              }),
            ],
          },
        },
      ],
      { resource, scope: { name: "lib", version: "2" } },
    );
    await run.settled(5);
    const { target } = run;
    const common = {
      instance: "i-1",
      job: "eu/shop",
      otel_scope_name: "lib",
      otel_scope_version: "2",
      region: "north",
    };
    const all = { ...common, model: "never" };
    assert.deepEqual(target.series("gen_ai_usage_input_tokens_total")[0], {
      labels: { __name__: "gen_ai_usage_input_tokens_total", ...common, model: "m1", span_name: "chat" },
      samples: [[12, startMs + 1000]],
      exemplars: [],
      histograms: [],
    });
    assert.deepEqual(target.series("temperature_celsius")[0]?.samples, [[21.5, startMs + 1000]]);
    assert.deepEqual(target.series("queue")[0]?.samples, [[7, startMs + 1000]]);
    const buckets = target.series("duration_milliseconds_bucket");
    assert.deepEqual(
      buckets.map(({ labels, samples }) => [labels["le"], samples[0]![0]]),
      [
        ["5", 1],
        ["1000000000000000000000", 3],
        ["+Inf", 6],
      ],
    );
    assert.deepEqual(buckets[0]!.labels, { __name__: "duration_milliseconds_bucket", le: "5", ...all });
    assert.deepEqual(buckets[1]!.exemplars, [{ labels: { span_id: "00f067aa0ba902b7", trace_id: trace }, value: 7 }]);
    assert.equal(target.series("duration_milliseconds_sum")[0]?.samples[0]![0], 40.5);
    assert.equal(target.series("duration_milliseconds_count")[0]?.samples[0]![0], 6);
    assert.deepEqual(
      target.series("latency").map(({ labels, samples }) => [labels["quantile"], samples[0]![0]]),
      [
        ["0.5", 2],
        ["1", 5],
      ],
    );
    assert.equal(target.series("latency_count")[0]?.samples[0]![0], 3);
    assert.deepEqual(target.series("target_info")[0]?.labels, {
      __name__: "target_info",
      host_name: "h",
      instance: "i-1",
      job: "eu/shop",
      model: "never",
      region: "north",
    });
    const { headers } = target.requests[0]!;
    assert.equal(headers["content-encoding"], "snappy");
    assert.equal(headers["x-prometheus-remote-write-version"], "0.1.0");
    const metadata = target.requests.flatMap((one) => one.metadata);
    assert.deepEqual(
      metadata.find((one) => one["metric_family_name"] === "gen_ai_usage_input_tokens_total"),
      { type: 1, metric_family_name: "gen_ai_usage_input_tokens_total", help: "Tokens of prompts" },
    );
    assert.equal(
      metadata.find((one) => one["metric_family_name"] === "duration_milliseconds")?.["unit"],
      "milliseconds",
    );
  });

  it("writes remote write 2.0: symbols, metadata, start times, native histograms", async () => {
    await using run = await running(
      "    protobuf_message: io.prometheus.write.v2.Request\n    translation_strategy: NoUTF8EscapingWithSuffixes",
    );
    await run.send(
      [
        aCounter("gen_ai.calls", [{ value: 3 }], { description: "Calls" }),
        {
          name: "size",
          unit: "By",
          exponentialHistogram: {
            aggregationTemporality: 2,
            dataPoints: [
              aPoint({
                more: {
                  count: "9",
                  sum: 21,
                  scale: 9,
                  zeroCount: "1",
                  positive: { offset: -1, bucketCounts: ["1", "2", "0", "0", "0", "0", "0", "0", "0", "4"] },
                  negative: { offset: 3, bucketCounts: ["1"] },
                },
              }),
            ],
          },
        },
      ],
      { resource: { "service.name": "shop" } },
    );
    await run.settled(2);
    const [calls] = run.target.series("gen_ai.calls_total");
    assert.deepEqual(calls!.metadata, { type: 1, help: "Calls", unit: "" });
    assert.equal(calls!.createdMs, startMs);
    const [size] = run.target.series("size_bytes");
    assert.deepEqual(size!.metadata, { type: 3, help: "", unit: "bytes" });
    // scale 9 is one finer than Prometheus has: two buckets become one, and indices are those of upper bounds
    assert.deepEqual(size!.histograms[0], {
      count_int: 9,
      sum: 21,
      schema: 8,
      zero_threshold: 1e-128,
      zero_count_int: 1,
      negative_spans: [{ offset: 2, length: 1 }],
      negative_deltas: [1],
      positive_spans: [{ length: 2 }, { offset: 3, length: 1 }],
      positive_deltas: [1, 1, 2],
      timestamp: startMs + 1000,
      custom_values: [],
    });
    const { headers } = run.target.requests[0]!;
    assert.equal(headers["content-type"], "application/x-protobuf;proto=io.prometheus.write.v2.Request");
    assert.equal(headers["x-prometheus-remote-write-version"], "2.0.0");
  });

  it("makes native histograms of explicit ones, with or without the classic series", async () => {
    await using run = await running(
      "    protobuf_message: io.prometheus.write.v2.Request\n    convert_explicit_histograms_to_nhcb: true\n    keep_classic_histograms: true\n    target_info: {enabled: false}",
    );
    await run.send([
      {
        name: "duration",
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [
            aPoint({
              more: { count: "6", sum: 40, bucketCounts: ["1", "0", "0", "0", "5"], explicitBounds: [1, 2, 3, 4] },
            }),
          ],
        },
      },
    ]);
    await run.settled(1);
    const histogram = run.target.series("duration")[0]!.histograms[0]!;
    assert.equal(histogram["schema"], -53);
    assert.deepEqual(histogram["custom_values"], [1, 2, 3, 4]);
    assert.deepEqual(histogram["positive_spans"], [{ length: 1 }, { offset: 3, length: 1 }]);
    assert.deepEqual(histogram["positive_deltas"], [1, 4]);
    assert.equal(run.target.series("duration_bucket").length, 5);
    assert.equal(run.target.series("target_info").length, 0);
  });

  it("says when a series has ended, and when a counter began", async () => {
    await using run = await running("    export_created_metric: {enabled: true}\n    disable_scope_info: true");
    await run.send([
      { name: "g", gauge: { dataPoints: [aPoint({ flags: 1 })] } },
      aCounter("c", [{ value: 4 }]),
      {
        name: "h",
        exponentialHistogram: { aggregationTemporality: 2, dataPoints: [aPoint({ flags: 1, more: { scale: 0 } })] },
      },
    ]);
    await run.settled(3);
    assert.deepEqual(run.target.series("g")[0]!.samples, [["stale", startMs + 1000]]);
    assert.ok(Number.isNaN(run.target.series("h")[0]!.histograms[0]!["sum"]));
    assert.deepEqual(run.target.series("c_created")[0]!.samples, [[startMs / 1000, startMs + 1000]]);
    assert.equal(run.target.series("g")[0]!.labels["otel_scope_name"], undefined);
  });

  it("puts samples of a series together in order, and attributes that come to one name", async () => {
    await using run = await running(
      "    resource_to_telemetry_conversion: {enabled: true, exclude_service_attributes: true}",
    );
    await run.send(
      [
        aCounter("c", [
          { value: 3, atMs: startMs + 3000, attributes: { "a.b": "1", a_b: "2", empty: "" } },
          { value: 1, atMs: startMs + 1000, attributes: { a_b: "2", "a.b": "1" } },
          { value: 2, atMs: startMs + 3000, attributes: { a_b: "2", "a.b": "1" } },
        ]),
      ],
      { resource },
    );
    await run.settled(3);
    const all = run.target.series("c_total");
    assert.equal(all.length, 1);
    assert.deepEqual(all[0]!.samples, [
      [1, startMs + 1000],
      [2, startMs + 3000],
    ]);
    assert.equal(all[0]!.labels["a_b"], "1;2");
    assert.equal(all[0]!.labels["host_name"], "h");
    assert.equal(all[0]!.labels["service_name"], undefined);
    assert.ok(!("empty" in all[0]!.labels));
  });

  it("drops what Prometheus cannot take, says what to do, and writes the rest", async () => {
    await using run = await running("");
    await run.send([
      {
        name: "delta",
        sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [aPoint({ value: 1 }), aPoint({ value: 2 })] },
      },
      { name: "...", gauge: { dataPoints: [aPoint({ value: 1 })] } },
      {
        name: "wide",
        exponentialHistogram: { aggregationTemporality: 2, dataPoints: [aPoint({ more: { scale: -5 } })] },
      },
      { name: "void", gauge: { dataPoints: [aPoint({})] } },
      aCounter("good", [{ value: 1 }]),
    ]);
    await run.settled(6);
    assert.equal(countOf(run.collector, "otelcol_exporter_send_failed_metric_points"), 5);
    assert.equal(run.target.series("good_total").length, 1);
    const text = run.warnings.join("\n");
    assert.match(text, /metric "delta" is dropped: .* put a deltatocumulative processor into the pipeline/);
    assert.match(text, /metric "\.\.\." is dropped: nothing is left of its name/);
    assert.match(text, /metric "wide" are dropped: .*scale below -4/);
    assert.match(text, /metric "void" are dropped: they have no value/);
    assert.equal(run.warnings.filter((one) => one.includes('"delta"')).length, 1);
  });

  it("loses only the series that the target refuses", async () => {
    await using run = await running("");
    run.target.refuse(({ series }) =>
      series.some(({ labels }) => labels["n"] === "13") ? { status: 400, text: "out of order sample" } : undefined,
    );
    await run.send([
      aCounter(
        "c",
        Array.from({ length: 40 }, (_, n) => ({ value: n, attributes: { n: String(n) } })),
      ),
    ]);
    await run.settled(40);
    assert.equal(countOf(run.collector, "otelcol_exporter_send_failed_metric_points"), 1);
    const written = new Set(run.target.series("c_total").map(({ labels }) => labels["n"]));
    assert.equal(written.size, 39);
    assert.equal(run.target.series("c_total").length, 39);
    assert.match(run.warnings.join("\n"), /left out 1 metric_points: HTTP 400: out of order sample/);
  });

  it("tries again what fails for now, and what was taken is not written twice", async () => {
    await using run = await running("    max_batch_size_bytes: 400");
    const refusals = [
      { status: 503, text: "starting" },
      { status: 500, text: "oops" },
      { status: 429, text: "slow down", retryAfter: "0" },
    ];
    let seen = 0;
    run.target.refuse(() => (++seen % 3 === 0 ? refusals.pop() : undefined));
    await run.send([
      aCounter(
        "c",
        Array.from({ length: 30 }, (_, n) => ({ value: n, attributes: { n: String(n) } })),
      ),
    ]);
    await run.settled(30);
    assert.equal(refusals.length, 0);
    assert.equal(countOf(run.collector, "otelcol_exporter_sent_metric_points"), 30);
    assert.equal(run.target.series("c_total").length, 30);
    assert.ok(run.target.requests.length > 5);
  });

  it("writes the samples of a series in the order they came, over many requests", async () => {
    await using run = await running("");
    for (let round = 1; round <= 30; round++) {
      await run.send([
        aCounter(
          "c",
          Array.from({ length: 8 }, (_, n) => ({ value: round, atMs: startMs + round, attributes: { n: String(n) } })),
        ),
      ]);
    }
    await run.settled(240);
    for (let n = 0; n < 8; n++) {
      const times = run.target
        .series("c_total")
        .filter(({ labels }) => labels["n"] === String(n))
        .flatMap(({ samples }) => samples.map(([, timeMs]) => timeMs));
      assert.deepEqual(
        times,
        Array.from({ length: 30 }, (_, round) => startMs + round + 1),
      );
    }
  });

  it("says of a configuration what cannot be meant", async () => {
    await using dir = await tempDir();
    const cases: readonly (readonly [string, RegExp])[] = [
      ["    translation_strategy: NoTranslation", /needs protobuf_message: io\.prometheus\.write\.v2\.Request/],
      ["    translation_strategy: Loud", /invalid translation_strategy: Loud/],
      ["    max_batch_size_bytes: 0", /max_batch_byte_size must be greater than 0/],
      ["    max_batch_request_parallelism: 0", /can't be set to below 1/],
      ["    tls: {cert_file: x}", /provide both certificate and key/],
      ["    protobuf_message: other", /must be one of prometheus\.WriteRequest/],
    ];
    for (const [more, expected] of cases) {
      await assert.rejects(runCollector(writingTo("http://127.0.0.1:1/w", more), dir.path), expected);
    }
    await assert.rejects(runCollector(writingTo("nowhere"), dir.path), /invalid endpoint "nowhere"/);
  });
});
