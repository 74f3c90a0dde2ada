import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBytes, formatCount, formatShortCount, formatTokens, plural } from "./count.ts";

test("unknown is a dash and never 0", () => {
  assert.equal(formatCount(null), "–");
  assert.equal(formatShortCount(Number.NaN), "–");
  assert.equal(formatCount(0), "0");
});

test("short counts stay within four characters and a unit", () => {
  const cases: [number, string][] = [
    [950, "950"],
    [1_000, "1k"],
    [1_240, "1.2k"],
    [34_400, "34k"],
    [999_499, "999k"],
    [999_500, "1M"],
    [1_250_000, "1.3M"],
    [2_000_000_000, "2B"],
  ];
  for (const [value, text] of cases) assert.equal(formatShortCount(value), text);
});

test("bytes are in binary units", () => {
  assert.equal(formatBytes(0), "0 B");
  assert.equal(formatBytes(1536), "1.5 KiB");
  assert.equal(formatBytes(12 * 1024 * 1024), "12 MiB");
});

test("one is singular", () => {
  assert.equal(plural(1, "span"), "1 span");
  assert.equal(plural(1_200, "span"), "1,200 spans");
  assert.equal(plural(2, "query", "queries"), "2 queries");
});

test("tokens show the side that is known", () => {
  assert.equal(formatTokens(1_200, 340), "1.2k → 340");
  assert.equal(formatTokens(11, null), "11");
  assert.equal(formatTokens(Number.NaN, 5), "→ 5");
  assert.equal(formatTokens(null, null), "–");
});
