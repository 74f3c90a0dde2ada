import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { Signal } from "../signal.ts";
import { arbitraryRequest } from "../testing/arbitrary-request.ts";
import { aLogsRequest, aMetricsRequest, aTraceRequest } from "../testing/builders.ts";
import { encodeRequest } from "../testing/encode-request.ts";
import type { RequestObject } from "../testing/encode-request.ts";
import { prune, requestSchemas } from "../testing/prune.ts";
import { readRequest } from "../testing/read-request.ts";
import { scramble } from "../testing/scramble.ts";
import { indexLogs } from "../view/index-logs.ts";
import { indexMetrics } from "../view/index-metrics.ts";
import { indexTraces } from "../view/index-traces.ts";
import { readString } from "../view/read-scalar.ts";
import { readAttributes } from "../view/read-value.ts";
import type { LogView, MetricView, TraceView } from "../view/views.ts";
import { Edits } from "./edits.ts";
import type { OwnerKind } from "./edits.ts";
import { encode } from "./encode.ts";

function edited(view: TraceView | LogView | MetricView, change: (edits: Edits) => void): Uint8Array {
  const edits = new Edits();
  change(edits);
  return encode(view, edits);
}

function attributesOfSpan(bytes: Uint8Array, row = 0): unknown {
  const view = indexTraces(bytes);
  return readAttributes(view, view.spans.firstAttribute[row]!).map(({ key, value }) => [key, Object.values(value)[0]]);
}

describe("editing attributes", () => {
  const view = indexTraces(
    aTraceRequest({ spans: [{ attributes: { a: "1", b: "2", c: "3" } }, { attributes: { a: "other" } }] }),
  );

  it("sets one in its place, or last", () => {
    const bytes = edited(view, (edits) => {
      edits.setAttribute("span", 0, "b", { intValue: "9007199254740993" });
      edits.setAttribute("span", 0, "d", { stringValue: "4" });
    });
    assert.deepEqual(attributesOfSpan(bytes), [
      ["a", "1"],
      ["b", "9007199254740993"],
      ["c", "3"],
      ["d", "4"],
    ]);
    assert.deepEqual(attributesOfSpan(bytes, 1), [["a", "other"]]);
  });

  it("renames one and keeps its value, replacing what had the name", () => {
    const bytes = edited(view, (edits) => edits.renameAttribute("span", 0, "a", "c"));
    assert.deepEqual(attributesOfSpan(bytes), [
      ["c", "1"],
      ["b", "2"],
    ]);
  });

  it("deletes one", () => {
    assert.deepEqual(attributesOfSpan(edited(view, (edits) => edits.deleteAttribute("span", 0, "b"))), [
      ["a", "1"],
      ["c", "3"],
    ]);
  });

  it("applies edits of one owner in order", () => {
    const bytes = edited(view, (edits) => {
      edits.renameAttribute("span", 0, "a", "x");
      edits.setAttribute("span", 0, "x", { boolValue: true });
      edits.setAttribute("span", 0, "a", { stringValue: "again" });
      edits.deleteAttribute("span", 0, "c");
    });
    assert.deepEqual(attributesOfSpan(bytes), [
      ["x", true],
      ["b", "2"],
      ["a", "again"],
    ]);
  });

  it("leaves a key that was sent twice once", () => {
    const twice = indexTraces(
      encodeRequest(Signal.traces, {
        resourceSpans: [
          {
            scopeSpans: [
              { spans: [{ attributes: ["1", "2", "3"].map((text) => ({ key: "a", value: { stringValue: text } })) }] },
            ],
          },
        ],
      }),
    );
    assert.deepEqual(
      attributesOfSpan(edited(twice, (edits) => edits.setAttribute("span", 0, "a", { stringValue: "x" }))),
      [["a", "x"]],
    );
    assert.deepEqual(attributesOfSpan(edited(twice, (edits) => edits.renameAttribute("span", 0, "a", "b"))), [
      ["b", "1"],
    ]);
    assert.deepEqual(attributesOfSpan(edited(twice, (edits) => edits.deleteAttribute("span", 0, "a"))), []);
  });

  it("gives a resource or scope that was not sent its attributes", () => {
    // ResourceSpans > ScopeSpans > Span, nothing else.
    const bare = indexTraces(new Uint8Array([0x0a, 0x04, 0x12, 0x02, 0x12, 0x00]));
    const again = indexTraces(
      edited(bare, (edits) => {
        edits.setAttribute("resource", 0, "service.name", { stringValue: "s" });
        edits.setAttribute("scope", 0, "k", { doubleValue: 0.5 });
      }),
    );
    assert.deepEqual(readAttributes(again, again.resources.firstAttribute[0]!), [
      { key: "service.name", value: { stringValue: "s" } },
    ]);
    assert.deepEqual(readAttributes(again, again.scopes.firstAttribute[0]!), [
      { key: "k", value: { doubleValue: 0.5 } },
    ]);
    assert.equal(again.spans.count, 1);
  });

  it("refuses a row that is not there and an owner of another signal", () => {
    assert.throws(() => edited(view, (edits) => edits.deleteAttribute("span", 2, "a")), RangeError);
    assert.throws(() => edited(view, (edits) => edits.deleteAttribute("log", 0, "a")), TypeError);
  });
});

