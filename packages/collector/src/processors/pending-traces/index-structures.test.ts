import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { DueWheel } from "./due-wheel.ts";
import { IdTable } from "./id-table.ts";
import { OpenSpans } from "./open-spans.ts";
import { RecordRing } from "./record-ring.ts";

function bytesOf(key: number): Uint8Array {
  const bytes = new Uint8Array(16);
  // few different words, so that keys have them in common
  bytes[0] = key % 3;
  bytes[7] = Math.floor(key / 3) % 5;
  bytes[15] = Math.floor(key / 15);
  return bytes;
}

describe("the table of ids", () => {
  it("gives each key a slot of its own, for as long as it is there", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.boolean()), { maxLength: 600, size: "max" }), (steps) => {
        const table = new IdTable(2);
        const model = new Map<number, number>();
        for (const [key, isAdded] of steps) {
          const known = model.get(key);
          assert.equal(table.find(bytesOf(key), 0), known ?? -1);
          if (isAdded && known === undefined) {
            const slot = table.add(bytesOf(key), 0);
            assert.ok(slot < table.capacity && ![...model.values()].includes(slot));
            model.set(key, slot);
          } else if (!isAdded && known !== undefined) {
            table.remove(known);
            model.delete(key);
          }
        }
        assert.equal(table.count, model.size);
        for (const [key, slot] of model) {
          assert.equal(table.find(bytesOf(key), 0), slot);
          const copy = new Uint8Array(16);
          table.copyTo(slot, copy);
          assert.deepEqual(copy, bytesOf(key));
        }
      }),
    );
  });
});

describe("the wheel of what is due", () => {
  it("hands each slot over once, when it is due and not much later", () => {
    const step = fc.tuple(fc.nat(2_000), fc.nat(1_000), fc.constantFrom("add", "hasten", "remove", "none"));
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200, size: "max" }),
        fc.integer({ min: 1, max: 5_000 }),
        (steps, longestMs) => {
          let nowMs = 1_000_000;
          const wheel = new DueWheel(longestMs, nowMs);
          const due = new Map<number, number>();
          const resolutionMs = Math.min(1_000, Math.ceil(longestMs / 20));
          let next = 0;
          wheel.ensure(steps.length + 1);
          for (const [forwardMs, waitMs, kind] of steps) {
            nowMs += forwardMs;
            wheel.take(nowMs, (slot) => {
              assert.ok(due.get(slot)! <= nowMs, "not before its time");
              due.delete(slot);
            });
            for (const at of due.values()) assert.ok(at > nowMs - resolutionMs, "nothing stays behind");
            assert.equal(wheel.nextMs === Infinity, due.size === 0);
            const [first] = due.keys();
            const dueMs = nowMs + Math.min(waitMs, longestMs);
            if (kind === "add") {
              wheel.add(next, dueMs, nowMs);
              due.set(next++, dueMs);
            } else if (kind === "hasten" && first !== undefined) {
              wheel.hasten(first, dueMs, nowMs);
              due.set(first, Math.min(due.get(first)!, dueMs));
            } else if (kind === "remove" && first !== undefined) {
              wheel.remove(first);
              due.delete(first);
            }
          }
        },
      ),
    );
  });
});

describe("the book of open spans", () => {
  it("knows how many were named and did not come, trace by trace", () => {
    const step = fc.tuple(fc.nat(2), fc.nat(12), fc.constantFrom("came", "named", "clear"));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
        const open = new OpenSpans();
        open.ensure(3);
        const came = [new Set<number>(), new Set<number>(), new Set<number>()];
        const named = [new Set<number>(), new Set<number>(), new Set<number>()];
        for (const [trace, span, kind] of steps) {
          if (kind === "clear" && span === 0) {
            open.clear(trace);
            came[trace]!.clear();
            named[trace]!.clear();
          } else if (kind !== "clear") {
            open[kind](trace, bytesOf(span), 0);
            (kind === "came" ? came : named)[trace]!.add(span);
          }
          assert.equal(open.openOf(trace), [...named[trace]!].filter((one) => !came[trace]!.has(one)).length);
        }
      }),
    );
  });
});

describe("the ring of records", () => {
  it("is handled up to the first record that is held", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(5_000)), { maxLength: 3_000, size: "max" }), (steps) => {
        const ring = new RecordRing(100);
        const held = new Map<number, { position: number; bytes: number }>();
        let end = 100;
        for (const [isAdded, size] of steps) {
          if (isAdded || held.size === 0) {
            held.set(ring.add(end, end + size + 32, size), { position: end, bytes: size });
            end += size + 32;
          } else {
            const numbers = [...held.keys()];
            const number = numbers[size % numbers.length]!;
            assert.equal(ring.positionOf(number), held.get(number)!.position);
            ring.release(number);
            held.delete(number);
          }
          assert.equal(ring.handled, Math.min(end, ...Array.from(held.values(), ({ position }) => position)));
        }
        for (const number of held.keys()) ring.release(number);
        assert.equal(ring.handled, end);
        assert.equal(ring.heldBytes, 0);
      }),
      { numRuns: 20 },
    );
  });
});
