import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aLogsRequest, aMetricsRequest, aTraceRequest } from "@genscope/otlp/testing";
import { openTestStore } from "./testing/index.ts";
import type { TestStore } from "./testing/index.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const source = {
  resource: { "service.name": "shop", replicas: 3 },
  resourceSchemaUrl: "https://r",
  scope: { name: "lib", version: "1.2", attributes: { a: true } },
  scopeSchemaUrl: "https://s",
};

/** Columns of the Collector's ClickHouse exporter, with their types where a reader depends on them. */
const shapes: Record<string, string[]> = {
  otel_traces: [
    "Timestamp DateTime64(9)",
    "TraceId String",
    "SpanId String",
    "ParentSpanId String",
    "TraceState String",
    "SpanName LowCardinality(String)",
    "SpanKind LowCardinality(String)",
    "ServiceName LowCardinality(String)",
    "ResourceAttributes Map(LowCardinality(String), String)",
    "ScopeName String",
    "ScopeVersion String",
    "SpanAttributes Map(LowCardinality(String), String)",
    "Duration UInt64",
    "StatusCode LowCardinality(String)",
    "StatusMessage String",
    "Events.Timestamp Array(DateTime64(9))",
    "Events.Name Array(LowCardinality(String))",
    "Events.Attributes Array(Map(LowCardinality(String), String))",
    "Links.TraceId Array(String)",
    "Links.SpanId Array(String)",
    "Links.TraceState Array(String)",
    "Links.Attributes Array(Map(LowCardinality(String), String))",
  ],
  otel_traces_trace_id_ts: ["TraceId String", "Start DateTime", "End DateTime"],
};

