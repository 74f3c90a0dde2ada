import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { Signal } from "../signal.ts";
import { arbitraryRequest } from "../testing/arbitrary-request.ts";
import { aLogsRequest, aMetricsRequest, aTraceRequest } from "../testing/builders.ts";
import { encodeRequest } from "../testing/encode-request.ts";
import { prune, requestSchemas } from "../testing/prune.ts";
import { readRequest } from "../testing/read-request.ts";
import { scramble } from "../testing/scramble.ts";
import { indexLogs } from "../view/index-logs.ts";
import { indexMetrics } from "../view/index-metrics.ts";
import { indexTraces } from "../view/index-traces.ts";
import { MetricType } from "../view/tables.ts";
import type { LogView, MetricView, TraceView } from "../view/views.ts";
import { type FieldValue, Edits, type MessageKind } from "./edits.ts";
import { encode } from "./encode.ts";

type Json = Record<string, unknown>;

const signals = {
  traces: { signal: Signal.traces, index: indexTraces },
  logs: { signal: Signal.logs, index: indexLogs },
  metrics: { signal: Signal.metrics, index: indexMetrics },
} as const;

function edited(view: TraceView | LogView | MetricView, change: (edits: Edits) => void): Uint8Array {
  const edits = new Edits();
  change(edits);
  return encode(view, edits);
}

/** The objects at a path, in the order of the view's rows. */
function collect(object: unknown, path: readonly string[]): Json[] {
  let level: unknown[] = [object];
  for (const name of path) level = level.flatMap((one) => (Object(one) as Json)[name] ?? []);
  return level as Json[];
}

function readMetrics(bytes: Uint8Array): unknown {
  return prune(Signal.metrics, readRequest(indexMetrics(bytes)));
}

interface Case {
  readonly kind: MessageKind;
  readonly signal: keyof typeof signals;
  readonly path: readonly string[];
  /** The message in the object at the path that the fields are in, if it is not the object itself. */
  readonly own?: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

const dropped = { droppedAttributesCount: 9 };
const spanId = "00f067aa0ba902b7";
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const cases: readonly Case[] = [
  {
    kind: "span",
    signal: "traces",
    path: ["resourceSpans", "scopeSpans", "spans"],
    fields: {
      traceId,
      spanId,
      traceState: "a=b",
      parentSpanId: spanId,
      name: "renamed",
      kind: 5,
      startTimeUnixNano: 18_446_744_073_709_551_615n,
      endTimeUnixNano: 1n,
      droppedEventsCount: 4_294_967_295,
      droppedLinksCount: 1,
      status: { code: 2, message: "broken" },
      flags: 0x301,
      events: [{ timeUnixNano: 7n, name: "only", attributes: [{ key: "a", value: { doubleValue: -0 } }] }],
      links: [{ traceId, spanId, traceState: "x=y", flags: 1 }],
      ...dropped,
    },
  },
  {
    kind: "event",
    signal: "traces",
    path: ["resourceSpans", "scopeSpans", "spans", "events"],
    fields: { timeUnixNano: 5n, name: "", ...dropped },
  },
  {
    kind: "link",
    signal: "traces",
    path: ["resourceSpans", "scopeSpans", "spans", "links"],
    fields: { traceId, spanId, traceState: "k=v", flags: 256, ...dropped },
  },
  {
    kind: "log",
    signal: "logs",
    path: ["resourceLogs", "scopeLogs", "logRecords"],
    fields: {
      timeUnixNano: 1n,
      observedTimeUnixNano: 2n,
      severityNumber: 17,
      severityText: "Error",
      body: { kvlistValue: { values: [{ key: "k", value: { arrayValue: { values: [{ intValue: "-1" }, {}] } } }] } },
      flags: 1,
      traceId,
      spanId,
      eventName: "e",
      ...dropped,
    },
  },
  {
    kind: "metric",
    signal: "metrics",
    path: ["resourceMetrics", "scopeMetrics", "metrics"],
    fields: {
      name: "n",
      description: "",
      unit: "By",
      gauge: { dataPoints: [{ asInt: -5n, timeUnixNano: 3n, exemplars: [{ asDouble: 0.25, traceId }] }] },
    },
  },
  { kind: "resource", signal: "traces", path: ["resourceSpans"], fields: { schemaUrl: "https://x" } },
  { kind: "resource", signal: "logs", path: ["resourceLogs"], own: "resource", fields: dropped },
  { kind: "scope", signal: "metrics", path: ["resourceMetrics", "scopeMetrics"], fields: { schemaUrl: "" } },
  {
    kind: "scope",
    signal: "traces",
    path: ["resourceSpans", "scopeSpans"],
    own: "scope",
    fields: { name: "s", version: "", ...dropped },
  },
];

const metricKinds = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];

