import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { listen } from "@genscope/otlp/receiver";
import { aTraceRequest } from "@genscope/otlp/testing";
import { ApiError, createClient } from "./client.ts";
import * as contract from "./contract.ts";
import { openTestServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

const traceId = "1".repeat(32);
const spanId = "2".repeat(16);

function failure(code: string, status: number): (error: unknown) => boolean {
  return (error) => error instanceof ApiError && error.code === code && error.status === status && error.message !== "";
}

describe("the typed client", () => {
  let genscope: TestServer;
  before(async () => {
    genscope = await openTestServer({ apiKey: "k" });
    await genscope.test.load(
      Signal.traces,
      aTraceRequest({
        resource: { "service.name": "a & b" },
        spans: [{ traceId, spanId, name: "x", startTime: BigInt(Date.now()) * 1_000_000n }],
      }),
    );
  });
  after(() => genscope[Symbol.asyncDispose]());

  it("gives every answer in the contract's shape", async () => {
    const { client } = genscope;
    const list = contract.traceList.parse(await client.traces({ service: ["a & b", "c"], limit: 1 }));
    assert.equal(list.traces[0]?.traceId, traceId);
    assert.equal(contract.traceSkeleton.parse(await client.trace(traceId)).totalSpans, 1);
    assert.equal(contract.spanDetail.parse(await client.span(traceId, spanId)).name, "x");
    assert.equal(contract.facets.parse(await client.facets({ service: "a & b" })).total, 1);
    assert.deepEqual(await client.services(), ["a & b"]);
    assert.equal(contract.status.parse(await client.status()).stored.spans, 1);
    assert.ok("resourceSpans" in (JSON.parse(await client.traceOtlp(traceId)) as object));
    assert.equal(await client.query({ sql: "SELECT 1 AS x", format: "csv" }), '"x"\n1\n');
    for await (const event of client.live()) {
      assert.equal(event.event, "status");
      break;
    }
  });

  it("rejects with the API's code, message and status", async () => {
    const { client } = genscope;
    await assert.rejects(client.trace("f".repeat(32)), failure("unknown-trace", 404));
    await assert.rejects(client.trace("../status"), failure("invalid-parameter", 400));
    await assert.rejects(client.span(traceId, "?"), failure("invalid-parameter", 400));
    await assert.rejects(client.traces({ cursor: "x" }), failure("invalid-cursor", 400));
    await assert.rejects(client.query({ sql: "SELECT", format: "json" }), failure("invalid-query", 400));
    await assert.rejects(client.query({ sql: "DROP TABLE spans", format: "json" }), failure("query-refused", 403));
    const keyless = createClient({ baseUrl: genscope.server.url });
    await assert.rejects(keyless.traces(), failure("unauthenticated", 401));
    await assert.rejects(keyless.live().next(), failure("unauthenticated", 401));
  });

  it("says how to start Genscope where nothing answers", async () => {
    const nothing = createServer();
    const port = await listen(nothing, "127.0.0.1", 0);
    await new Promise((resolve) => nothing.close(resolve));
    await assert.rejects(
      createClient({ baseUrl: `http://127.0.0.1:${port}/` }).status(),
      (error) => error instanceof ApiError && error.code === "unreachable" && /npm start/.test(error.message),
    );
  });

  it("says what another server answered", async () => {
    const other = createServer((_, response) => response.writeHead(502).end("<html>bad gateway</html>"));
    const port = await listen(other, "127.0.0.1", 0);
    try {
      await assert.rejects(
        createClient({ baseUrl: `http://127.0.0.1:${port}` }).status(),
        (error) => error instanceof ApiError && error.code === "http" && error.status === 502,
      );
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });

  it("reads events however the bytes are cut", async () => {
    const text = [
      ": a comment\n\n",
      'event: spans\ndata: {"spans":[],\ndata: "skipped":1}\n\n',
      'id: 1\nevent: traces\ndata: {"traces":[],"skipped":2,"é漢":"\u{1F600}"}\n\n',
    ].join("");
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.subarray(i, i + size));
          controller.close();
        },
      });
      const client = createClient({
        baseUrl: "http://127.0.0.1",
        fetch: () => Promise.resolve(new Response(body)),
      });
      const events = [];
      for await (const event of client.live()) events.push(event);
      assert.deepEqual(events, [
        { event: "spans", data: { spans: [], skipped: 1 } },
        { event: "traces", data: { traces: [], skipped: 2, é漢: "\u{1F600}" } },
      ]);
    }
  });

  it("ends a live stream, without an error, when its signal aborts", async () => {
    const stop = new AbortController();
    let events = 0;
    for await (const _ of genscope.client.live({ signal: stop.signal })) {
      events++;
      stop.abort();
    }
    assert.equal(events, 1);
  });
});
