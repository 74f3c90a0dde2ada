import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aMetricsRequest, type PlainAttributes, toAttributes } from "@genscope/otlp/testing";
import {
  countOf,
  endpointOf,
  runCollector,
  tempDir,
  until,
} from "../../packages/collector/src/testing/collector-harness.ts";
import { eventuallyFound, isMissing, startMetricStore, type StoreName } from "./prometheus/metric-store.ts";

function nano(ms: number): string {
  return `${ms}000000`;
}

function at(timeMs: number, attributes: PlainAttributes = {}) {
  return {
    startTimeUnixNano: nano(timeMs - 60_000),
    timeUnixNano: nano(timeMs),
    attributes: toAttributes(attributes),
  };
}

async function running(exporter: string) {
  await using held = new AsyncDisposableStack();
  const warnings: string[] = [];
  const dir = held.use(await tempDir());
  const collector = held.use(
    await runCollector(
      `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  ${exporter}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [${exporter.split(":")[0]}]}
`,
      dir.path,
      { onWarning: (text) => warnings.push(text) },
    ),
  );
  const client = held.use(createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") }));
  const release = held.move();
  return {
    collector,
    warnings,
    async send(...metrics: readonly object[]): Promise<void> {
      const resource = { "service.name": "shop", "service.instance.id": "i-1", "host.name": "vault" };
      await client.send(Signal.metrics, aMetricsRequest({ resource, metrics: metrics as never }));
    },
    [Symbol.asyncDispose]: () => release.disposeAsync(),
  };
}

function tokens(timeMs: number, model: string, value: number, more: object = {}) {
  return { ...at(timeMs, { "gen_ai.request.model": model, "span.name": "chat" }), asInt: String(value), ...more };
}

function tokenCounter(dataPoints: readonly object[]) {
  const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints };
  return { name: "gen_ai.usage.input_tokens", unit: "{token}", description: "Tokens of prompts", sum };
}

function here(timeMs: number, more: object) {
  return { name: "here", gauge: { dataPoints: [{ ...at(timeMs), ...more }] } };
}

const byModel = "sum by (gen_ai_request_model, span_name) (gen_ai_usage_input_tokens_total)";

for (const name of ["prometheus", "victoriaMetrics"] satisfies StoreName[]) {
  describe(`remote write to a real ${name}`, { skip: isMissing(name) }, () => {
    it("answers PromQL with what was sent", async () => {
      await using store = await startMetricStore(name);
      await using run = await running(`prometheusremotewrite: {endpoint: "${store.writeUrl}"}`);
      const nowMs = Date.now() - 5_000;
      await run.send(tokenCounter([tokens(nowMs, "m-1", 40), tokens(nowMs, "m-2", 2)]));
      await run.send(
        tokenCounter([tokens(nowMs + 2_000, "m-1", 123), tokens(nowMs + 2_000, "m-2", 7)]),
        {
          name: "gen_ai.duration",
          unit: "ms",
          histogram: {
            aggregationTemporality: 2,
            dataPoints: [
              { ...at(nowMs), count: "10", sum: 400, bucketCounts: ["0", "10", "0"], explicitBounds: [10, 100] },
            ],
          },
        },
        {
          name: "latency",
          summary: {
            dataPoints: [{ ...at(nowMs), count: "3", sum: 9, quantileValues: [{ quantile: 0.5, value: 2.5 }] }],
          },
        },
        { name: "room", unit: "Cel", gauge: { dataPoints: [{ ...at(nowMs), asDouble: -3.25 }] } },
      );
      const found = await eventuallyFound(
        () => store.query(byModel),
        (answer) => answer.some(({ value }) => value === 123),
      );
      assert.deepEqual(
        found
          .map(({ labels, value }) => `${labels["gen_ai_request_model"]} ${labels["span_name"]} ${value}`)
          .toSorted(),
        ["m-1 chat 123", "m-2 chat 7"],
      );
      const one = async (promql: string): Promise<number | undefined> =>
        (
          await eventuallyFound(
            () => store.query(promql),
            (answer) => answer.length > 0,
          )
        )[0]?.value;
      assert.equal(await one("histogram_quantile(0.5, gen_ai_duration_milliseconds_bucket)"), 55);
      assert.equal(await one("gen_ai_duration_milliseconds_sum / gen_ai_duration_milliseconds_count"), 40);
      assert.equal(await one('latency{quantile="0.5"}'), 2.5);
      assert.equal(await one("room_celsius"), -3.25);
      const [joined] = await eventuallyFound(
        () =>
          store.query(
            'gen_ai_usage_input_tokens_total{gen_ai_request_model="m-1"} * on (job, instance) group_left(host_name) target_info',
          ),
        (answer) => answer.length > 0,
      );
      assert.equal(joined?.labels["host_name"], "vault");
      assert.equal(joined?.labels["job"], "shop");
      assert.equal(countOf(run.collector, "otelcol_exporter_send_failed_metric_points"), 0);
      assert.deepEqual(run.warnings, []);
    });

    it("ends a series that the sender says has no value any more", async () => {
      await using store = await startMetricStore(name);
      await using run = await running(`prometheusremotewrite: {endpoint: "${store.writeUrl}"}`);
      const nowMs = Date.now() - 5_000;
      await run.send(here(nowMs, { asDouble: 1 }));
      await eventuallyFound(
        () => store.query("here"),
        (answer) => answer.length === 1,
      );
      await run.send(here(nowMs + 2_000, { flags: 1 }));
      await eventuallyFound(
        () => store.query("here"),
        (answer) => answer.length === 0,
      );
    });
  });
}

