import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createByteBudget, type ByteBudget, type ByteLease } from "./byte-budget.ts";

/** Whether a promise has settled once everything ready has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol("pending");
  const now = new Promise((resolve) => setImmediate(resolve, pending));
  return (await Promise.race([promise, now])) !== pending;
}

/** A budget that has seen many requests of `bytes`. */
async function usedTo(budget: ByteBudget, bytes: number): Promise<ByteBudget> {
  for (let count = 0; count < 100; count++) {
    const lease = await budget.admit();
    lease.grow(bytes);
    lease.release();
  }
  return budget;
}

describe("a byte budget", () => {
  it("counts what all leases hold, and refuses what would pass it without taking anything", async () => {
    const budget = createByteBudget(100);
    const one = await budget.admit();
    const other = await budget.admit();
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

  it("lets as many in as are likely to fit in half of it, and others as these are done", async () => {
    const budget = await usedTo(createByteBudget(1000, { waitMs: 60_000 }), 100);
    const admitted: Promise<ByteLease>[] = Array.from({ length: 8 }, () => budget.admit());
    const open = async (): Promise<number> => (await Promise.all(admitted.map(isSettled))).filter(Boolean).length;
    const before = await open();
    assert.ok(before === 4 || before === 5, String(before));
    (await admitted[0])?.release();
    (await admitted[1])?.release();
    assert.ok((await open()) >= before + 2);
    for (const each of admitted) (await each).release();
    assert.equal(budget.heldBytes, 0);
  });

  it("lets one of any size in when nothing else is held", async () => {
    const budget = await usedTo(createByteBudget(1000, { waitMs: 60_000 }), 900);
    const first = await budget.admit();
    const second = budget.admit();
    assert.equal(await isSettled(second), false);
    first.release();
    assert.equal(await isSettled(second), true);
    (await second).release();
  });

  it("lets them go after a while in any case", async () => {
    const budget = createByteBudget(100, { waitMs: 1 });
    (await budget.admit()).grow(100);
    const late = await budget.admit();
    assert.throws(() => late.grow(1), { code: "unavailable" });
    assert.equal(budget.heldBytes, 100);
  });
});
