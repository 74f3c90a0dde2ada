import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { createClient } from "./client.ts";
import type { GenscopeClient } from "./client.ts";
import { apiError, status } from "./contract.ts";
import type { Status } from "./contract.ts";
import { createServer } from "./create-server.ts";
import type { ServerHandle } from "./create-server.ts";
import { openTestServer, statusOfTest } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

const traceId = "1".repeat(32);
const spanId = "2".repeat(16);
const now = BigInt(Date.now()) * 1_000_000n;

describe("while the engine is away", () => {
  /** Does not wait for an engine that is starting. */
  let genscope: TestServer;
  /** Waits for it, as it does unless told otherwise. */
  let patient: ServerHandle;
  let patientClient: GenscopeClient;

  before(async () => {
    genscope = await openTestServer({ patienceMs: 1 });
    const { test, webRoot } = genscope;
    const { store, loader } = test;
    patient = await createServer({
      host: "127.0.0.1",
      port: 0,
      store,
      loader,
      webRoot,
      status: () => statusOfTest(test),
    });
    patientClient = createClient({ baseUrl: patient.url });
    await test.load(Signal.traces, aTraceRequest({ spans: [{ traceId, spanId, startTime: now }] }));
  });
  after(async () => {
    await patient.close();
    await genscope[Symbol.asyncDispose]();
  });

  /** Kills the engine, and waits until that is known. */
  async function kill(): Promise<void> {
    const { store } = genscope.test;
    const { state, pid } = store.status();
    if (state !== "ready") return;
    process.kill(pid!, "SIGKILL");
    while (store.status().state === "ready") await delay(1);
  }

  /** The status once the engine has told the sizes of its tables, which the status does not wait for. */
  async function withTables(): Promise<Status> {
    for (;;) {
      const said = await genscope.client.status();
      if (said.store.tables.length > 0) return said;
    }
  }

  it("status answers and says so, then that it is back", async () => {
    await kill();
    const said = status.parse(await genscope.client.status());
    assert.notEqual(said.store.state, "ready");
    assert.ok(said.store.restarts >= 1);
    assert.match(said.store.lastError!, /SIGKILL/);
    assert.deepEqual(said.store.tables, []);
    assert.equal(said.stored.spans, 1);
    const health = await genscope.get("/healthz");
    assert.equal(health.status, 200);
    await genscope.test.store.ready();
    const back = await withTables();
    assert.equal(back.store.state, "ready");
    assert.ok(back.store.tables.some(({ name, rows }) => name === "spans" && rows === 1));
  });

  it("questions get an error that says to ask again, and an answer afterwards", async () => {
    const questions: readonly [string, RequestInit?][] = [
      ["/traces"],
      ["/facets"],
      ["/services"],
      [`/traces/${traceId}`],
      [`/traces/${traceId}/otlp`],
      [`/traces/${traceId}/spans/${spanId}`],
      ["/query", { method: "POST", body: '{"sql":"SELECT 1"}', headers: { "content-type": "application/json" } }],
    ];
    for (const [path, init] of questions) {
      let answer: Response;
      do {
        await kill();
        answer = await genscope.get(`/api/v1${path}`, init);
      } while (answer.status === 200);
      assert.equal(answer.status, 503, path);
      assert.equal(answer.headers.get("retry-after"), "1");
      const { error } = apiError.parse(await answer.json());
      assert.equal(error.code, "store-away");
      assert.match(error.message, /nothing received is lost. Try again in a moment/);
    }
    await genscope.test.store.ready();
    for (const [path, init] of questions) {
      assert.equal((await genscope.get(`/api/v1${path}`, init)).status, 200, path);
    }
  });

  it("a question waits for an engine that is starting", async () => {
    await kill();
    const { traces } = await patientClient.traces();
    assert.deepEqual(
      traces.map((trace) => trace.traceId),
      [traceId],
    );
  });

  it("a live stream goes on, and tells of what is stored once the engine is back", async () => {
    const later = "3".repeat(32);
    let isKilled = false;
    for await (const event of genscope.client.live()) {
      if (!isKilled) {
        isKilled = true;
        await kill();
        await genscope.test.append(Signal.traces, aTraceRequest({ spans: [{ traceId: later, startTime: now }] }));
      }
      if (event.event === "traces" && event.data.traces.some((trace) => trace.traceId === later)) break;
    }
    assert.ok(isKilled);
  });

  it("status answers though the engine hangs", async () => {
    await genscope.test.store.ready();
    const pid = genscope.test.store.status().pid!;
    process.kill(pid, "SIGSTOP");
    try {
      const said = await genscope.client.status();
      assert.deepEqual(said.store.tables, []);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await withTables();
  });
});
