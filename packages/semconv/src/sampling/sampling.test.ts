import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  adjustedCount,
  combinedThreshold,
  formatOtTraceState,
  isKept,
  parseOtTraceState,
  randomnessOf,
  thresholdOf,
} from "./index.ts";

describe("the sampling threshold", () => {
  // examples of the specification, "TraceState: Probability Sampling"
  it("is that of the specification's examples", () => {
    assert.equal(thresholdOf(1), "0");
    assert.equal(thresholdOf(0.5), "8");
    assert.equal(thresholdOf(0.25), "c");
    assert.equal(thresholdOf(0.1), "e666");
    assert.equal(thresholdOf(0.01), "fd70a");
    assert.equal(thresholdOf(0.99), "028f6");
    assert.equal(thresholdOf(1 / 3, 2), "ab");
    assert.equal(thresholdOf(1 / 3, 14), "aaaaaaaaaaaaac");
    assert.equal(thresholdOf(0), undefined);
    for (const wrong of [-0.1, 1.1, Number.NaN]) assert.throws(() => thresholdOf(wrong), RangeError);
  });

  it("keeps the share it says, by the trace id alone", () => {
    const threshold = thresholdOf(0.1)!;
    let kept = 0;
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      // evenly spread over 56 bits
      const traceId = `${"0".repeat(18)}${Math.floor((i / count) * 2 ** 52)
        .toString(16)
        .padStart(13, "0")}0`;
      if (isKept(threshold, randomnessOf(traceId, { rest: [] }))) kept++;
    }
    assert.ok(Math.abs(kept / count - 0.1) < 0.001, `${kept} of ${count}`);
  });

  it("says how many spans one stands for", () => {
    assert.equal(adjustedCount("0"), 1);
    assert.equal(adjustedCount("8"), 2);
    assert.ok(Math.abs(adjustedCount(thresholdOf(0.1)) - 10) < 0.001);
    assert.ok(Math.abs(adjustedCount(thresholdOf(0.0001)) - 10_000) < 1);
    assert.equal(adjustedCount(undefined), 1);
    assert.equal(adjustedCount("ffffffffffffff"), 2 ** 56);
  });
});

describe("the threshold of what is sampled twice", () => {
  it("stands for the product of both shares", () => {
    assert.equal(combinedThreshold(undefined, 0.25), "c");
    assert.equal(combinedThreshold("8", 0.5), "c");
    assert.equal(combinedThreshold(thresholdOf(0.1), 0.1), thresholdOf(0.01));
    assert.equal(combinedThreshold("e666", 1), "e666");
    assert.equal(combinedThreshold(undefined, 1), "0");
    assert.equal(combinedThreshold("ffffffffffffff", 0.1), undefined);
  });
});

describe("the trace state's ot entry", () => {
  it("is read, kept and written", () => {
    const state = parseOtTraceState("th:c;rv:00112233445566;x:y");
    assert.deepEqual(state, { threshold: "c", randomness: "00112233445566", rest: ["x:y"] });
    assert.equal(formatOtTraceState(state), "th:c;rv:00112233445566;x:y");
    assert.equal(formatOtTraceState({ rest: [] }), "");
    assert.equal(randomnessOf("f".repeat(32), state), "00112233445566");
  });

  it("is as if it were not there where it is malformed", () => {
    for (const wrong of ["th:", "th:xyz", "th:123456789abcdef", "rv:12", "th:E666"]) {
      assert.deepEqual(parseOtTraceState(wrong), { rest: [] }, wrong);
    }
    assert.deepEqual(parseOtTraceState("x".repeat(257)), { rest: [] });
    assert.equal(formatOtTraceState({ threshold: "8", rest: ["a:b", `c:${"d".repeat(250)}`] }), "th:8;a:b");
  });
});
