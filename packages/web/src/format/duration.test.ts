import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, formatSpanDuration } from "./duration.ts";

test("a duration keeps three significant digits and takes the unit that fits", () => {
  const cases: [number, string][] = [
    [0, "0 ns"],
    [999, "999 ns"],
    [1_000, "1.00 µs"],
    [350_400, "350 µs"],
    [999_499, "999 µs"],
    [999_500, "1.00 ms"],
    [12_440_000, "12.4 ms"],
    [1_240_000_000, "1.24 s"],
    [59_940_000_000, "59.9 s"],
    [59_999_000_000, "1 m 00 s"],
    [123_000_000_000, "2 m 03 s"],
    [3_600_000_000_000, "1 h 00 m"],
    [90_000_000_000_000, "1 d 01 h"],
    [-5_000_000, "−5.00 ms"],
    [Number.NaN, "–"],
  ];
  for (const [nano, text] of cases) assert.equal(formatDuration(nano), text);
});

test("a span without an end is running", () => {
  assert.equal(formatSpanDuration(-1), "running");
  assert.equal(formatSpanDuration(0), "0 ns");
});
