import assert from "node:assert/strict";
import { test } from "node:test";
import { ratesBetween } from "./rates.ts";

test("rates are what was added a second; what is new or began anew has none", () => {
  const before = {
    atMs: 1_000,
    counts: new Map([
      ["a", 10],
      ["b", 5],
      ["gone", 1],
    ]),
  };
  const now = {
    atMs: 3_000,
    counts: new Map([
      ["a", 30],
      ["b", 2],
      ["new", 7],
    ]),
  };
  assert.deepEqual([...ratesBetween(before, now)], [["a", 10]]);
  assert.equal(ratesBetween(undefined, now).size, 0);
  assert.equal(ratesBetween(now, now).size, 0);
});
