import assert from "node:assert/strict";
import { test } from "node:test";
import { lastMs, rangePresets, resolveRange, widerPreset } from "./time-range.ts";

test("only lengths that mean something are lengths", () => {
  assert.equal(lastMs("15m"), 900_000);
  for (const bad of ["", "0h", "h", "1y", "-1h", "99999d", "1h "]) assert.equal(lastMs(bad), undefined);
  for (const preset of rangePresets) assert.ok(lastMs(preset.last) !== undefined);
});

test("the last hour moves with the clock, a fixed stretch does not", () => {
  assert.deepEqual(resolveRange({ last: "1h" }, 10_000_000), { fromMs: 6_400_000, toMs: 10_000_000 });
  assert.deepEqual(resolveRange({ fromMs: 1, toMs: 2 }, 10_000_000), { fromMs: 1, toMs: 2 });
});

test("the next wider preset is offered until there is none", () => {
  assert.equal(widerPreset({ last: "24h" })?.last, "7d");
  assert.equal(widerPreset({ fromMs: 0, toMs: 60_000 })?.last, "15m");
  assert.equal(widerPreset({ last: "30d" }), undefined);
});
