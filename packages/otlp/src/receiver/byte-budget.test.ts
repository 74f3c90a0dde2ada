import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createByteBudget } from "./byte-budget.ts";

/** Whether a promise has settled once everything ready has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  const now = new Promise((resolve) => setImmediate(resolve, pending));
  return (await Promise.race([promise, now])) !== pending;
}

describe("a byte budget", () => {
  it("counts what all leases hold, and refuses what would pass it without taking anything", () => {
    const budget = createByteBudget(100);
    const one = budget.lease();
    const other = budget.lease();
    one.grow(60);
    other.grow(40);
    assert.equal(budget.heldBytes, 100);
    assert.throws(() => other.grow(1), { name: "OtlpError", code: "unavailable", retryAfterMs: 1000 });
    one.shrink(10);
    other.grow(10);
    one.release();
    one.release();
    assert.equal(budget.heldBytes, 50);
    other.release();
    assert.equal(budget.heldBytes, 0);
  });

  it("lets requests wait while more than half is held, and go as others are done", async () => {
    const budget = createByteBudget(100, { waitMs: 60_000 });
    assert.ok(await isSettled(budget.room()));
    const lease = budget.lease();
    lease.grow(51);
    const waits = [budget.room(), budget.room(), budget.room()];
    assert.deepEqual(await Promise.all(waits.map(isSettled)), [false, false, false]);
    lease.release();
    assert.deepEqual(await Promise.all(waits.map(isSettled)), [true, true, false]);
    budget.lease().release();
    assert.deepEqual(await Promise.all(waits.map(isSettled)), [true, true, true]);
  });

  it("lets them go after a while in any case", async () => {
    const budget = createByteBudget(100, { waitMs: 1 });
    budget.lease().grow(100);
    await budget.room();
    assert.equal(budget.heldBytes, 100);
  });
});
