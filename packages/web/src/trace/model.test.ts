import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, integer, property, record } from "fast-check";
import {
  buffersOf,
  buildTraceModel,
  documentsFound,
  hasFlag,
  nameOf,
  rowFlag,
  rowOfSpan,
  spanIdOf,
  type TraceModel,
} from "./model.ts";
import { aSkeleton, type SpanSketch } from "./testing.ts";

function outline(model: TraceModel): string[] {
  return Array.from({ length: model.rowCount }, (_, row) => {
    const name = hasFlag(model, row, rowFlag.missing) ? `?${spanIdOf(model, row).slice(-2)}` : nameOf(model, row);
    return `${".".repeat(model.depth[row]!)}${name}`;
  });
}

test("children follow their parent, siblings by start", () => {
  const model = buildTraceModel(
    aSkeleton([
      { name: "root", start: 0, duration: 10 },
      { name: "b", parent: 0, start: 5 },
      { name: "a", parent: 0, start: 2 },
      { name: "a1", parent: 2, start: 3 },
    ]),
  );
  assert.deepEqual(outline(model), ["root", ".a", "..a1", ".b"]);
  assert.deepEqual([...model.size], [4, 2, 1, 1]);
  assert.deepEqual([...model.parent], [-1, 0, 1, 0]);
  assert.deepEqual([...model.childCount], [2, 1, 0, 0]);
  assert.equal(model.maxDepth, 2);
});

test("spans that name a parent nobody received share one row for it, over their time", () => {
  const lost = "00000000000000ee";
  const model = buildTraceModel(
    aSkeleton([
      { name: "x", parent: lost, start: 4, duration: 2 },
      { name: "root", start: 5, duration: 9 },
      { name: "y", parent: lost, start: 8, duration: 3 },
    ]),
  );
  assert.deepEqual(outline(model), ["?ee", ".x", ".y", "root"]);
  assert.equal(model.start[0], 4);
  assert.equal(model.duration[0], 7);
  assert.equal(model.missingCount, 1);
  assert.equal(model.spanCount, 3);
  assert.equal(model.from, 4);
  assert.equal(model.to, 14);
});

test("documents found are summed over retrievals, those of a retrieval within another once", () => {
  const model = buildTraceModel(
    aSkeleton([
      { name: "rag" },
      { name: "retrieve", parent: 0, type: "retrieval", documents: 2 },
      { name: "search", parent: 1, type: "retrieval", documents: 5 },
      { name: "search", parent: 0, type: "retrieval", documents: 3 },
      { name: "rerank", parent: 0, type: "rerank", documents: 1 },
    ]),
  );
  assert.equal(documentsFound(model), 5);
  assert.equal(documentsFound(buildTraceModel(aSkeleton([{ name: "rag" }]))), undefined);
});

test("several roots stand side by side", () => {
  assert.deepEqual(outline(buildTraceModel(aSkeleton([{ name: "a" }, { name: "b" }]))), ["a", "b"]);
});

test("a ring of parents is cut at its earliest span and shown", () => {
  const model = buildTraceModel(
    aSkeleton([
      { name: "root" },
      { name: "a", parent: 3 },
      { name: "b", parent: 1 },
      { name: "c", parent: 2 },
      { name: "self", parent: 4 },
    ]),
  );
  assert.deepEqual(outline(model), ["root", "self", "a", ".b", "..c"]);
  assert.ok(hasFlag(model, 1, rowFlag.cyclic) && hasFlag(model, 2, rowFlag.cyclic));
  assert.deepEqual([...model.size], [1, 1, 3, 2, 1]);
});

test("a child before its parent, or wholly after it, is marked; one that outlasts it is not", () => {
  const model = buildTraceModel(
    aSkeleton([
      { name: "root", start: 10, duration: 10 },
      { name: "early", parent: 0, start: 8, duration: 4 },
      { name: "outlasts", parent: 0, start: 15, duration: 30 },
      { name: "after", parent: 0, start: 40 },
    ]),
  );
  const marked = outline(model).filter((_, row) => hasFlag(model, row, rowFlag.skewed));
  assert.deepEqual(marked, [".early", ".after"]);
  assert.equal(model.skewedCount, 2);
  assert.equal(model.from, 8);
});

test("a span without an end runs to the end of the trace", () => {
  const model = buildTraceModel(
    aSkeleton([
      { start: 0, duration: -1 },
      { parent: 0, start: 3, duration: 4 },
    ]),
  );
  assert.ok(hasFlag(model, 0, rowFlag.running));
  assert.equal(model.duration[0], 7);
  assert.equal(model.runningCount, 1);
});

test("errors are summed up the tree", () => {
  const model = buildTraceModel(
    aSkeleton([{}, { parent: 0 }, { parent: 1, status: 2 }, { parent: 0, status: 2 }, { parent: 3 }]),
  );
  assert.deepEqual([...model.errorsBelow], [2, 1, 0, 0, 0]);
  assert.equal(model.errorCount, 2);
});

test("ids are found again, whatever their bits", () => {
  const id = "fedcba9876543210";
  const model = buildTraceModel(aSkeleton([{}, { id, parent: 0 }]));
  assert.equal(rowOfSpan(model, id), 1);
  assert.equal(spanIdOf(model, 1), id);
  assert.equal(rowOfSpan(model, "00000000000000ff"), -1);
});

test("an empty trace and one of depth 5,000 are laid out", () => {
  assert.equal(buildTraceModel(aSkeleton([])).rowCount, 0);
  const chain: SpanSketch[] = Array.from({ length: 5_000 }, (_, i) => (i === 0 ? {} : { parent: i - 1 }));
  const model = buildTraceModel(aSkeleton(chain));
  assert.equal(model.maxDepth, 4_999);
  assert.equal(model.size[0], 5_000);
});

test("whatever the parents are, every span has exactly one row and sizes add up", () => {
  const sketch = record(
    { parent: integer({ min: 0, max: 29 }), start: integer({ min: 0, max: 100 }) },
    { requiredKeys: ["start"] },
  );
  check(
    property(array(sketch, { minLength: 30, maxLength: 30 }), (sketches) => {
      const model = buildTraceModel(aSkeleton(sketches));
      assert.equal(new Set(Array.from({ length: 30 }, (_, row) => spanIdOf(model, row))).size, 30);
      let tops = 0;
      for (let row = 0; row < 30; row++) {
        const parent = model.parent[row]!;
        if (parent < 0) tops += model.size[row]!;
        else assert.ok(parent < row && row < parent + model.size[parent]!);
        assert.equal(model.depth[row], parent < 0 ? 0 : model.depth[parent]! + 1);
      }
      assert.equal(tops, 30);
    }),
  );
});

test("all that is large can be handed to another thread", () => {
  const model = buildTraceModel(aSkeleton([{}, { parent: 0 }]));
  const copy = structuredClone(model, { transfer: buffersOf(model) });
  assert.deepEqual([...copy.size], [2, 1]);
  assert.equal(model.size.length, 0);
});