describe("setting a field of any request", () => {
  for (const { kind, signal: name, path, own, fields } of cases) {
    const { signal, index } = signals[name];
    for (const [field, value] of Object.entries(fields)) {
      it(`changes ${kind} ${field} and nothing else`, () => {
        fc.assert(
          fc.property(arbitraryRequest(signal), fc.nat(), fc.infiniteStream(fc.nat()), (object, pick, numbers) => {
            const expected = structuredClone<Json>(prune(signal, object));
            const found = collect(expected, path);
            if (found.length === 0) return;
            const row = pick % found.length;
            const target = found[row]!;
            const message = (own === undefined ? target : (target[own] ??= {})) as Json;
            if (metricKinds.includes(field)) for (const other of metricKinds) delete message[other];
            message[field] = value;
            const bytes = scramble(
              encodeRequest(signal, object),
              requestSchemas[signal],
              (below) => numbers.next().value % below,
            );
            const result = edited(index(bytes), (edits) => edits.setField(kind, row, field, value));
            assert.deepEqual(prune(signal, readRequest(index(result))), prune(signal, expected));
          }),
          { numRuns: 12 },
        );
      });
    }
  }
});

describe("setting fields", () => {
  const point = { startTimeUnixNano: 1n, timeUnixNano: 2n, flags: 1 };
  const pointFields: Readonly<Record<string, Json>> = {
    gauge: { ...point, asDouble: -0 },
    sum: { ...point, asInt: -9_223_372_036_854_775_808n },
    histogram: { ...point, count: 3n, sum: 1.5, bucketCounts: [1n, 2n], explicitBounds: [0.5], min: 0, max: 1 },
    exponentialHistogram: {
      ...point,
      count: 3n,
      sum: 1,
      scale: -1,
      zeroCount: 1n,
      zeroThreshold: 0.1,
      positive: { offset: -3, bucketCounts: [1n, 300n] },
      negative: { offset: 2, bucketCounts: [7n] },
    },
    summary: { ...point, count: 1n, sum: 2, quantileValues: [{ quantile: 0.5, value: 2 }] },
  };

  it("reaches every field of every kind of data point", () => {
    for (const [kind, fields] of Object.entries(pointFields)) {
      const metrics = [
        { name: "m", [kind]: { dataPoints: [{ timeUnixNano: 9n, asDouble: 4 }, { timeUnixNano: 8n }] } },
      ];
      const view = indexMetrics(aMetricsRequest({ metrics }));
      const result = edited(view, (edits) => {
        for (const [field, value] of Object.entries(fields)) edits.setField("point", 0, field, value as FieldValue);
      });
      const expected = aMetricsRequest({
        metrics: [{ name: "m", [kind]: { dataPoints: [fields, { timeUnixNano: 8n }] } }],
      });
      assert.deepEqual(readMetrics(result), readMetrics(expected), kind);
    }
  });

  it("reaches exemplars and what is said of the data as a whole", () => {
    const dataPoints = [{ exemplars: [{ asInt: 1n }, { asInt: 2n }] }];
    const view = indexMetrics(aMetricsRequest({ metrics: [{ sum: { dataPoints, isMonotonic: true } }] }));
    const result = edited(view, (edits) => {
      edits.setField("exemplar", 1, "asDouble", 0.5);
      edits.setField("exemplar", 1, "spanId", spanId);
      edits.setField("data", 0, "aggregationTemporality", 2);
      edits.setField("data", 0, "isMonotonic", false);
    });
    const exemplars = [{ asInt: 1n }, { asDouble: 0.5, spanId }];
    const expected = aMetricsRequest({
      metrics: [{ sum: { dataPoints: [{ exemplars }], aggregationTemporality: 2 } }],
    });
    assert.deepEqual(readRequest(indexMetrics(result)), readRequest(indexMetrics(expected)));
  });

  it("makes a sum a gauge and a gauge a sum, with their points and what was changed in them", () => {
    const dataPoints = [{ asInt: 1n }, { asInt: 2n }];
    const sum = aMetricsRequest({ metrics: [{ sum: { dataPoints, isMonotonic: true, aggregationTemporality: 2 } }] });
    const gauge = aMetricsRequest({ metrics: [{ gauge: { dataPoints } }] });
    const toGauge = edited(indexMetrics(sum), (edits) => edits.setField("metric", 0, "type", MetricType.gauge));
    assert.deepEqual(readRequest(indexMetrics(toGauge)), readRequest(indexMetrics(gauge)));
    const toSum = edited(indexMetrics(gauge), (edits) => {
      edits.setField("metric", 0, "type", MetricType.sum);
      edits.setField("data", 0, "isMonotonic", true);
      edits.setField("data", 0, "aggregationTemporality", 2);
      edits.setField("point", 1, "asInt", 3n);
    });
    const changed = [{ asInt: 1n }, { asInt: 3n }];
    const expected = aMetricsRequest({
      metrics: [{ sum: { dataPoints: changed, isMonotonic: true, aggregationTemporality: 2 } }],
    });
    assert.deepEqual(readRequest(indexMetrics(toSum)), readRequest(indexMetrics(expected)));
    const histogram = indexMetrics(aMetricsRequest({ metrics: [{ histogram: { dataPoints: [{}] } }] }));
    assert.throws(() => edited(histogram, (edits) => edits.setField("metric", 0, "type", MetricType.sum)), TypeError);
  });

  it("gives a resource and scope that were not sent their fields", () => {
    // ResourceSpans > ScopeSpans > Span, nothing else.
    const bare = indexTraces(new Uint8Array([0x0a, 0x04, 0x12, 0x02, 0x12, 0x00]));
    const again = indexTraces(
      edited(bare, (edits) => {
        edits.setField("resource", 0, "droppedAttributesCount", 3);
        edits.setField("scope", 0, "name", "s");
        edits.setAttribute("scope", 0, "k", { stringValue: "v" });
      }),
    );
    assert.equal(again.resources.droppedAttributesCount[0], 3);
    assert.deepEqual(again.scopes.nameLength[0], 1);
    assert.notEqual(again.scopes.firstAttribute[0], -1);
  });

  it("takes a field away", () => {
    const view = indexLogs(aLogsRequest({ logs: [{ body: "text", severityText: "INFO" }] }));
    const again = indexLogs(edited(view, (edits) => edits.setField("log", 0, "body", null)));
    assert.equal(again.logs.bodyType[0], 0);
    assert.equal(again.logs.severityTextLength[0], 4);
  });

  it("refuses a field that the message does not have", () => {
    const view = indexTraces(aTraceRequest({ spans: [{}] }));
    assert.throws(() => edited(view, (edits) => edits.setField("span", 0, "body", "x")), /Span has no field body/u);
    assert.throws(() => edited(view, (edits) => edits.setField("scope", 0, "kind", 1)), TypeError);
  });
});

