import assert from "node:assert/strict";
import { get } from "node:https";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aMetricsRequest, type PlainAttributes, toAttributes } from "@genscope/otlp/testing";
import { createCertificates } from "../../testing/certificates.ts";
import { countOf, endpointOf, runCollector, tempDir, until } from "../../testing/collector-harness.ts";

const startMs = 1_767_225_600_000;

function scrapedWith(more: string): string {
  return `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  prometheus:
    endpoint: "127.0.0.1:0"
${more}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [prometheus]}
`;
}

async function running(more = "") {
  await using held = new AsyncDisposableStack();
  const clock = { nowMs: startMs + 60_000 };
  const warnings: string[] = [];
  const dir = held.use(await tempDir());
  const collector = held.use(
    await runCollector(scrapedWith(more), dir.path, {
      now: () => clock.nowMs,
      onWarning: (text) => warnings.push(text),
    }),
  );
  const client = held.use(createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") }));
  const url = collector.urls.find(({ id }) => id === "prometheus")!.url;
  const release = held.move();
  let sent = 0;
  return {
    collector,
    warnings,
    clock,
    url,
    async send(points: number, ...metrics: readonly object[]): Promise<void> {
      const resource = { "service.name": "shop", "host.name": "h" };
      await client.send(Signal.metrics, aMetricsRequest({ resource, metrics: metrics as never }));
      sent += points;
      await until(
        () =>
          countOf(collector, "otelcol_exporter_sent_metric_points") +
            countOf(collector, "otelcol_exporter_send_failed_metric_points") ===
          sent,
        "the points are there",
      );
    },
    async scrape(accept = "text/plain"): Promise<{ readonly type: string | null; readonly lines: readonly string[] }> {
      const response = await fetch(url, { headers: { accept } });
      return { type: response.headers.get("content-type"), lines: (await response.text()).split("\n") };
    },
    [Symbol.asyncDispose]: () => release.disposeAsync(),
  };
}

function at(ms: number, attributes: PlainAttributes = {}) {
  return {
    startTimeUnixNano: `${startMs}000000`,
    timeUnixNano: `${startMs + ms}000000`,
    attributes: toAttributes(attributes),
  };
}

function counter(name: string, dataPoints: readonly object[], aggregationTemporality = 2) {
  return { name, description: 'what "it" counts', sum: { isMonotonic: true, aggregationTemporality, dataPoints } };
}

describe("the prometheus exporter", () => {
  it("shows the last value of every series in the text format", async () => {
    await using run = await running("    namespace: app\n    const_labels: {zone: eu}\n    without_scope_info: true");
    await run.send(
      3,
      counter("calls", [
        { ...at(1000, { path: 'a"b\\c\nd' }), asDouble: 2 },
        { ...at(2000, { path: 'a"b\\c\nd' }), asDouble: 5 },
        { ...at(1500, { path: 'a"b\\c\nd' }), asDouble: 4 },
      ]),
    );
    await run.send(
      2,
      { name: "up", gauge: { dataPoints: [{ ...at(1), asDouble: 0.25 }] } },
      {
        name: "took",
        unit: "s",
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [{ ...at(1), count: "3", sum: 4, bucketCounts: ["1", "0", "2"], explicitBounds: [0.5, 1] }],
        },
      },
    );
    const { type, lines } = await run.scrape();
    assert.equal(type, "text/plain; version=0.0.4; charset=utf-8");
    assert.deepEqual(lines, [
      '# HELP app_calls_total what "it" counts',
      "# TYPE app_calls_total counter",
      'app_calls_total{job="shop",path="a\\"b\\\\c\\nd",zone="eu"} 5',
      "# HELP app_target_info Target metadata",
      "# TYPE app_target_info gauge",
      'app_target_info{host_name="h",job="shop",zone="eu"} 1',
      "# TYPE app_took_seconds histogram",
      'app_took_seconds_bucket{job="shop",zone="eu",le="0.5"} 1',
      'app_took_seconds_bucket{job="shop",zone="eu",le="1"} 1',
      'app_took_seconds_bucket{job="shop",zone="eu",le="+Inf"} 3',
      'app_took_seconds_sum{job="shop",zone="eu"} 4',
      'app_took_seconds_count{job="shop",zone="eu"} 3',
      "# TYPE app_up gauge",
      'app_up{job="shop",zone="eu"} 0.25',
      "",
    ]);
  });

  it("speaks OpenMetrics with exemplars to those who ask for it", async () => {
    await using run = await running(
      "    enable_open_metrics: true\n    send_timestamps: true\n    without_scope_info: true",
    );
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    await run.send(
      1,
      counter("calls", [
        {
          ...at(1500),
          asDouble: 5,
          exemplars: [{ timeUnixNano: `${startMs}000000`, asDouble: 1, traceId, spanId: "00f067aa0ba902b7" }],
        },
      ]),
    );
    await run.send(1, {
      name: "size",
      unit: "By",
      exponentialHistogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            ...at(1500),
            count: "6",
            sum: 20,
            scale: 0,
            zeroCount: "1",
            positive: { offset: 0, bucketCounts: ["2", "0", "3"] },
          },
        ],
      },
    });
    const { type, lines } = await run.scrape("application/openmetrics-text; version=1.0.0");
    assert.equal(type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    const time = "1767225601.5";
    assert.deepEqual(lines, [
      '# HELP calls what \\"it\\" counts',
      "# TYPE calls counter",
      `calls_total{job="shop"} 5 ${time} # {span_id="00f067aa0ba902b7",trace_id="${traceId}"} 1 1767225600`,
      "# TYPE size_bytes histogram",
      "# UNIT size_bytes bytes",
      `size_bytes_bucket{job="shop",le="0.0"} 1 ${time}`,
      `size_bytes_bucket{job="shop",le="2.0"} 3 ${time}`,
      `size_bytes_bucket{job="shop",le="8.0"} 6 ${time}`,
      `size_bytes_bucket{job="shop",le="+Inf"} 6 ${time}`,
      `size_bytes_sum{job="shop"} 20 ${time}`,
      `size_bytes_count{job="shop"} 6 ${time}`,
      "# HELP target Target metadata",
      "# TYPE target info",
      `target_info{host_name="h",job="shop"} 1 ${time}`,
      "# EOF",
      "",
    ]);
  });

  it("adds deltas up, and forgets what has expired or ended", async () => {
    await using run = await running("    metric_expiration: 5m\n    without_scope_info: true");
    const took = (count: number) => ({
      name: "took",
      histogram: {
        aggregationTemporality: 1,
        dataPoints: [
          { ...at(count), count: String(count), sum: count, bucketCounts: [String(count), "0"], explicitBounds: [1] },
        ],
      },
    });
    await run.send(2, counter("calls", [{ ...at(1000), asDouble: 2 }], 1), took(2));
    await run.send(2, counter("calls", [{ ...at(2000), asDouble: 3 }], 1), took(5));
    await run.send(1, { name: "brief", gauge: { dataPoints: [{ ...at(1), asDouble: 1 }] } });
    const first = await run.scrape();
    assert.ok(first.lines.includes('calls_total{job="shop"} 5'), first.lines.join("\n"));
    assert.ok(first.lines.includes('took_bucket{job="shop",le="1"} 7'));
    assert.ok(first.lines.includes('brief{job="shop"} 1'));
    await run.send(1, { name: "brief", gauge: { dataPoints: [{ ...at(2), flags: 1 }] } });
    assert.ok(!(await run.scrape()).lines.some((line) => line.startsWith("brief")));
    run.clock.nowMs += 299_000;
    assert.ok((await run.scrape()).lines.some((line) => line.startsWith("calls_total")));
    run.clock.nowMs += 2_000;
    assert.deepEqual((await run.scrape()).lines, [""]);
  });

  it("leaves out a second type of one name, and says so", async () => {
    await using run = await running("    translation_strategy: NoTranslation");
    await run.send(2, counter("a.b", [{ ...at(1), asDouble: 1 }]), {
      name: "a.b",
      gauge: { dataPoints: [{ ...at(1), asDouble: 9 }] },
    });
    const { lines } = await run.scrape();
    assert.ok(lines.includes('# TYPE "a.b" counter'), lines.join("\n"));
    assert.ok(lines.includes('{"a.b",job="shop",otel_scope_name="test"} 1'));
    assert.match(run.warnings.join("\n"), /a gauge named a\.b is left out: there is a counter of this name/);
    assert.equal(countOf(run.collector, "otelcol_exporter_send_failed_metric_points"), 1);
  });

  it("has labels of the resource where they are asked for", async () => {
    await using run = await running(
      "    without_scope_info: true\n    resource_constant_labels: {included: ['host*', 'service*'], excluded: ['*.version']}",
    );
    await run.send(1, { name: "up", gauge: { dataPoints: [{ ...at(1), asDouble: 1 }] } });
    assert.ok((await run.scrape()).lines.includes('up{host_name="h",job="shop",service_name="shop"} 1'));
    const nowhere = await fetch(new URL("/", run.url));
    assert.equal(nowhere.status, 404);
  });

  it("asks who reads, over TLS, where it is told to", async () => {
    await using made = await createCertificates();
    const { cert, key } = await made.issue("localhost");
    await using dir = await tempDir();
    const yaml = scrapedWith(
      `    tls: {cert_file: ${cert}, key_file: ${key}}\n    auth: {authenticator: bearertokenauth}`,
    )
      .replace("receivers:", "extensions: {bearertokenauth: {token: one}}\nreceivers:")
      .replace("service:", "service:\n  extensions: [bearertokenauth]");
    await using collector = await runCollector(yaml, dir.path);
    const url = collector.urls.find(({ id }) => id === "prometheus")!.url;
    assert.match(url, /^https:/);
    const ca = await made.text(made.ca);
    const statusWith = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = get(url, { ca, headers, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on("error", reject);
      });
    assert.equal(await statusWith({}), 401);
    assert.equal(await statusWith({ authorization: "Bearer one" }), 200);
  });
});
