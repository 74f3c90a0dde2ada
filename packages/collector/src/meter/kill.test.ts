import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { createSpanGenerator } from "@genscope/otlp/testing";
import { tempDir, until } from "../testing/collector-harness.ts";
import { startProcess } from "../testing/start-process.ts";
import { metricsOf, type SeenPoint } from "../testing/metrics-of.ts";
import { startTarget } from "../testing/target.ts";

function seriesOf({ labels }: SeenPoint): string {
  return JSON.stringify(labels);
}

describe("counters of a collector whose process is killed", () => {
  it("are what the spans come to, whenever that is: neither less nor twice", { timeout: 60_000 }, async (t) => {
    await using dir = await tempDir();
    await using traces = await startTarget("http");
    await using sums = await startTarget("http");
    await using differences = await startTarget("http");
    const sender = "retry_on_failure: {initial_interval: 10ms, max_interval: 50ms}";
    const connector =
      "metrics_flush_interval: 20ms, cost: {enabled: false}, dimensions: [{name: gen_ai.request.model}]";
    const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
connectors:
  spanmetrics/sums: {namespace: s, ${connector}}
  spanmetrics/differences: {namespace: d, aggregation_temporality: AGGREGATION_TEMPORALITY_DELTA, ${connector}}
exporters:
  otlphttp/traces: {endpoint: "${traces.url}", ${sender}}
  otlphttp/sums: {endpoint: "${sums.url}", ${sender}}
  otlphttp/differences: {endpoint: "${differences.url}", ${sender}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [otlphttp/traces, spanmetrics/sums, spanmetrics/differences]}
    metrics/sums: {receivers: [spanmetrics/sums], exporters: [otlphttp/sums]}
    metrics/differences: {receivers: [spanmetrics/differences], exporters: [otlphttp/differences]}
`;
    const generator = createSpanGenerator({ spansPerRequest: 20 });
    let acknowledged = 0;
    for (let round = 0; round < 4; round++) {
      await using collector = await startProcess(yaml, dir.path);
      await using client = createOtlpHttpClient({ endpoint: collector.http });
      const killAt = Date.now() + 150 + Math.random() * 250;
      const sending = Array.from({ length: 2 }, async () => {
        while (Date.now() < killAt + 1000) {
          try {
            await client.send(Signal.traces, generator.next());
          } catch {
            return;
          }
          acknowledged += 20;
        }
      });
      await delay(killAt - Date.now());
      await collector.kill();
      await Promise.all(sending);
    }
    assert.ok(acknowledged > 1000, `too little was sent for the test to mean anything: ${acknowledged}`);
    await using collector = await startProcess(yaml, dir.path);
    const arrived = (): number => new Set(traces.spanIds()).size;
    const pointsOf = (target: typeof sums, metric: string): SeenPoint[] =>
      metricsOf(target.requests.map(({ body }) => body)).filter((point) => point.metric === metric);
    /** Of every series the latest point: a request that was on its way when the process died is sent again. */
    const latest = (): number => {
      const values = new Map<string, SeenPoint>();
      for (const point of pointsOf(sums, "s.calls")) {
        const before = values.get(seriesOf(point));
        if (before === undefined || before.timeNano <= point.timeNano) values.set(seriesOf(point), point);
      }
      return [...values.values()].reduce((sum, { value = 0 }) => sum + value, 0);
    };
    const added = (metric = "d.calls"): number => {
      const distinct = new Map<string, number>();
      for (const point of pointsOf(differences, metric)) {
        distinct.set(`${seriesOf(point)} ${point.timeNano}`, point.value ?? Number(point.more["count"]));
      }
      return [...distinct.values()].reduce((sum, value) => sum + value, 0);
    };
    await until(
      () => arrived() >= acknowledged && latest() === arrived() && added() === arrived(),
      "counters agree",
    ).catch(() => {});
    await delay(300);
    assert.ok(arrived() >= acknowledged);
    assert.deepEqual([latest(), added(), added("d.duration")], [arrived(), arrived(), arrived()]);
    await collector.kill();

    const bySeries = Map.groupBy(pointsOf(sums, "s.calls"), seriesOf);
    for (const points of bySeries.values()) {
      assert.equal(new Set(points.map(({ startNano }) => startNano)).size, 1, "a counter keeps its start");
      const inTime = points.toSorted((a, b) => Number(a.timeNano - b.timeNano)).map(({ value }) => value!);
      assert.deepEqual(
        inTime,
        inTime.toSorted((a, b) => a - b),
        "a counter never goes back",
      );
    }
    t.diagnostic(`${arrived()} spans, ${bySeries.size} series, ${pointsOf(sums, "s.calls").length} points`);
  });
});
