import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { describe, it } from "node:test";
import { createOtlpGrpcClient } from "../client/grpc-client.ts";
import { createOtlpHttpClient } from "../client/http-client.ts";
import { Signal } from "../signal.ts";
import { createByteBudget } from "./byte-budget.ts";
import { createGrpcReceiver } from "./grpc-receiver.ts";
import { createHttpReceiver } from "./http-receiver.ts";
import { createRecordingSink } from "./recording-sink.ts";

const taken = { accepted: 1, rejected: 0, message: "" };
const transports = {
  HTTP: { open: createHttpReceiver, connect: (endpoint: string) => createOtlpHttpClient({ endpoint }) },
  gRPC: { open: createGrpcReceiver, connect: (endpoint: string) => createOtlpGrpcClient({ endpoint }) },
};

for (const [name, { open, connect }] of Object.entries(transports)) {
  describe(`a receiver over ${name} with more senders than room`, () => {
    it("holds a request back until another is done, and then takes it", async () => {
      const gate = Promise.withResolvers<void>();
      const { sink, requests } = createRecordingSink(async () => {
        if (requests.length === 1) await gate.promise;
        return taken;
      });
      await using receiver = await open({ port: 0, sink, budget: createByteBudget(1000, { waitMs: 60_000 }) });
      await using client = connect(receiver.url);
      const first = client.send(Signal.traces, new Uint8Array(600));
      while (requests.length === 0) await turn();
      const second = client.send(Signal.traces, new Uint8Array(600));
      while (receiver.counters.requests < 2) await turn();
      assert.equal(requests.length, 1);
      gate.resolve();
      await Promise.all([first, second]);
      assert.equal(requests.length, 2);
      assert.deepEqual(receiver.counters.refused, {});
      assert.equal(receiver.budget.heldBytes, 0);
    });

    it("keeps what a sender left behind while it was being stored, and goes on", async () => {
      const gate = Promise.withResolvers<void>();
      const { sink, requests } = createRecordingSink(async () => {
        await gate.promise;
        return taken;
      });
      await using receiver = await open({ port: 0, sink });
      await using client = connect(receiver.url);
      const controller = new AbortController();
      const left = client.send(Signal.traces, new Uint8Array(600), { signal: controller.signal });
      while (requests.length === 0) await turn();
      controller.abort(new Error("gone"));
      await assert.rejects(left, /gone/);
      assert.ok(receiver.budget.heldBytes >= 600);
      gate.resolve();
      await client.send(Signal.traces, new Uint8Array(600));
      assert.equal(receiver.counters.succeeded, 2);
      assert.equal(receiver.budget.heldBytes, 0);
    });

    it("takes them all in the end, never holding more than it may", async () => {
      const budget = createByteBudget(20_000, { waitMs: 60_000 });
      let mostHeld = 0;
      const { sink, requests } = createRecordingSink(async () => {
        mostHeld = Math.max(mostHeld, budget.heldBytes);
        await turn();
        return taken;
      });
      await using receiver = await open({ port: 0, sink, budget });
      await using client = connect(receiver.url);
      await Promise.all(Array.from({ length: 200 }, () => client.send(Signal.traces, new Uint8Array(1000))));
      assert.equal(requests.length, 200);
      assert.equal(receiver.counters.succeeded, 200);
      assert.deepEqual(receiver.counters.refused, {});
      assert.ok(mostHeld > 0 && mostHeld <= 20_000, String(mostHeld));
      assert.equal(budget.heldBytes, 0);
    });
  });
}