describe("renaming a span", () => {
  it("replaces its name, or adds one", () => {
    const view = indexTraces(aTraceRequest({ spans: [{ name: "before" }, { name: "" }] }));
    const again = indexTraces(
      edited(view, (edits) => {
        edits.renameSpan(0, "after, and much longer than before");
        edits.renameSpan(1, "named");
      }),
    );
    const names = [0, 1].map((row) => readString(again, again.spans.nameOffset[row]!, again.spans.nameLength[row]!));
    assert.deepEqual(names, ["after, and much longer than before", "named"]);
  });
});

describe("dropping", () => {
  it("takes a scope and a resource along when nothing is left in them", () => {
    const [first, second] = [aTraceRequest({ spans: [{}, {}] }), aTraceRequest({ spans: [{ name: "kept" }] })];
    const view = indexTraces(Buffer.concat([first, second]));
    const bytes = edited(view, (edits) => {
      edits.drop("span", 0);
      edits.drop("span", 1);
    });
    assert.deepEqual(Buffer.from(bytes), Buffer.from(second));
  });

  it("of every item leaves an empty request", () => {
    const logs = indexLogs(aLogsRequest({ logs: [{ body: "x" }] }));
    assert.equal(edited(logs, (edits) => edits.drop("log", 0)).length, 0);
    const metrics = indexMetrics(aMetricsRequest({ metrics: [{ name: "m", gauge: { dataPoints: [{ asInt: 1 }] } }] }));
    assert.equal(edited(metrics, (edits) => edits.drop("point", 0)).length, 0);
  });

  it("does not bring back data of a kind that a later one replaced", () => {
    // Metric { gauge { point } sum { point } }: a oneof, so that the sum counts.
    const metric = [0x2a, 0x02, 0x0a, 0x00, 0x3a, 0x02, 0x0a, 0x00];
    const view = indexMetrics(new Uint8Array([0x0a, 0x0c, 0x12, 0x0a, 0x12, 0x08, ...metric]));
    assert.equal(view.points.count, 1);
    assert.equal(edited(view, (edits) => edits.drop("point", 0)).length, 0);
  });
});

/** Calls `visit` with every object that has attributes, of the kind, in the order of the rows. */
const owners: Record<string, { path: string[]; attributes: string }> = {
  span: { path: ["resourceSpans", "scopeSpans", "spans"], attributes: "attributes" },
  event: { path: ["resourceSpans", "scopeSpans", "spans", "events"], attributes: "attributes" },
  link: { path: ["resourceSpans", "scopeSpans", "spans", "links"], attributes: "attributes" },
  log: { path: ["resourceLogs", "scopeLogs", "logRecords"], attributes: "attributes" },
  metric: { path: ["resourceMetrics", "scopeMetrics", "metrics"], attributes: "metadata" },
};

