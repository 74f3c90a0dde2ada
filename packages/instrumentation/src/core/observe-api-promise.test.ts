import assert from "node:assert/strict";
import { describe, it } from "node:test";
import OpenAI, { type APIPromise, RateLimitError } from "openai";
import { type ApiPromiseObserver, observeApiPromise } from "./observe-api-promise.ts";

const completion = { id: "1", model: "m", choices: [{ index: 0, finish_reason: "stop", message: { content: "{}" } }] };
const client = new OpenAI({
  apiKey: "unused",
  maxRetries: 0,
  fetch: async (_url, init) =>
    JSON.stringify(init).includes("refused")
      ? new Response("{}", { status: 429, headers: { "content-type": "application/json" } })
      : new Response(JSON.stringify(completion), { headers: { "content-type": "application/json" } }),
});

function ask(model = "m"): APIPromise<OpenAI.ChatCompletion> {
  return client.chat.completions.create({ model, messages: [] });
}

/** Notes what it is told. */
function noting(told: string[], name: string): ApiPromiseObserver {
  return {
    consumed: () => told.push(`${name} consumed`),
    value: () => told.push(`${name} value`),
    failed: () => told.push(`${name} failed`),
    response: () => told.push(`${name} response`),
  };
}

describe("observeApiPromise", () => {
  it("tells everybody who watches, once, those first who came first", async () => {
    const told: string[] = [];
    const promise = ask();
    observeApiPromise(promise, noting(told, "call"));
    observeApiPromise(promise, noting(told, "step"));
    await promise;
    await promise;
    assert.deepEqual(told, ["step consumed", "call consumed", "call value", "step value"]);
  });

  it("tells somebody who comes when others have begun to read", async () => {
    const told: string[] = [];
    const promise = ask();
    observeApiPromise(promise, noting(told, "call"));
    const read = promise.then(({ id }) => id);
    observeApiPromise(promise, noting(told, "step"));
    assert.deepEqual([await read, (await promise).id], ["1", "1"]);
    assert.deepEqual(told.toSorted(), ["call consumed", "call value", "step consumed", "step value"]);
  });

  it("tells of failures, and throws what was thrown", async () => {
    const told: string[] = [];
    const promise = ask("refused");
    observeApiPromise(promise, noting(told, "call"));
    observeApiPromise(promise, noting(told, "step"));
    await assert.rejects(async () => promise, RateLimitError);
    assert.deepEqual(told, ["step consumed", "call consumed", "call failed", "step failed"]);
  });

  it("tells of raw responses, and of values that are made into others", async () => {
    const told: string[] = [];
    const promise = ask();
    observeApiPromise(promise, noting(told, "call"));
    observeApiPromise(promise, noting(told, "step"));
    assert.ok((await promise.asResponse()) instanceof Response);
    assert.deepEqual(told, ["step consumed", "call consumed", "call response", "step response"]);
    told.length = 0;
    const unwrap = Reflect.get(promise, "_thenUnwrap") as (read: (value: object) => string[]) => Promise<string[]>;
    const unwrapped = Reflect.apply(unwrap, promise, [(value: object) => Object.keys(value)]);
    assert.ok((await unwrapped).includes("choices"));
    assert.ok(told.includes("call value") && told.includes("step value"));
  });

  it("leaves promises alone that nobody watches, and shows nothing of itself", async () => {
    const told: string[] = [];
    const [watched, other] = [ask(), ask()];
    const keys = Object.keys(watched);
    observeApiPromise(watched, noting(told, "call"));
    assert.deepEqual(Object.keys(watched), keys);
    assert.equal((await other).id, "1");
    assert.deepEqual(told, []);
    await watched;
  });
});