describe("a real Prometheus", { skip: isMissing("prometheus") }, () => {
  it("keeps native histograms, exemplars and metadata that are written to it", async () => {
    await using store = await startMetricStore("prometheus");
    await using run = await running(`prometheusremotewrite: {endpoint: "${store.writeUrl}", send_metadata: true}`);
    const nowMs = Date.now() - 2_000;
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    await run.send(
      tokenCounter([
        tokens(nowMs, "m-1", 40, {
          exemplars: [{ timeUnixNano: nano(nowMs), asInt: "40", traceId, spanId: "00f067aa0ba902b7" }],
        }),
      ]),
      {
        name: "size",
        exponentialHistogram: {
          aggregationTemporality: 2,
          dataPoints: [
            {
              ...at(nowMs),
              count: "8",
              sum: 24,
              scale: 0,
              zeroCount: "1",
              positive: { offset: 0, bucketCounts: ["2", "0", "0", "0", "4"] },
              negative: { offset: 1, bucketCounts: ["1"] },
            },
          ],
        },
      },
    );
    const [count] = await eventuallyFound(
      () => store.query("histogram_count(size)"),
      (answer) => answer.length === 1,
    );
    assert.equal(count?.value, 8);
    assert.equal((await store.query("histogram_sum(size)"))[0]?.value, 24);
    // four of the eight are in (16, 32], two in (1, 2], one is 0, one in [-4, -2)
    assert.equal((await store.query("histogram_fraction(16, 32, size)"))[0]?.value, 0.5);
    assert.equal((await store.query("histogram_fraction(-4, -2, size)"))[0]?.value, 0.125);
    const exemplars = (
      await eventuallyFound(
        () =>
          store.api("/api/v1/query_exemplars", {
            query: "gen_ai_usage_input_tokens_total",
            start: String(nowMs / 1000 - 60),
            end: String(nowMs / 1000 + 60),
          }) as Promise<
            { readonly exemplars: readonly { readonly labels: Record<string, string>; readonly value: string }[] }[]
          >,
        (answer) => answer.length === 1,
      )
    )[0]!.exemplars;
    assert.deepEqual(
      exemplars.map(({ labels, value }) => [labels["trace_id"], value]),
      [[traceId, "40"]],
    );
  });

  it("takes all series of a request but the one whose sample is out of order", async () => {
    await using store = await startMetricStore("prometheus");
    await using run = await running(`prometheusremotewrite: {endpoint: "${store.writeUrl}"}`);
    const nowMs = Date.now() - 20_000;
    await run.send(tokenCounter([tokens(nowMs + 10_000, "m-0", 5)]));
    await run.send(
      tokenCounter(Array.from({ length: 20 }, (_, n) => tokens(n === 0 ? nowMs : nowMs + 5_000, `m-${n}`, 100 + n))),
    );
    await until(
      () =>
        countOf(run.collector, "otelcol_exporter_sent_metric_points") +
          countOf(run.collector, "otelcol_exporter_send_failed_metric_points") ===
        21,
      "all points are settled",
    );
    assert.equal(countOf(run.collector, "otelcol_exporter_send_failed_metric_points"), 1);
    assert.match(run.warnings.join("\n"), /HTTP 400: out of order sample/);
    const found = await store.query("gen_ai_usage_input_tokens_total");
    const values = found.map(({ value }) => value).toSorted((a, b) => a - b);
    assert.deepEqual(values, [5, ...Array.from({ length: 19 }, (_, n) => 101 + n)]);
  });

  for (const format of ["text", "OpenMetrics"]) {
    it(`reads the prometheus exporter's ${format}`, async () => {
      await using run = await running(
        `prometheus: {endpoint: "127.0.0.1:0", enable_open_metrics: ${format === "OpenMetrics"}}`,
      );
      const nowMs = Date.now();
      const traceId = "0af7651916cd43dd8448eb211c80319c";
      await run.send(
        tokenCounter([
          tokens(nowMs, "m-1", 41, {
            exemplars: [{ timeUnixNano: nano(nowMs), asInt: "40", traceId, spanId: "00f067aa0ba902b7" }],
          }),
        ]),
        {
          name: "size",
          unit: "By",
          exponentialHistogram: {
            aggregationTemporality: 2,
            dataPoints: [
              { ...at(nowMs), count: "6", sum: 24, scale: 0, positive: { offset: 0, bucketCounts: ["2", "4"] } },
            ],
          },
        },
        { name: 'odd"name', gauge: { dataPoints: [{ ...at(nowMs, { "a b": 'x"\\\n' }), asDouble: 1e21 }] } },
      );
      const { url } = run.collector.urls[0]!;
      await using store = await startMetricStore("prometheus", [new URL(url).host]);
      const [tokensFound] = await eventuallyFound(
        () => store.query(byModel),
        (answer) => answer.length > 0,
      );
      assert.equal(tokensFound?.value, 41);
      assert.equal((await store.query("histogram_quantile(1, size_bytes_bucket)"))[0]?.value, 4);
      const [odd] = await store.query("odd_name");
      assert.equal(odd?.value, 1e21);
      assert.equal(odd?.labels["a_b"], 'x"\\\n');
      assert.equal((await store.query("target_info"))[0]?.labels["host_name"], "vault");
      assert.equal((await store.query('up{job="scraped"}'))[0]?.value, 1);
      if (format === "text") return;
      const exemplars = (await store.api("/api/v1/query_exemplars", {
        query: "gen_ai_usage_input_tokens_total",
        start: String(nowMs / 1000 - 60),
        end: String(nowMs / 1000 + 60),
      })) as readonly { readonly exemplars: readonly { readonly labels: Record<string, string> }[] }[];
      assert.equal(exemplars[0]?.exemplars[0]?.labels["trace_id"], traceId);
    });
  }
});
