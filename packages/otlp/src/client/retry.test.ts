import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OtlpError, type OtlpErrorCode } from "../errors.ts";
import { createHttpReceiver } from "../receiver/http-receiver.ts";
import { Signal } from "../signal.ts";
import { createOtlpHttpClient } from "./http-client.ts";
import { defaultRetryPolicy, retryDelay, withRetry } from "./retry.ts";

const soon = { initialMs: 1, maxIntervalMs: 2 };
const request = new Uint8Array(0);

/** A receiver that refuses the first `times` requests with `code`, and how many it has seen. */
async function refusing(times: number, code: OtlpErrorCode) {
  let seen = 0;
  const receiver = await createHttpReceiver({
    port: 0,
    sink: async () => {
      if (++seen <= times) throw new OtlpError(code, "not now", { retryAfterMs: 0 });
      return { accepted: 1, rejected: 0, message: "" };
    },
  });
  return { receiver, seen: () => seen, [Symbol.asyncDispose]: () => receiver.close() };
}

describe("a client that retries", () => {
  it("waits longer each time, up to a bound, never less than it was asked to", () => {
    const policy = { ...defaultRetryPolicy, initialMs: 100, multiplier: 2, maxIntervalMs: 1000, jitter: 0.5 };
    const delays = [1, 2, 3, 4, 5, 6].map((attempt) => retryDelay(policy, attempt, undefined, 0.5));
    assert.deepEqual(delays, [100, 200, 400, 800, 1000, 1000]);
    assert.equal(retryDelay(policy, 1, undefined, 0), 50);
    assert.equal(retryDelay(policy, 1, undefined, 1), 150);
    assert.equal(retryDelay(policy, 1, 5000, 1), 5000);
    assert.equal(retryDelay(policy, 4, 10, 0.5), 800);
  });

  it("sends again until it is taken", async () => {
    await using server = await refusing(1, "unavailable");
    await using client = withRetry(createOtlpHttpClient({ endpoint: server.receiver.url }), soon);
    assert.deepEqual(await client.send(Signal.traces, request), { rejected: 0, message: "" });
    assert.equal(server.seen(), 2);
  });

  it("does not send again what is refused for good", async () => {
    await using server = await refusing(1, "invalid-argument");
    await using client = withRetry(createOtlpHttpClient({ endpoint: server.receiver.url }), soon);
    await assert.rejects(client.send(Signal.traces, request), { code: "invalid-argument" });
    assert.equal(server.seen(), 1);
  });

  it("gives up after the attempts or the time it has", async () => {
    await using server = await refusing(Infinity, "unavailable");
    const endpoint = server.receiver.url;
    await using twice = withRetry(createOtlpHttpClient({ endpoint }), { ...soon, maxAttempts: 2 });
    await assert.rejects(twice.send(Signal.traces, request), { code: "unavailable" });
    assert.equal(server.seen(), 2);
    await using brief = withRetry(createOtlpHttpClient({ endpoint }), { ...soon, maxElapsedMs: 0 });
    await assert.rejects(brief.send(Signal.traces, request), { code: "unavailable" });
    assert.equal(server.seen(), 3);
  });

  it("stops waiting when it is closed or told to give up", async () => {
    await using server = await refusing(Infinity, "unavailable");
    const client = withRetry(createOtlpHttpClient({ endpoint: server.receiver.url }), { initialMs: 60_000 });
    const controller = new AbortController();
    const reason = new Error("enough");
    const aborted = assert.rejects(
      client.send(Signal.traces, request, { signal: controller.signal }),
      (error) => error === reason,
    );
    while (server.seen() < 1) await new Promise(setImmediate);
    controller.abort(reason);
    await aborted;
    const closed = assert.rejects(client.send(Signal.traces, request), { code: "unavailable" });
    while (server.seen() < 2) await new Promise(setImmediate);
    await client.close();
    await closed;
  });
});
