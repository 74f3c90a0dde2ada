import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aMetricsRequest, toAttributes } from "@genscope/otlp/testing";
import { countOf, endpointOf, runCollector, tempDir } from "../../packages/collector/src/testing/collector-harness.ts";
import { eventuallyFound, type MetricStore, startPrometheus3 } from "../interop/prometheus/metric-store.ts";

describe("remote write to Prometheus 3", () => {
  let store: MetricStore;
  before(async () => {
    store = await startPrometheus3();
  });
  after(() => store[Symbol.asyncDispose]());

  for (const message of ["io.prometheus.write.v2.Request", "prometheus.WriteRequest"]) {
    it(`keeps what comes as ${message}: counters, native histograms, and explicit ones with their bounds`, async () => {
      const isV2 = message.includes("v2");
      await using dir = await tempDir();
      const warnings: string[] = [];
      await using collector = await runCollector(
        `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  prometheusremotewrite:
    endpoint: "${store.writeUrl}"
    protobuf_message: ${message}
    namespace: ${isV2 ? "two" : "one"}
    convert_explicit_histograms_to_nhcb: true
    translation_strategy: ${isV2 ? "NoUTF8EscapingWithSuffixes" : "UnderscoreEscapingWithSuffixes"}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}
`,
        dir.path,
        { onWarning: (text) => warnings.push(text) },
      );
      await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
      const nowMs = Date.now() - 2_000;
      const point = {
        startTimeUnixNano: `${nowMs - 60_000}000000`,
        timeUnixNano: `${nowMs}000000`,
        attributes: toAttributes({ "gen_ai.request.model": "m-1" }),
      };
      const cumulative = { aggregationTemporality: 2 };
      const exponential = {
        ...point,
        count: "7",
        sum: 24,
        scale: 1,
        zeroCount: "1",
        positive: { offset: 0, bucketCounts: ["2", "0", "0", "0", "0", "0", "4"] },
      };
      const explicit = { ...point, count: "6", sum: 12, bucketCounts: ["1", "2", "3"], explicitBounds: [1, 2] };
      const metrics = [
        {
          name: "gen_ai.usage.input_tokens",
          sum: { ...cumulative, isMonotonic: true, dataPoints: [{ ...point, asInt: "41" }] },
        },
        { name: "size", unit: "By", exponentialHistogram: { ...cumulative, dataPoints: [exponential] } },
        { name: "took", unit: "s", histogram: { ...cumulative, dataPoints: [explicit] } },
      ];
      await client.send(Signal.metrics, aMetricsRequest({ resource: { "service.name": "shop" }, metrics }));

      const one = async (promql: string): Promise<number | undefined> =>
        (
          await eventuallyFound(
            () => store.query(promql),
            (answer) => answer.length === 1,
          )
        )[0]?.value;
      const tokens = isV2
        ? '{"two_gen_ai.usage.input_tokens_total", "gen_ai.request.model"="m-1"}'
        : 'one_gen_ai_usage_input_tokens_total{gen_ai_request_model="m-1"}';
      assert.equal(await one(tokens), 41);
      const prefix = isV2 ? "two" : "one";
      assert.equal(await one(`histogram_count(${prefix}_size_bytes)`), 7);
      assert.equal(await one(`histogram_sum(${prefix}_size_bytes)`), 24);
      // two in (1, 2^0.5], four in (2^3, 2^3.5]
      assert.equal(await one(`histogram_fraction(8, 12, ${prefix}_size_bytes) > 0.57 < 0.58`), 4 / 7);
      if (isV2) {
        assert.equal(await one("histogram_count(two_took_seconds)"), 6);
        assert.equal(await one("histogram_fraction(1, 2, two_took_seconds)"), 2 / 6);
      } else assert.equal(await one('one_took_seconds_bucket{le="2"}'), 3);
      assert.equal(countOf(collector, "otelcol_exporter_sent_metric_points"), 3);
      assert.deepEqual(
        warnings.filter((text) => !/nhcb needs protobuf_message/.test(text)),
        [],
      );
    });
  }
});
