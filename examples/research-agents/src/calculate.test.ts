import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { calculate } from "./calculate.ts";

describe("the calculator", () => {
  it("does products before sums", () => {
    assert.equal(calculate("2 + 3 * 4 - 6 / 2"), 11);
    assert.equal(calculate("0.5*4"), 2);
    assert.equal(calculate("7"), 7);
  });

  it("refuses anything else", () => {
    for (const text of ["", "2 +", "process.exit()", "2 ** 3", "1e3"]) {
      assert.throws(() => calculate(text), /cannot work out/u);
    }
  });
});