function collect(object: unknown, path: readonly string[]): Record<string, unknown>[] {
  let level: unknown[] = [object];
  for (const name of path)
    level = level.flatMap((one) => new Map<string, unknown>(Object.entries(Object(one))).get(name) ?? []);
  return level.map((one) => Object(one));
}

const cases: readonly (readonly [OwnerKind, Signal, (bytes: Uint8Array) => TraceView | LogView | MetricView])[] = [
  ["span", Signal.traces, indexTraces],
  ["event", Signal.traces, indexTraces],
  ["link", Signal.traces, indexTraces],
  ["log", Signal.logs, indexLogs],
  ["metric", Signal.metrics, indexMetrics],
];

describe("editing what metrics are made of", () => {
  it("reaches points and exemplars of every kind", () => {
    const point = { timeUnixNano: "1", exemplars: [{ asInt: "7" }, { asDouble: 0.5 }] };
    const metrics = ["gauge", "sum", "histogram", "exponentialHistogram"].map((kind) => ({
      name: kind,
      [kind]: { dataPoints: [point, point] },
    }));
    const view = indexMetrics(
      aMetricsRequest({ metrics: [...metrics, { name: "summary", summary: { dataPoints: [point, point] } }] }),
    );
    assert.deepEqual([view.points.count, view.exemplars.count], [10, 16]);
    const added = { key: "k", value: { stringValue: "v" } };
    const again = indexMetrics(
      edited(view, (edits) => {
        for (let row = 0; row < 10; row++) edits.setAttribute("point", row, "k", added.value);
        for (let row = 0; row < 16; row++) edits.setAttribute("exemplar", row, "k", added.value);
        edits.drop("point", 3);
      }),
    );
    assert.deepEqual([again.points.count, again.exemplars.count], [9, 14]);
    for (let row = 0; row < 9; row++)
      assert.deepEqual(readAttributes(again, again.points.firstAttribute[row]!), [added]);
    for (let row = 0; row < 14; row++)
      assert.deepEqual(readAttributes(again, again.exemplars.firstAttribute[row]!), [added]);
  });
});

describe("encoding any request with an edit", () => {
  for (const [kind, signal, index] of cases) {
    it(`changes that ${kind} and nothing else, unknown fields and odd encodings included`, () => {
      const { path, attributes } = owners[kind]!;
      fc.assert(
        fc.property(arbitraryRequest(signal), fc.nat(), fc.infiniteStream(fc.nat()), (object, pick, numbers) => {
          const expected: RequestObject = structuredClone(prune(signal, object));
          const found = collect(expected, path);
          if (found.length === 0) return;
          const row = pick % found.length;
          const list = found[row]![attributes];
          found[row]![attributes] = [
            ...(Array.isArray(list) ? list : []),
            { key: "added by an edit", value: { stringValue: "x" } },
          ];
          const bytes = scramble(
            encodeRequest(signal, object),
            requestSchemas[signal],
            (below) => numbers.next().value % below,
          );
          const view = index(bytes);
          // Rows follow the order of the bytes, which is that of the objects within one list; scrambling keeps the order of one field's values.
          const result = edited(view, (edits) =>
            edits.setAttribute(kind, row, "added by an edit", { stringValue: "x" }),
          );
          assert.deepEqual(prune(signal, readRequest(index(result))), expected);
        }),
        { numRuns: 40 },
      );
    });
  }

  it("of no edits gives the bytes that were indexed", () => {
    const bytes = aTraceRequest({ spans: [{}] });
    assert.equal(encode(indexTraces(bytes), new Edits()), bytes);
  });

  it("leaves every byte outside the touched span and its enclosing lengths as it was", () => {
    const bytes = aTraceRequest({ spans: [{ name: "one" }, { name: "two" }, { name: "three" }] });
    const view = indexTraces(bytes);
    const result = Buffer.from(edited(view, (edits) => edits.renameSpan(1, "TWO")));
    const expected = Buffer.from(bytes);
    expected.write("TWO", view.spans.nameOffset[1]!);
    assert.deepEqual(result, expected);
  });
});
