import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isFiltered,
  parseListSearch,
  rangeOf,
  readSearchInput,
  toggleFacet,
  toTraceFilter,
  withoutFilters,
} from "./list-search.ts";

test("an address says what the page is, defaults unsaid", () => {
  assert.deepEqual(parseListSearch({}), {});
  assert.deepEqual(parseListSearch({ range: "24h", sort: "start", order: "desc" }), {});
  assert.deepEqual(
    parseListSearch({ service: ["a", "b", "a"], range: "1h", q: "x", sort: "tokens", order: "asc", live: "true" }),
    { service: ["a", "b"], range: "1h", q: "x", sort: "tokens", order: "asc", live: true },
  );
});

test("parsing twice changes nothing", () => {
  const raw = {
    from: "1000",
    to: "2000",
    service: "a",
    attribute: ["k=v", "bad"],
    minDurationMs: "5",
    status: "error",
  };
  const once = parseListSearch(raw);
  assert.deepEqual(once, {
    from: 1000,
    to: 2000,
    service: ["a"],
    attribute: ["k=v"],
    minDurationMs: 5,
    status: ["error"],
  });
  assert.deepEqual(parseListSearch({ ...once }), once);
});

test("nonsense in an address is dropped, not shown as an error", () => {
  assert.deepEqual(
    parseListSearch({ range: "soon", from: "2000", to: "1000", sort: "colour", minDurationMs: "-1", status: "fine" }),
    {},
  );
});

test("a fixed range wins over a relative one", () => {
  assert.deepEqual(rangeOf(parseListSearch({ range: "1h", from: 1, to: 2 })), { fromMs: 1, toMs: 2 });
  assert.deepEqual(rangeOf({}), { last: "24h" });
});

test("a facet value is toggled, and status holds one value", () => {
  const search = toggleFacet(toggleFacet({}, "service", "a"), "service", "b");
  assert.deepEqual(search, { service: ["a", "b"] });
  assert.deepEqual(toggleFacet(toggleFacet(search, "service", "a"), "service", "b"), {});
  assert.deepEqual(toggleFacet({ status: ["ok"] }, "status", "error"), { status: ["error"] });
});

test("clearing filters keeps range and order", () => {
  const search = parseListSearch({ range: "1h", sort: "duration", service: "a", q: "x" });
  assert.ok(isFiltered(search));
  assert.deepEqual(withoutFilters(search), { range: "1h", sort: "duration" });
  assert.ok(!isFiltered(withoutFilters(search)));
});

test("key=value typed in the box is an attribute filter, a sentence is not", () => {
  assert.deepEqual(readSearchInput(" user.id=42 "), { attribute: "user.id=42" });
  assert.deepEqual(readSearchInput("why is a = b"), { q: "why is a = b" });
  assert.deepEqual(readSearchInput("key="), { q: "key=" });
  assert.deepEqual(readSearchInput(`${"AB".repeat(16)} `), { traceId: "ab".repeat(16) });
  assert.equal(readSearchInput("  "), undefined);
});

test("every filter reaches the API under its own name, and a kind that is none does not", () => {
  const search = parseListSearch({
    service: ["a", "b"],
    spanType: ["tool", "colour"],
    status: "error",
    attribute: "k=v",
    q: "x",
    maxDurationMs: "10",
    range: "1h",
    sort: "spans",
  });
  assert.deepEqual(toTraceFilter(search), {
    status: "error",
    spanType: ["tool"],
    service: ["a", "b"],
    attribute: ["k=v"],
    q: "x",
    maxDurationMs: 10,
  });
});
