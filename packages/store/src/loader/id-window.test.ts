import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { array, assert as check, nat, property } from "fast-check";
import { IdWindow } from "./id-window.ts";

function id(n: number): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32BE(n, 12);
  bytes.writeUInt32BE(n * 7, 20);
  return bytes;
}

describe("IdWindow", () => {
  it("knows an id again, and only that one", () => {
    const window = new IdWindow(1024);
    const ids = randomBytes(24 * 500);
    for (let i = 0; i < 500; i++) assert.equal(window.add(ids, i * 24, i * 24 + 16), true);
    for (let i = 0; i < 500; i++) assert.equal(window.add(ids, i * 24, i * 24 + 16), false);
    const other = Buffer.from(ids.subarray(0, 24));
    other[15]! ^= 1;
    assert.equal(window.add(other, 0, 16), true);
  });

  it("knows the last half of its capacity at least, and no more than all of it", () => {
    check(
      property(array(nat(40), { maxLength: 400 }), (numbers) => {
        const window = new IdWindow(16);
        /** New ones in the order they were taken for new. */
        const added: number[] = [];
        for (const n of numbers) {
          const isNew = window.add(id(n), 0, 16);
          if (added.slice(-8).includes(n)) assert.equal(isNew, false);
          if (!added.slice(-16).includes(n)) assert.equal(isNew, true);
          if (isNew) added.push(n);
          assert.ok(window.size >= Math.min(added.length, 8) && window.size <= 16);
        }
      }),
    );
  });
});
