import assert from "node:assert/strict";
import { test } from "node:test";
import { formatZoom, parseTraceSearch, parseZoom } from "./trace-search.ts";

test("parsing twice changes nothing", () => {
  const raw = {
    span: "00000000000000aa",
    tab: "events",
    zoom: "-5_10",
    depth: "2",
    toggled: "00000000000000ab,00000000000000ac",
    find: "x",
    kind: ["tool", "model"],
    errors: "true",
  };
  const once = parseTraceSearch(raw);
  assert.deepEqual(once, {
    ...raw,
    depth: 2,
    toggled: ["00000000000000ab", "00000000000000ac"],
    errors: true,
  });
  assert.deepEqual(parseTraceSearch({ ...once }), once);
});

test("nonsense in an address is dropped", () => {
  const raw = { span: "<script>", tab: "x", zoom: "9_1", depth: "0", toggled: "zz", errors: "1" };
  assert.deepEqual(parseTraceSearch(raw), {});
});

test("a zoom keeps all of what it was", () => {
  assert.equal(formatZoom({ from: 1.7, to: 2.2 }), "1_3");
  assert.deepEqual(parseZoom("-3_4"), { from: -3, to: 4 });
  assert.equal(parseZoom("4_4"), undefined);
});
