import assert from "node:assert/strict";
import { it } from "node:test";
import { adjustedCount, parseOtTraceState } from "../sampling/index.ts";
import { adjustedCountAt } from "./adjusted-count-at.ts";

function read(text: string): number {
  const bytes = new TextEncoder().encode(`xx${text}yy`);
  return adjustedCountAt(bytes, 2, bytes.length - 4);
}

it("reads from the wire how many spans one stands for", () => {
  for (const value of [
    "th:c",
    "th:e666",
    "rv:0123456789abcd;th:8",
    "th:0",
    "th:fffffffffffff8",
    "th:xyz",
    "th:",
    "rv:1",
  ]) {
    const expected = adjustedCount(parseOtTraceState(value).threshold);
    assert.ok(Math.abs(read(`ot=${value}`) - expected) <= expected * 1e-9, value);
  }
  assert.equal(read("vendor=1, ot=th:c,other=2"), 4);
  assert.equal(read("notot=th:c"), 1);
  assert.equal(read(""), 1);
});
