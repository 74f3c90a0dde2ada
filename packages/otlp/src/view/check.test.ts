import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encode } from "../edit/encode.ts";
import { aLogsRequest, aMetricsRequest, aTraceRequest } from "../testing/builders.ts";
import { checkLogs, checkMetrics, checkTraces } from "./check.ts";
import { indexLogs } from "./index-logs.ts";
import { indexMetrics } from "./index-metrics.ts";
import { indexTraces } from "./index-traces.ts";
import { readString } from "./read-scalar.ts";

const traceId = "0123456789abcdef0123456789abcdef";
const spanId = "0123456789abcdef";

describe("checking traces", () => {
  it("has nothing to say about good spans", () => {
    const result = checkTraces(indexTraces(aTraceRequest({ spans: [{}, {}] })));
    assert.deepEqual([result.accepted, result.rejected, result.message, result.reasons], [2, 0, "", {}]);
    assert.ok(result.edits.isEmpty);
  });

  it("rejects spans with unusable ids, each for its reason, and keeps the rest", () => {
    const bytes = aTraceRequest({
      spans: [
        { name: "good" },
        { traceId: "0".repeat(32) },
        { traceId: "ab" },
        { spanId: "0".repeat(16) },
        { name: "also good" },
      ],
    });
    const result = checkTraces(indexTraces(bytes));
    assert.deepEqual([result.accepted, result.rejected], [2, 3]);
    assert.deepEqual(result.reasons, { "invalid-trace-id": 2, "invalid-span-id": 1 });
    assert.equal(
      result.message,
      "3 spans rejected: trace_id is not 16 bytes, or all zero (2); span_id is not 8 bytes, or all zero (1)",
    );
    const kept = indexTraces(encode(result.view, result.edits));
    const names = [0, 1].map((row) => readString(kept, kept.spans.nameOffset[row]!, kept.spans.nameLength[row]!));
    assert.deepEqual([kept.spans.count, ...names], [2, "good", "also good"]);
  });

  it("keeps a span with an odd parent id as a root, and warns", () => {
    const result = checkTraces(
      indexTraces(aTraceRequest({ spans: [{ parentSpanId: "abcd" }, { parentSpanId: "0".repeat(16) }] })),
    );
    assert.deepEqual([result.accepted, result.rejected], [2, 0]);
    assert.equal(result.message, "1 span had a parent_span_id that is not 8 bytes: kept as roots");
  });

  it("rejects a span past a limit and not its neighbours", () => {
    const limits = {
      compressedBytes: 1e6,
      decompressedBytes: 1e6,
      items: 10,
      attributesPerItem: 2,
      rows: 100,
      depth: 2,
    };
    const bytes = aTraceRequest({
      spans: [
        { attributes: { a: 1, b: 2, c: 3 } },
        { events: [{ attributes: { deep: [[[1]]] } }] },
        { attributes: { a: [[1]], b: 1 } },
      ],
    });
    const result = checkTraces(indexTraces(bytes, limits), limits);
    assert.deepEqual(result.reasons, { "too-many-attributes": 1, "nested-too-deep": 1 });
    assert.equal(result.accepted, 1);
    assert.match(
      result.message,
      /more than 2 attributes \(1\); an attribute or body nested deeper than 2 levels \(1\)/,
    );
  });
});

function said(take: () => { message: string; accepted: number }): string {
  let result: { message: string; accepted: number };
  try {
    result = take();
  } catch (error) {
    return String(error);
  }
  assert.equal(result.accepted, 0);
  return result.message;
}

describe("a request of another signal", () => {
  const spans = aTraceRequest({ spans: [{ traceId, spanId, name: "x", attributes: { a: 1 } }] });
  const logs = aLogsRequest({ logs: [{ traceId, spanId, body: "hello", severityNumber: 9, attributes: { a: "b" } }] });
  const bareLogs = aLogsRequest({ logs: [{ severityText: "INFO" }, { severityText: "WARN" }] });
  const metrics = aMetricsRequest({
    metrics: [
      {
        name: "requests",
        description: "how many",
        unit: "1",
        sum: { dataPoints: [{ asInt: "1", timeUnixNano: "5" }], aggregationTemporality: 2 },
      },
      { name: "size", histogram: { dataPoints: [{ count: "1", timeUnixNano: "5" }] } },
    ],
  });

  it("is told which path is right", () => {
    assert.match(
      said(() => checkTraces(indexTraces(logs))),
      /looks like OTLP logs sent to the path of traces: send logs to \/v1\/logs/,
    );
    assert.match(
      said(() => checkTraces(indexTraces(bareLogs))),
      /looks like OTLP logs/,
    );
    assert.match(
      said(() => checkTraces(indexTraces(metrics))),
      /looks like OTLP metrics .*metrics.v1.MetricsService/,
    );
    assert.match(
      said(() => checkLogs(indexLogs(spans))),
      /looks like OTLP traces .* \/v1\/traces/,
    );
    assert.match(
      said(() => checkLogs(indexLogs(metrics))),
      /looks like OTLP metrics/,
    );
    assert.match(
      said(() => checkMetrics(indexMetrics(spans))),
      /looks like OTLP traces/,
    );
    assert.match(
      said(() => checkMetrics(indexMetrics(logs))),
      /looks like OTLP logs/,
    );
  });

  it("is not seen in requests that are only poor", () => {
    assert.equal(checkLogs(indexLogs(aLogsRequest({ logs: [{ body: "just text" }] }))).message, "");
    assert.equal(checkLogs(indexLogs(bareLogs)).accepted, 2);
    assert.doesNotMatch(
      checkTraces(indexTraces(aTraceRequest({ spans: [{ traceId: "00", spanId: "00" }] }))).message,
      /looks like/,
    );
    assert.equal(checkMetrics(indexMetrics(metrics)).accepted, 2);
  });
});
