import assert from "node:assert/strict";
import { test } from "node:test";
import { barOf, indentOf, overviewMarks, panBy, selfDuration, selfTime, ticks, zoomBy } from "./layout.ts";
import { buildTraceModel } from "./model.ts";
import { aSkeleton } from "./testing.ts";

const model = buildTraceModel(
  aSkeleton([
    { start: 0, duration: 100 },
    { parent: 0, start: 10, duration: 20 },
    { parent: 0, start: 25, duration: 15 },
    { parent: 0, start: 90, duration: 50, status: 2 },
  ]),
);

test("a bar is a share of what is in view", () => {
  assert.deepEqual(barOf(model, 1, { from: 0, to: 100 }), { left: 0.1, width: 0.2 });
  assert.deepEqual(barOf(model, 1, { from: 20, to: 40 }), { left: -0.5, width: 1 });
});

test("self time is what no child covers; overlapping children count once, overhang not at all", () => {
  assert.deepEqual([...selfTime(model, 0)], [0, 10, 40, 90]);
  assert.equal(selfDuration(model, 0), 60);
  assert.deepEqual([...selfTime(model, 0, 10)], [40, 90]);
  assert.deepEqual([...selfTime(model, 1)], [10, 30]);
});

test("self time of a skewed child before its parent does not go below the parent's start", () => {
  const skewed = buildTraceModel(
    aSkeleton([
      { start: 10, duration: 10 },
      { parent: 0, start: 5, duration: 7 },
    ]),
  );
  assert.deepEqual([...selfTime(skewed, 0)], [12, 20]);
});

test("a span of no length still has a place", () => {
  const point = buildTraceModel(aSkeleton([{ start: 5, duration: 0 }]));
  assert.deepEqual([...selfTime(point, 0)], [5, 5]);
});

test("ticks are round and few", () => {
  assert.deepEqual(ticks({ from: 0, to: 100 }, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(ticks({ from: 3, to: 9 }, 4), [4, 6, 8]);
  assert.ok(ticks({ from: 0, to: 7.3e12 }, 6).length <= 7);
});

test("zooming keeps the point under the pointer and stays inside the trace", () => {
  const bounds = { from: 0, to: 1e9 };
  assert.deepEqual(zoomBy(bounds, bounds, 0.5, 2.5e8), { from: 1.25e8, to: 6.25e8 });
  assert.deepEqual(zoomBy({ from: 0, to: 5e8 }, bounds, 10), bounds);
  const least = zoomBy(bounds, bounds, 1e-12);
  assert.ok(Math.abs(least.to - least.from - 1_000) < 1e-3);
});

test("panning stops at the ends", () => {
  const bounds = { from: 0, to: 100 };
  assert.deepEqual(panBy({ from: 10, to: 30 }, bounds, 0.5), { from: 20, to: 40 });
  assert.deepEqual(panBy({ from: 10, to: 30 }, bounds, -5), { from: 0, to: 20 });
  assert.deepEqual(panBy({ from: 10, to: 30 }, bounds, 50), { from: 80, to: 100 });
});

test("the overview thins out a wide trace but keeps what failed", () => {
  const wide = buildTraceModel(
    aSkeleton(
      Array.from({ length: 10_000 }, (_, i) =>
        i === 0 ? { duration: 10_000 } : i === 7_777 ? { parent: 6_000, status: 2 } : { parent: i < 6_001 ? 0 : 6_000 },
      ),
    ),
  );
  const marks = overviewMarks(wide, 500);
  assert.ok(marks.types.length <= 501);
  assert.equal(
    marks.errors.reduce((sum, one) => sum + one, 0),
    1,
  );
  assert.equal(overviewMarks(model, 500).types.length, 4);
});

test("indents grow with depth and never reach their limit", () => {
  assert.equal(indentOf(3, 14, 240), 42);
  let before = -1;
  for (let depth = 0; depth < 200; depth++) {
    const indent = indentOf(depth, 14, 240);
    assert.ok(indent > before && indent < 240);
    before = indent;
  }
});