describe("dropping and adding", () => {
  it("drops events and links, and the span stays when none is left", () => {
    const link = { traceId, spanId };
    const view = indexTraces(aTraceRequest({ spans: [{ events: [{ name: "a" }, { name: "b" }], links: [link] }] }));
    const again = indexTraces(
      edited(view, (edits) => {
        edits.drop("event", 0);
        edits.drop("event", 1);
        edits.drop("link", 0);
      }),
    );
    assert.deepEqual([again.spans.count, again.events.count, again.links.count], [1, 0, 0]);
  });

  it("drops scopes, resources and metrics as a whole", () => {
    const two = Buffer.concat([aTraceRequest({ spans: [{}, {}] }), aTraceRequest({ spans: [{ name: "kept" }] })]);
    for (const kind of ["resource", "scope"] as const) {
      const again = indexTraces(edited(indexTraces(two), (edits) => edits.drop(kind, 0)));
      assert.deepEqual([again.resources.count, again.scopes.count, again.spans.count], [1, 1, 1]);
    }
    const metrics = ["a", "b"].map((name) => ({ name, gauge: { dataPoints: [{ asInt: 1n }] } }));
    const again = indexMetrics(edited(indexMetrics(aMetricsRequest({ metrics })), (edits) => edits.drop("metric", 0)));
    assert.deepEqual([again.metrics.count, again.points.count], [1, 1]);
  });

  it("adds items behind those of a scope, which stays even if all of them are dropped", () => {
    const view = indexTraces(aTraceRequest({ spans: [{}] }));
    const again = indexTraces(
      edited(view, (edits) => {
        edits.add(0, { traceId, spanId, name: "added" });
        edits.drop("span", 0);
      }),
    );
    assert.equal(again.spans.count, 1);
    assert.equal(again.spans.nameLength[0], 5);
  });

  it("clears all attributes before others are set", () => {
    const view = indexTraces(aTraceRequest({ spans: [{ attributes: { a: "1", b: "2" } }] }));
    const result = edited(view, (edits) => {
      edits.setAttribute("span", 0, "c", { stringValue: "3" });
      edits.clearAttributes("span", 0);
      edits.setAttribute("span", 0, "b", { stringValue: "4" });
    });
    const spans = collect(readRequest(indexTraces(result)), ["resourceSpans", "scopeSpans", "spans"]);
    assert.deepEqual(spans[0]!["attributes"], [{ key: "b", value: { stringValue: "4" } }]);
  });
});
