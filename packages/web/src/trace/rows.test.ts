import assert from "node:assert/strict";
import { test } from "node:test";
import { spanTypes } from "@genscope/semconv";
import { findRows, highlight, hitFrom } from "./find.ts";
import { buildTraceModel } from "./model.ts";
import { allOpen, closedAncestors, isOpen, keptRows, nextRow, visibleRows } from "./rows.ts";
import { aSkeleton } from "./testing.ts";

//  0 root ─ 1 agent ─ 2 chat
//                   └ 3 tool (failed)
//         └ 4 retrieval
const model = buildTraceModel(
  aSkeleton([
    { name: "POST /ask", service: "api" },
    { name: "invoke_agent Planner", parent: 0, type: "agent", label: "Planner" },
    { name: "chat gpt-5", parent: 1, type: "model", label: "gpt-5" },
    { name: "execute_tool web", parent: 1, type: "tool", status: 2, label: "web" },
    { name: "retrieve docs", parent: 0, type: "retrieval", service: "search" },
  ]),
);

test("depth closes what lies deeper, and a toggled row is the other way round", () => {
  assert.deepEqual([...visibleRows(model, allOpen)], [0, 1, 2, 3, 4]);
  assert.deepEqual([...visibleRows(model, { depth: 1, toggled: new Set() })], [0]);
  assert.deepEqual([...visibleRows(model, { depth: 2, toggled: new Set() })], [0, 1, 4]);
  assert.deepEqual([...visibleRows(model, { depth: 2, toggled: new Set([1]) })], [0, 1, 2, 3, 4]);
  assert.deepEqual([...visibleRows(model, { depth: Infinity, toggled: new Set([1]) })], [0, 1, 4]);
  assert.ok(!isOpen(model, 1, { depth: Infinity, toggled: new Set([1]) }));
});

test("a filter keeps what fits and its ancestors", () => {
  const keep = keptRows(model, { types: new Set([spanTypes.indexOf("tool")]), errors: false });
  assert.deepEqual([...keep!], [1, 1, 0, 2, 0]);
  assert.deepEqual([...visibleRows(model, allOpen, keep)], [0, 1, 3]);
  assert.deepEqual([...keptRows(model, { types: new Set(), errors: true })!], [1, 1, 0, 2, 0]);
  assert.deepEqual([...keptRows(model, { types: new Set([0]), errors: true })!], [0, 0, 0, 0, 0]);
  assert.equal(keptRows(model, { types: new Set(), errors: false }), undefined);
});

test("showing a row means opening what hides it, top down", () => {
  assert.deepEqual(closedAncestors(model, 3, { depth: 1, toggled: new Set() }), [0, 1]);
  assert.deepEqual(closedAncestors(model, 3, allOpen), []);
});

test("the next row of a sort goes round at either end", () => {
  const failed = (row: number): boolean => model.status[row] === 2;
  assert.equal(nextRow(model, -1, 1, failed), 3);
  assert.equal(nextRow(model, 3, 1, failed), 3);
  assert.equal(nextRow(model, 0, -1, failed), 3);
  assert.equal(
    nextRow(model, -1, -1, (row) => row === 4),
    4,
  );
  assert.equal(
    nextRow(model, 0, 1, () => false),
    -1,
  );
});

test("finding looks at names, services, labels, kinds and ids, all words required", () => {
  assert.deepEqual([...findRows(model, "PLANNER")], [1]);
  assert.deepEqual([...findRows(model, "search retrieve")], [4]);
  assert.deepEqual([...findRows(model, "tool web")], [3]);
  assert.deepEqual([...findRows(model, "model")], [2]);
  assert.deepEqual([...findRows(model, "0000000000000003")], [2]);
  assert.deepEqual([...findRows(model, "  ")], []);
  assert.deepEqual([...findRows(model, "nothing-like-it")], []);
});

test("the counter starts at the selected row", () => {
  const hits = Int32Array.of(2, 5, 9);
  assert.equal(hitFrom(hits, 4), 1);
  assert.equal(hitFrom(hits, 10), 0);
});

test("highlighting cuts a text without losing any of it", () => {
  assert.deepEqual(highlight("chat gpt-5 chat", "CHAT"), [
    { text: "chat", hit: true },
    { text: " gpt-5 ", hit: false },
    { text: "chat", hit: true },
  ]);
  assert.deepEqual(highlight("<b>İ</b>", "b"), [{ text: "<b>İ</b>", hit: false }]);
  assert.deepEqual(highlight("abc", ""), [{ text: "abc", hit: false }]);
});
