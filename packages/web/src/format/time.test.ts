import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAgo, formatTick, formatTimestamp, formatWhen, nanoBetween, unixMs } from "./time.ts";

test("nanoseconds beyond 2^53 lose nothing above the millisecond", () => {
  assert.equal(unixMs("1795444265123999999"), 1795444265123);
  assert.equal(nanoBetween("1795444265123999999", "1795444265124000001"), 2);
});

test("a list shows the date only where it is not today's", () => {
  const now = new Date(2026, 10, 23, 16, 0, 0).getTime();
  assert.equal(formatWhen(new Date(2026, 10, 23, 4, 5, 6).getTime(), now), "04:05:06");
  assert.equal(formatWhen(new Date(2026, 10, 22, 4, 5, 6).getTime(), now), "Nov 22 04:05:06");
  assert.equal(formatWhen(new Date(2025, 11, 31, 4, 5, 6).getTime(), now), "2025-12-31 04:05:06");
  assert.equal(formatTimestamp(new Date(2026, 0, 2, 3, 4, 5, 6).getTime()), "2026-01-02 03:04:05.006");
});

test("ages are told in one unit, and a clock ahead of ours is now", () => {
  assert.equal(formatAgo(1_000, 1_000), "now");
  assert.equal(formatAgo(9_000, 1_000), "now");
  assert.equal(formatAgo(0, 59_000), "59 s ago");
  assert.equal(formatAgo(0, 119_000), "1 m ago");
  assert.equal(formatAgo(0, 7_200_000), "2 h ago");
  assert.equal(formatAgo(0, 172_800_000), "2 d ago");
});

test("ticks are as precise as the axis is short", () => {
  const at = new Date(2026, 10, 23, 4, 5, 6).getTime();
  assert.equal(formatTick(at, 60_000), "04:05:06");
  assert.equal(formatTick(at, 3_600_000), "04:05");
  assert.equal(formatTick(at, 3 * 86_400_000), "Nov 23 04:05");
  assert.equal(formatTick(at, 30 * 86_400_000), "Nov 23");
});
