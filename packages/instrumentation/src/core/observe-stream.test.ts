import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { observeStream, replaceMethod, type StreamObserver } from "./observe-stream.ts";

class Numbers {
  iterator: () => AsyncIterator<number>;

  constructor(iterator: () => AsyncIterator<number>) {
    this.iterator = iterator;
  }

  [Symbol.asyncIterator](): AsyncIterator<number> {
    return this.iterator();
  }
}

async function* count(): AsyncGenerator<number, string, string | undefined> {
  try {
    const told = yield 1;
    assert.ok(told === undefined || told === "two");
    yield 2;
    return "end";
  } finally {
    closed++;
  }
}
let closed = 0;

function noting(told: string[]): StreamObserver {
  return {
    item: (item) => void told.push(`item ${String(item)}`),
    done: () => void told.push("done"),
    left: () => void told.push("left"),
    failed: (error) => void told.push(`failed ${String(error)}`),
  };
}

function watchedNumbers(told: string[]): Numbers {
  const numbers = new Numbers(count);
  observeStream(numbers, noting(told), "iterator");
  return numbers;
}

const wrap = () => () => "wrapped";
const fail = (): void => assert.fail("observer");

describe("observeStream", () => {
  it("gives a generator's reader what the generator gives", async () => {
    const told: string[] = [];
    const read = watchedNumbers(told).iterator() as AsyncGenerator<number, string, string | undefined>;
    assert.deepEqual(await read.next(), { done: false, value: 1 });
    assert.deepEqual(await read.next("two"), { done: false, value: 2 });
    assert.deepEqual(await read.next(), { done: true, value: "end" });
    assert.deepEqual(await read.next(), { done: true, value: undefined });
    assert.deepEqual(told.slice(0, 3), ["item 1", "item 2", "done"]);
  });

  it("gives what looks like a generator and can what one can", () => {
    const read = watchedNumbers([]).iterator();
    const plain = count();
    assert.equal(inspect(read), inspect(plain));
    assert.equal(Object.prototype.toString.call(read), "[object AsyncGenerator]");
    assert.deepEqual(Reflect.ownKeys(read), Reflect.ownKeys(plain));
    assert.equal((read as AsyncGenerator)[Symbol.asyncIterator](), read);
    assert.equal(read.constructor, plain.constructor);
    for (const key of ["next", "return", "throw"] as const) assert.equal(typeof read[key], "function");
  });

  it("tells of a reader that leaves, and lets the generator clean up", async () => {
    const told: string[] = [];
    const before = closed;
    for await (const number of watchedNumbers(told)) if (number === 1) break;
    assert.deepEqual(told, ["item 1", "left"]);
    assert.equal(closed, before + 1);
  });

  it("tells of an error that is thrown into the generator, which gets it", async () => {
    const told: string[] = [];
    const read = watchedNumbers(told).iterator();
    await read.next();
    await assert.rejects(async () => read.throw?.("no"), /no/u);
    assert.deepEqual(told, ["item 1", "failed no"]);
  });

  it("tells everybody who watches", async () => {
    const told: string[] = [];
    const numbers = watchedNumbers(told);
    observeStream(numbers, noting(told), "iterator");
    for await (const number of numbers) assert.ok(number > 0);
    assert.deepEqual(told, ["item 1", "item 1", "item 2", "item 2", "done", "done"]);
  });

  it("goes on when an observer throws", async () => {
    const numbers = new Numbers(count);
    observeStream(numbers, { item: fail, done: fail, left: fail, failed: fail }, "iterator");
    const seen: number[] = [];
    for await (const number of numbers) seen.push(number);
    assert.deepEqual(seen, [1, 2]);
  });
});

describe("replaceMethod", () => {
  it("keeps the flags of a property, and hides one that the prototype had", () => {
    const numbers = new Numbers(count);
    const hidden = Object.defineProperty({}, "read", { value: count, writable: true, configurable: true });
    replaceMethod(numbers, "iterator", wrap);
    replaceMethod(numbers, Symbol.asyncIterator, wrap);
    replaceMethod(hidden, "read", wrap);
    assert.deepEqual(Object.keys(numbers), ["iterator"]);
    assert.deepEqual(Object.getOwnPropertySymbols(numbers).length, 1);
    assert.equal(Object.prototype.propertyIsEnumerable.call(numbers, Symbol.asyncIterator), false);
    assert.deepEqual(Object.keys(hidden), []);
  });

  it("leaves frozen objects and accessors alone", () => {
    const frozen = Object.freeze({ read: count });
    const accessor = Object.defineProperty({}, "read", { get: () => count, configurable: true }) as { read: unknown };
    replaceMethod(frozen, "read", wrap);
    replaceMethod(accessor, "read", wrap);
    assert.equal(frozen.read, count);
    assert.equal(accessor.read, count);
  });
});
