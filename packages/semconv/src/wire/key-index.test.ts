import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KeyBuffer } from "./key-buffer.ts";
import { KeyIndex } from "./key-index.ts";

function keyOf(text: string): KeyBuffer {
  const key = new KeyBuffer();
  const bytes = Buffer.from(text);
  key.text(bytes, 0, bytes.length);
  return key;
}

describe("an index of keys", () => {
  it("finds what was added, through growing, and numbers in order", () => {
    const index = new KeyIndex();
    for (let n = 0; n < 5_000; n++) {
      assert.equal(index.find(keyOf(`series ${n}`)), -1);
      assert.equal(index.add(keyOf(`series ${n}`)), n);
    }
    for (let n = 0; n < 5_000; n++) assert.equal(index.find(keyOf(`series ${n}`)), n);
  });

  it("forgets some and closes up", () => {
    const index = new KeyIndex();
    for (let n = 0; n < 1_000; n++) index.add(keyOf(`${"x".repeat(n % 7)}${n}`));
    index.retain((n) => n % 3 === 0);
    assert.equal(index.count, 334);
    for (let n = 0; n < 1_000; n++) {
      assert.equal(index.find(keyOf(`${"x".repeat(n % 7)}${n}`)), n % 3 === 0 ? n / 3 : -1);
    }
    assert.equal(index.add(keyOf("new")), 334);
    assert.equal(index.find(keyOf("new")), 334);
  });

  it("takes keys back as they were", () => {
    const [one, other] = [new KeyIndex(), new KeyIndex()];
    for (let n = 0; n < 300; n++) one.add(keyOf(`${n}`));
    for (let n = 0; n < 300; n++) other.restore(one.keyOf(n));
    for (let n = 0; n < 300; n++) assert.equal(other.find(keyOf(`${n}`)), n);
  });

  it("keeps keys apart that run together", () => {
    const index = new KeyIndex();
    const [a, b] = [new KeyBuffer(), new KeyBuffer()];
    for (const [key, parts] of [
      [a, ["ab", "c"]],
      [b, ["a", "bc"]],
    ] as const) {
      for (const part of parts) key.text(Buffer.from(part), 0, part.length);
    }
    index.add(a);
    assert.equal(index.find(b), -1);
  });
});
