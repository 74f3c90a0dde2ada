import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { listen } from "@genscope/otlp/receiver";
import { aTraceRequest } from "@genscope/otlp/testing";
import type { SpanInit } from "@genscope/otlp/testing";
import { getRequestListener } from "@hono/node-server";
import { createApi } from "./api.ts";
import { createClient } from "./client.ts";
import type { LiveEvent, LiveOptions } from "./client.ts";
import { liveEvents } from "./contract.ts";
import { createServer } from "./create-server.ts";
import { createLiveHub } from "./live-hub.ts";
import { openTestServer, statusOfTest } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

const startTime = BigInt(Date.now()) * 1_000_000n;

describe("the live stream", () => {
  let genscope: TestServer;
  before(async () => {
    genscope = await openTestServer();
  });
  after(() => genscope[Symbol.asyncDispose]());

  function load(spans: readonly SpanInit[]): Promise<void> {
    return genscope.test.load(Signal.traces, aTraceRequest({ spans }));
  }

  /** Opens a stream, waits for its first status, has `cause` run, and gives back what comes until `until` is satisfied. */
  async function events(
    options: LiveOptions,
    cause: () => Promise<void>,
    until: (event: LiveEvent) => boolean,
  ): Promise<LiveEvent[]> {
    const stop = new AbortController();
    const all: LiveEvent[] = [];
    for await (const event of genscope.client.live({ ...options, signal: stop.signal })) {
      liveEvents[event.event].parse(event.data);
      if (all.push(event) === 1) await cause();
      else if (until(event)) break;
    }
    stop.abort();
    return all;
  }

  it("begins with the status, and tells of a trace once a span of it is stored", async () => {
    const traceId = "1".repeat(32);
    const all = await events(
      {},
      () => load([{ traceId, name: "hello", startTime }]),
      ({ event }) => event === "traces",
    );
    assert.equal(all[0]?.event, "status");
    const last = all.at(-1);
    assert.ok(last?.event === "traces");
    assert.deepEqual(
      last.data.traces.map((trace) => [trace.traceId, trace.name, trace.spanCount]),
      [[traceId, "hello", 1]],
    );
    assert.equal(last.data.skipped, 0);
    assert.ok(all.every(({ event }) => event !== "spans"));
  });

  it("sends the spans too, if asked", async () => {
    const traceId = "2".repeat(32);
    const all = await events(
      { spans: true },
      () =>
        load([
          { traceId, spanId: "2".repeat(16), name: "root", startTime, endTime: startTime + 5n },
          {
            traceId,
            parentSpanId: "2".repeat(16),
            name: "child",
            startTime: startTime + 1n,
            status: { code: 2, message: "no" },
          },
        ]),
      ({ event }) => event === "spans",
    );
    const last = all.at(-1);
    assert.ok(last?.event === "spans");
    const [root, child] = last.data.spans;
    assert.deepEqual(
      [root?.name, root?.parentSpanId, root?.durationNano, root?.status, root?.startUnixNano],
      ["root", null, 5, "unset", String(startTime)],
    );
    assert.deepEqual(
      [child?.name, child?.parentSpanId, child?.status, child?.statusMessage],
      ["child", "2".repeat(16), "error", "no"],
    );
  });

  it("tells of the traces that the filter lets through", async () => {
    const [wanted, other] = ["3".repeat(32), "4".repeat(32)];
    const all = await events(
      { filter: { name: "wanted" } },
      async () => {
        await load([{ traceId: other, name: "other", startTime }]);
        // long ago by its clock, but it arrives now
        await load([{ traceId: wanted, name: "wanted", startTime: 1_000_000_000n }]);
      },
      ({ event }) => event === "traces",
    );
    const told = all.flatMap((event) => (event.event === "traces" ? event.data.traces : []));
    assert.deepEqual(
      told.map(({ traceId }) => traceId),
      [wanted],
    );
  });

  it("refuses a filter that cannot be used before it begins", async () => {
    for (const query of ["attribute=x", "spanType=banana", "spans=2"]) {
      const answer = await genscope.get(`/api/v1/live?${query}`);
      assert.equal(answer.status, 400, query);
      await answer.body?.cancel();
    }
  });

  it("is an event stream that is neither compressed nor cached", async () => {
    const stop = new AbortController();
    const answer = await genscope.get("/api/v1/live", {
      signal: stop.signal,
      headers: { "accept-encoding": "gzip" },
    });
    assert.match(answer.headers.get("content-type")!, /^text\/event-stream/);
    assert.equal(answer.headers.get("content-encoding"), null);
    assert.match(answer.headers.get("cache-control")!, /no-cache/);
    stop.abort();
  });

  it("bounds what it names of a burst, and counts the rest", async () => {
    const ids = Array.from({ length: 450 }, (_, i) => `5${String(i).padStart(31, "0")}`);
    const named = new Set<string>();
    let skipped = 0;
    const all = await events(
      {},
      () => load(ids.map((traceId) => ({ traceId, startTime }))),
      (event) => {
        if (event.event !== "traces") return false;
        for (const { traceId } of event.data.traces) named.add(traceId);
        skipped += event.data.skipped;
        return named.size + skipped >= ids.length;
      },
    );
    assert.ok(skipped > 0);
    assert.equal(named.size + skipped, ids.length);
    assert.ok(all.every((event) => event.event !== "traces" || event.data.traces.length <= 200));
  });

  it("is let go of when its reader goes away", async () => {
    const { store, loader } = genscope.test;
    const hub = createLiveHub(store.client, loader);
    const [listened, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const app = createApi({
      store,
      loader,
      webRoot: genscope.webRoot,
      isHostAllowed: () => true,
      status: () => statusOfTest(genscope.test),
      hub: {
        close: () => hub.close(),
        listen(listener, options) {
          const stop = hub.listen(listener, options);
          listened.resolve();
          return () => {
            stop();
            gone.resolve();
          };
        },
      },
    });
    const handle = getRequestListener(app.fetch);
    const server = createHttpServer((request, response) => void handle(request, response));
    const port = await listen(server, "127.0.0.1", 0);
    try {
      const reader = new AbortController();
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/live`, { signal: reader.signal });
      await listened.promise;
      await answer.body!.getReader().read();
      reader.abort();
      await gone.promise;
    } finally {
      hub.close();
      server.close();
    }
  });

  it("ends when the server does", async () => {
    const { store, loader } = genscope.test;
    const server = await createServer({
      host: "127.0.0.1",
      port: 0,
      store,
      loader,
      webRoot: genscope.webRoot,
      status: () => statusOfTest(genscope.test),
    });
    const stream = createClient({ baseUrl: server.url }).live();
    const first = await stream.next();
    assert.equal(first.value?.event, "status");
    await server.close();
    await assert.rejects(async () => {
      for await (const event of stream) assert.equal(event.event, "status");
    });
  });
});