describe("the Collector's views", () => {
  let test: TestStore;
  before(async () => {
    test = await openTestStore();
    await test.load(
      Signal.traces,
      aTraceRequest({
        ...source,
        spans: [
          {
            traceId,
            spanId,
            name: "chat",
            kind: 3,
            traceState: "a=b",
            startTime: 1_763_900_000_123_456_789n,
            endTime: 1_763_900_001_123_456_790n,
            attributes: { s: "x", i: 9_007_199_254_740_993n, d: 0.5, b: true, list: ["a", 1] },
            events: [{ time: 1_763_900_000_200_000_000n, name: "e", attributes: { k: "v", n: 2 } }],
            links: [{ traceId: "1".repeat(32), spanId: "2".repeat(16), traceState: "t=1", attributes: { l: "m" } }],
            status: { code: 2, message: "bad" },
          },
        ],
      }),
    );
    await test.load(
      Signal.logs,
      aLogsRequest({
        ...source,
        logs: [
          {
            time: 1_763_900_000_000_000_001n,
            severityNumber: 9,
            severityText: "INFO",
            body: "hello",
            attributes: { n: 1 },
            traceId,
            spanId,
            eventName: "ev",
            flags: 1,
          },
          { time: 0n, observedTime: 5n, body: { nested: [1, "two"] } },
        ],
      }),
    );
    const point = {
      timeUnixNano: "1763900000000000001",
      startTimeUnixNano: "1763900000000000000",
      attributes: [{ key: "k", value: { stringValue: "v" } }],
    };
    await test.load(
      Signal.metrics,
      aMetricsRequest({
        ...source,
        metrics: [
          { name: "g", unit: "1", gauge: { dataPoints: [{ ...point, asInt: "9007199254740993" }] } },
          {
            name: "s",
            sum: {
              isMonotonic: true,
              aggregationTemporality: 2,
              dataPoints: [
                {
                  ...point,
                  asDouble: 1.5,
                  exemplars: [
                    {
                      timeUnixNano: "7",
                      asDouble: 2.5,
                      traceId,
                      spanId,
                      filteredAttributes: [{ key: "f", value: { stringValue: "g" } }],
                    },
                  ],
                },
              ],
            },
          },
          {
            name: "h",
            histogram: {
              aggregationTemporality: 1,
              dataPoints: [
                { ...point, count: "3", sum: 6, min: 1, max: 3, bucketCounts: ["1", "2"], explicitBounds: [2] },
              ],
            },
          },
          {
            name: "e",
            exponentialHistogram: {
              aggregationTemporality: 2,
              dataPoints: [
                {
                  ...point,
                  count: "4",
                  sum: 8,
                  scale: -2,
                  zeroCount: "1",
                  positive: { offset: -3, bucketCounts: ["1", "2"] },
                  negative: { offset: 4, bucketCounts: ["5"] },
                },
              ],
            },
          },
          {
            name: "q",
            summary: {
              dataPoints: [
                {
                  ...point,
                  count: "5",
                  sum: 10,
                  quantileValues: [
                    { quantile: 0.5, value: 2 },
                    { quantile: 0.99, value: 9 },
                  ],
                },
              ],
            },
          },
        ],
      }),
    );
  });
  after(() => test[Symbol.asyncDispose]());

  for (const [view, columns] of Object.entries(shapes)) {
    it(`${view} has the exporter's columns`, async () => {
      const rows = await test.rows<{ name: string; type: string }>(`DESCRIBE TABLE ${view}`);
      assert.deepEqual(
        rows.map(({ name, type }) => `${name} ${type}`),
        columns,
      );
    });
  }

  it("otel_traces gives a span as the exporter would", async () => {
    const [row] = await test.rows("SELECT * FROM otel_traces");
    assert.deepEqual(row, {
      Timestamp: "2025-11-23 12:13:20.123456789",
      TraceId: traceId,
      SpanId: spanId,
      ParentSpanId: "",
      TraceState: "a=b",
      SpanName: "chat",
      SpanKind: "Client",
      ServiceName: "shop",
      ResourceAttributes: { "service.name": "shop", replicas: "3" },
      ScopeName: "lib",
      ScopeVersion: "1.2",
      SpanAttributes: {
        s: "x",
        i: "9007199254740993",
        d: "0.5",
        b: "true",
        list: '{"values":[{"stringValue":"a"},{"intValue":"1"}]}',
      },
      Duration: "1000000001",
      StatusCode: "Error",
      StatusMessage: "bad",
      "Events.Timestamp": ["2025-11-23 12:13:20.200000000"],
      "Events.Name": ["e"],
      "Events.Attributes": [{ k: "v", n: "2" }],
      "Links.TraceId": ["1".repeat(32)],
      "Links.SpanId": ["2".repeat(16)],
      "Links.TraceState": ["t=1"],
      "Links.Attributes": [{ l: "m" }],
    });
    const [window] = await test.rows(
      "SELECT TraceId, toUnixTimestamp(Start) AS s, toUnixTimestamp(End) AS e FROM otel_traces_trace_id_ts",
    );
    assert.deepEqual(window, { TraceId: traceId, s: 1_763_900_000, e: 1_763_900_001 });
  });

  it("otel_logs gives log records, times and bodies exact", async () => {
    const rows = await test.rows(
      "SELECT toString(toUnixTimestamp64Nano(Timestamp)) AS t, TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body, ResourceSchemaUrl, ScopeSchemaUrl, ScopeName, ScopeAttributes, LogAttributes, EventName FROM otel_logs ORDER BY Timestamp DESC",
    );
    assert.deepEqual(rows[0], {
      t: "1763900000000000001",
      TraceId: traceId,
      SpanId: spanId,
      TraceFlags: 1,
      SeverityText: "INFO",
      SeverityNumber: 9,
      ServiceName: "shop",
      Body: "hello",
      ResourceSchemaUrl: "https://r",
      ScopeSchemaUrl: "https://s",
      ScopeName: "lib",
      ScopeAttributes: { a: "true" },
      LogAttributes: { n: "1" },
      EventName: "ev",
    });
    assert.equal(rows[1]?.["t"], "5");
    assert.equal(rows[1]?.["TraceId"], "");
    assert.match(String(rows[1]?.["Body"]), /nested/);
  });

  it("the five metric views give their kinds", async () => {
    const [gauge] = await test.rows("SELECT MetricName, MetricUnit, Attributes, Value FROM otel_metrics_gauge");
    assert.deepEqual(gauge, { MetricName: "g", MetricUnit: "1", Attributes: { k: "v" }, Value: 9_007_199_254_740_992 });
    const [sum] = await test.rows("SELECT * FROM otel_metrics_sum");
    assert.equal(sum?.["Value"], 1.5);
    assert.equal(sum?.["IsMonotonic"], true);
    assert.equal(sum?.["AggregationTemporality"], 2);
    assert.deepEqual(sum?.["Exemplars.TraceId"], [traceId]);
    assert.deepEqual(sum?.["Exemplars.Value"], [2.5]);
    assert.deepEqual(sum?.["Exemplars.FilteredAttributes"], [{ f: "g" }]);
    const [histogram] = await test.rows(
      "SELECT Count, Sum, Min, Max, BucketCounts, ExplicitBounds FROM otel_metrics_histogram",
    );
    assert.deepEqual(histogram, { Count: "3", Sum: 6, Min: 1, Max: 3, BucketCounts: ["1", "2"], ExplicitBounds: [2] });
    const [exponential] = await test.rows(
      "SELECT Count, Scale, ZeroCount, PositiveOffset, PositiveBucketCounts, NegativeOffset, NegativeBucketCounts FROM otel_metrics_exponential_histogram",
    );
    assert.deepEqual(exponential, {
      Count: "4",
      Scale: -2,
      ZeroCount: "1",
      PositiveOffset: -3,
      PositiveBucketCounts: ["1", "2"],
      NegativeOffset: 4,
      NegativeBucketCounts: ["5"],
    });
    const [summary] = await test.rows(
      "SELECT Count, Sum, `ValueAtQuantiles.Quantile` AS q, `ValueAtQuantiles.Value` AS v FROM otel_metrics_summary",
    );
    assert.deepEqual(summary, { Count: "5", Sum: 10, q: [0.5, 0.99], v: [2, 9] });
  });

  it("keep integers exact underneath", async () => {
    const [row] = await test.rows("SELECT int_value FROM metric_points WHERE name = 'g'");
    assert.deepEqual(row, { int_value: "9007199254740993" });
  });

  it("are there after the engine was restarted", async () => {
    process.kill(test.store.status().pid!, "SIGKILL");
    const restarts = test.store.status().restarts;
    while (test.store.status().restarts === restarts) await new Promise((resolve) => setTimeout(resolve, 10));
    await test.store.ready();
    assert.equal((await test.rows("SELECT SpanAttributes['d'] AS d FROM otel_traces"))[0]?.["d"], "0.5");
  });
});
