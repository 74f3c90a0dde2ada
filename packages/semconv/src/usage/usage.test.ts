import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addBeside } from "./add-beside.ts";

describe("tokens beside a total", () => {
  it("are in it unless they are more than it, or a rule says so", () => {
    assert.equal(addBeside(100, 40, false), 100);
    assert.equal(addBeside(100, 40, true), 140);
    assert.equal(addBeside(10, 400, false), 410);
    assert.equal(addBeside(100, Number.NaN, true), 100);
    assert.ok(Number.isNaN(addBeside(Number.NaN, 5, false)));
  });
});
