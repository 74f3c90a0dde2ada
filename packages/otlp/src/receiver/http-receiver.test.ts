import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { connect as connectHttp2, constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { OtlpError } from "../errors.ts";
import { decodeStatus } from "../rpc/status.ts";
import { Signal } from "../signal.ts";
import { createByteBudget } from "./byte-budget.ts";
import { createHttpReceiver, type HttpReceiverOptions } from "./http-receiver.ts";
import { ListenError } from "./listen.ts";
import type { Receiver } from "./receiver.ts";
import { createRecordingSink } from "./recording-sink.ts";
import type { ReceiveResult } from "./sink.ts";

const protobuf = { "content-type": "application/x-protobuf" };
const json = { "content-type": "application/json" };
const body = Buffer.from([0x0a, 0x02, 0x0a, 0x00]);

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request as written; `node:http` lets a test set any header and leave out any length. */
function send(receiver: Receiver, options: RequestOptions, pieces: readonly (Buffer | string)[] = []): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: receiver.host,
      port: receiver.port,
      method: "POST",
      path: "/v1/traces",
      ...options,
    });
    request.on("error", reject);
    request.on("response", (response) => {
      const answer: Buffer[] = [];
      response.on("data", (piece: Buffer) => answer.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(answer) });
      });
    });
    if (pieces.length === 1) request.end(pieces[0]);
    else {
      for (const piece of pieces) request.write(piece);
      request.end();
    }
  });
}

function post(receiver: Receiver, headers: RequestOptions["headers"], ...pieces: (Buffer | string)[]): Promise<Reply> {
  return send(receiver, headers === undefined ? {} : { headers }, pieces);
}

function withSink(sink: HttpReceiverOptions["sink"], options: Partial<HttpReceiverOptions> = {}): Promise<Receiver> {
  return createHttpReceiver({ port: 0, sink, ...options });
}

async function nextData(socket: Socket): Promise<string> {
  const [data] = await once(socket, "data");
  return String(data);
}

const taken: ReceiveResult = { accepted: 1, rejected: 0, message: "" };

describe("an OTLP/HTTP receiver", () => {
  const compressors = {
    identity: (bytes: Buffer) => bytes,
    gzip: gzipSync,
    deflate: deflateSync,
    zstd: zstdCompressSync,
  };
  for (const [coding, compress] of Object.entries(compressors)) {
    for (const encoding of ["protobuf", "json"] as const) {
      it(`hands over ${encoding} sent as ${coding}, each signal by its path`, async () => {
        const { sink, requests } = createRecordingSink();
        await using receiver = await withSink(sink);
        const content = encoding === "json" ? Buffer.from('{"resourceSpans":[]}') : body;
        const headers = { ...(encoding === "json" ? json : protobuf), "content-encoding": coding, "x-tenant": "t" };
        for (const path of ["/v1/traces", "/v1/logs", "/v1/metrics"]) {
          const reply = await send(receiver, { path, headers }, [compress(content)]);
          assert.equal(reply.status, 200);
          assert.equal(reply.headers["content-type"], headers["content-type"]);
          assert.equal(reply.body.toString(), encoding === "json" ? "{}" : "");
        }
        assert.deepEqual(
          requests.map((each) => each.signal),
          [Signal.traces, Signal.logs, Signal.metrics],
        );
        for (const each of requests) {
          assert.deepEqual(Buffer.from(each.body), content);
          assert.equal(each.encoding, encoding);
          assert.equal(each.transport, "http");
          assert.equal(each.headers["x-tenant"], "t");
        }
        assert.equal(receiver.counters.requests, 3);
        assert.equal(receiver.counters.succeeded, 3);
        assert.deepEqual(receiver.counters.accepted, { traces: 1, logs: 1, metrics: 1 });
        assert.equal(receiver.counters.decompressedBytes, 3 * content.length);
        assert.equal(receiver.budget.heldBytes, 0);
      });
    }
  }

  it("takes an empty request, a query and a charset as success", async () => {
    const { sink, requests } = createRecordingSink(() => ({ accepted: 0, rejected: 0, message: "" }));
    await using receiver = await withSink(sink);
    assert.equal((await post(receiver, protobuf)).status, 200);
    assert.equal(
      (await send(receiver, { path: "/v1/logs?x=1", headers: { "content-type": "application/protobuf" } }, [body]))
        .status,
      200,
    );
    assert.equal((await post(receiver, { "content-type": 'application/json; charset="UTF-8"' }, "{}")).status, 200);
    assert.deepEqual(
      requests.map((each) => each.body.length),
      [0, 4, 2],
    );
  });

  it("answers a partial success with count and message in the request's encoding", async () => {
    await using receiver = await withSink(async () => ({ accepted: 7, rejected: 3, message: "no trace id" }));
    const binary = await post(receiver, protobuf, body);
    assert.equal(binary.status, 200);
    assert.equal(binary.body.toString("hex"), `0a0f0803120b${Buffer.from("no trace id").toString("hex")}`);
    const text = await post(receiver, json, "{}");
    assert.equal(text.body.toString(), '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no trace id"}}');
    assert.deepEqual(receiver.counters.rejected, { traces: 6, logs: 0, metrics: 0 });
  });

  const refusals = [
    ["invalid-argument", 400, 3],
    ["unauthenticated", 401, 16],
    ["permission-denied", 403, 7],
    ["too-large", 413, 3],
    ["resource-exhausted", 429, 8],
    ["unavailable", 503, 14],
    ["internal", 500, 13],
  ] as const;
  for (const [code, http, grpc] of refusals) {
    it(`answers the sink's ${code} with ${http} and a status in the request's encoding`, async () => {
      await using receiver = await withSink(async () => {
        throw new OtlpError(code, "because", { retryAfterMs: 1200 });
      });
      const isRetryable = http === 429 || http === 503;
      const binary = await post(receiver, protobuf, body);
      assert.equal(binary.status, http);
      assert.equal(binary.headers["content-type"], "application/x-protobuf");
      assert.equal(binary.headers["retry-after"], isRetryable ? "2" : undefined);
      assert.deepEqual(decodeStatus(binary.body), {
        code: grpc,
        message: "because",
        retryDelayMs: isRetryable ? 1200 : undefined,
      });
      const text = await post(receiver, json, "{}");
      assert.equal(text.status, http);
      const details = '"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.2s"}]';
      assert.equal(text.body.toString(), `{"code":${grpc},"message":"because"${isRetryable ? `,${details}` : ""}}`);
      assert.deepEqual(receiver.counters.refused, { [code]: 2 });
    });
  }

  it("says no more than internal error of what the sink throws, and tells the operator", async () => {
    const told: unknown[] = [];
    const secret = new Error("ENOENT /secret/path");
    await using receiver = await withSink(() => Promise.reject(secret), {
      onInternalError: (error) => told.push(error),
    });
    const reply = await post(receiver, json, "{}");
    assert.equal(reply.status, 500);
    assert.equal(reply.body.toString(), '{"code":13,"message":"internal error"}');
    assert.deepEqual(told, [secret]);
    assert.equal((await post(receiver, json, "{}")).status, 500, "it goes on");
  });
});

describe("limits of an OTLP/HTTP receiver", () => {
  const limits = { compressedBytes: 1000, decompressedBytes: 5000 };

  it("refuse a declared length before the body is sent", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink, { limits });
    const socket = connect(receiver.port, receiver.host);
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1001\r\n\r\n`,
    );
    const answer = await nextData(socket);
    assert.match(answer, /^HTTP\/1\.1 413 .*\{"code":3,"message":"the request body is larger than 1000 bytes"\}$/s);
    socket.destroy();
    assert.equal(requests.length, 0);
  });

  it("refuse a body without length once it has grown too large, and the sender gets to read why", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink, { limits });
    const reply = await post(receiver, protobuf, Buffer.alloc(600), Buffer.alloc(600), Buffer.alloc(100));
    assert.equal(reply.status, 413);
    assert.equal(
      (await post(receiver, protobuf, Buffer.alloc(500), Buffer.alloc(500))).status,
      200,
      "exactly at the limit",
    );
    assert.equal(requests.length, 1);
    assert.deepEqual(receiver.counters.refused, { "too-large": 1 });
    assert.equal(receiver.budget.heldBytes, 0);
  });

  it("drop a sender that goes on without end after its refusal", async () => {
    await using receiver = await withSink(createRecordingSink().sink, { limits });
    const socket = connect(receiver.port, receiver.host);
    socket.on("error", () => {});
    socket.write(
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
    const writer = setInterval(() => socket.write(chunk), 1);
    try {
      socket.resume();
      await once(socket, "close");
    } finally {
      clearInterval(writer);
    }
  });

  for (const [coding, compress] of Object.entries({ gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync })) {
    it(`refuse a ${coding} bomb`, async () => {
      const { sink, requests } = createRecordingSink();
      await using receiver = await withSink(sink, { limits: { ...limits, compressedBytes: 1024 * 1024 } });
      const reply = await post(
        receiver,
        { ...protobuf, "content-encoding": coding },
        compress(Buffer.alloc(50 * 1024 * 1024)),
      );
      assert.equal(reply.status, 413);
      assert.match(decodeStatus(reply.body).message, /decompresses to more than 5000 bytes/);
      assert.equal(requests.length, 0);
      assert.equal(receiver.budget.heldBytes, 0);
    });
  }

  it("refuse a body that is not what its coding says", async () => {
    await using receiver = await withSink(createRecordingSink().sink);
    const reply = await post(receiver, { ...json, "content-encoding": "gzip" }, "{}");
    assert.equal(reply.status, 400);
    assert.match(
      reply.body.toString(),
      /^\{"code":3,"message":"the body is not valid gzip: incorrect header check"\}$/,
    );
  });

  it("ask to come back later while other requests hold the bytes there are", async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const budget = createByteBudget(150, { waitMs: 10 });
    await using receiver = await withSink(
      async () => {
        entered.resolve();
        await gate.promise;
        return taken;
      },
      { budget },
    );
    const first = post(receiver, protobuf, Buffer.alloc(100));
    await entered.promise;
    assert.equal(budget.heldBytes, 100);
    const second = await post(receiver, protobuf, Buffer.alloc(51));
    assert.equal(second.status, 503);
    assert.equal(second.headers["retry-after"], "1");
    gate.resolve();
    assert.equal((await first).status, 200);
    assert.equal((await post(receiver, protobuf, Buffer.alloc(51))).status, 200);
    assert.equal(budget.heldBytes, 0);
  });

  it("end a request that takes too long, and count it", async () => {
    await using receiver = await withSink(createRecordingSink().sink, { timeouts: { requestMs: 100 } });
    const socket = connect(receiver.port, receiver.host);
    socket.write(
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nab",
    );
    const answer = await nextData(socket);
    assert.match(answer, /^HTTP\/1\.1 408 /);
    await once(socket, "close");
    await receiver.close();
    assert.deepEqual(receiver.counters.refused, { "timed-out": 1 });
    assert.equal(receiver.budget.heldBytes, 0);
  });

  it("forget a sender that goes away in the middle", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink);
    const socket = connect(receiver.port, receiver.host);
    socket.write(
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nab",
    );
    while (receiver.budget.heldBytes === 0) await new Promise(setImmediate);
    socket.destroy();
    while (receiver.counters.refused.aborted === undefined) await new Promise(setImmediate);
    assert.equal(receiver.budget.heldBytes, 0);
    assert.equal(requests.length, 0);
  });
});

describe("what an OTLP/HTTP receiver does not take", () => {
  it("is answered with what it would take", async () => {
    await using receiver = await withSink(createRecordingSink().sink);
    const path = await send(receiver, { path: "/v1/trace", headers: json }, ["{}"]);
    assert.equal(path.status, 404);
    assert.match(path.body.toString(), /nothing at POST \/v1\/trace; .*\/v1\/traces, \/v1\/logs, \/v1\/metrics/);
    const method = await send(receiver, { method: "PUT", headers: json }, ["{}"]);
    assert.equal(method.status, 405);
    assert.equal(method.headers.allow, "POST");
    for (const [headers, message] of [
      [{ "content-type": "text/plain" }, /Content-Type text\/plain: send application\/x-protobuf or application\/json/],
      [{}, /no Content-Type/],
      [{ "content-type": "application/json; charset=latin1" }, /charset latin1/],
      [
        { ...json, "content-encoding": "br" },
        /coding \\"br\\" is not supported; use one of gzip, deflate, zstd, identity/,
      ],
      [{ ...json, "content-encoding": "gzip, gzip" }, /several content codings/],
    ] as const) {
      const type = await post(receiver, headers, "{}");
      assert.equal(type.status, 415);
      assert.match(type.body.toString(), message);
      assert.equal(type.headers["accept-encoding"], "gzip, deflate, zstd, identity");
    }
    const { refused, requests } = receiver.counters;
    assert.deepEqual(refused, { "not-found": 1, "method-not-allowed": 1, "unsupported-media-type": 5 });
    assert.equal(requests, 7);
  });

  it("is told apart from a look at what this port is", async () => {
    await using receiver = await withSink(createRecordingSink().sink);
    const reply = await send(receiver, { method: "GET", path: "/" });
    assert.equal(reply.status, 200);
    assert.match(reply.body.toString(), /OTLP\/HTTP\.\nPOST \/v1\/traces, \/v1\/logs, \/v1\/metrics\n/);
    assert.equal(receiver.counters.requests, 0);
  });

  it("gets an answer even if it is no HTTP", async () => {
    await using receiver = await withSink(createRecordingSink().sink);
    const socket = connect(receiver.port, receiver.host);
    socket.write("what is this\r\n\r\n");
    const answer = await nextData(socket);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    socket.destroy();
  });

  it("is told which port it wants if it is gRPC", async () => {
    await using receiver = await withSink(createRecordingSink().sink);
    const session = connectHttp2(receiver.url);
    session.on("error", () => {});
    const [code, , reason] = await once(session, "goaway");
    assert.equal(code, constants.NGHTTP2_HTTP_1_1_REQUIRED);
    assert.match(String(reason), /OTLP\/gRPC/);
    session.destroy();
    assert.deepEqual(receiver.counters.refused, { "wrong-protocol": 1 });
  });

  it("goes without its body when it waits for the word to go on", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink, { limits: { compressedBytes: 10 } });
    const head =
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n";
    const refused = connect(receiver.port, receiver.host);
    refused.write(`${head}Content-Length: 11\r\n\r\n`);
    assert.match(await nextData(refused), /^HTTP\/1\.1 413 /);
    refused.destroy();
    const welcome = connect(receiver.port, receiver.host);
    welcome.write(`${head}Content-Length: 2\r\n\r\n`);
    assert.equal(await nextData(welcome), "HTTP/1.1 100 Continue\r\n\r\n");
    welcome.write("{}");
    assert.match(await nextData(welcome), /^HTTP\/1\.1 200 /);
    welcome.destroy();
    assert.equal(requests.length, 1);
  });
});

describe("who may send over OTLP/HTTP", () => {
  it("is anyone on this machine, and who has a key if one is set", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink, { apiKeys: ["first", "second"] });
    const none = await post(receiver, json, "{}");
    assert.equal(none.status, 401);
    assert.equal(none.headers["www-authenticate"], "Bearer");
    assert.match(none.body.toString(), /"code":16,"message":"an API key is needed/);
    for (const headers of [
      { authorization: "Bearer third" },
      { authorization: "Basic first" },
      { "x-api-key": "firs" },
    ]) {
      assert.equal((await post(receiver, { ...json, ...headers }, "{}")).status, 401);
    }
    assert.equal(requests.length, 0);
    for (const headers of [
      { authorization: "Bearer first" },
      { authorization: "bearer  second" },
      { "x-api-key": "second" },
    ]) {
      assert.equal((await post(receiver, { ...json, ...headers }, "{}")).status, 200);
    }
    assert.equal(
      (await post(receiver, { ...json, host: "genscope.internal", "x-api-key": "first" }, "{}")).status,
      200,
    );
  });

  it("needs a key before others can reach the port", async () => {
    const { sink } = createRecordingSink();
    for (const apiKeys of [[], [""]]) {
      await assert.rejects(createHttpReceiver({ host: "0.0.0.0", port: 0, sink, apiKeys }), (error) => {
        assert.ok(error instanceof ListenError);
        assert.equal(error.reason, "key-required");
        assert.match(error.message, /API key/);
        return true;
      });
    }
    await using receiver = await createHttpReceiver({ host: "0.0.0.0", port: 0, sink, apiKeys: ["k"] });
    assert.ok(receiver.port > 0);
  });

  it("is not a page that has rebound its name to this machine", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink, { allowedHosts: ["collector.test"] });
    for (const host of ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test:4318"]) {
      const reply = await post(receiver, { ...json, host }, "{}");
      assert.equal(reply.status, 403, host);
      assert.match(reply.body.toString(), /allowed hosts/);
    }
    assert.equal(requests.length, 0);
    for (const host of [
      "localhost:1",
      "LOCALHOST",
      "app.localhost",
      "127.0.0.1:4318",
      "[::1]:4318",
      "collector.test",
    ]) {
      assert.equal((await post(receiver, { ...json, host }, "{}")).status, 200, host);
    }
    const { requests: seen, succeeded, refused } = receiver.counters;
    assert.equal(seen, succeeded + (refused["permission-denied"] ?? 0));
  });

  it("is no page of another origin unless it is allowed", async () => {
    const preflight = {
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-api-key",
    };
    const origin = "https://app.example.com";
    await using closed = await withSink(createRecordingSink().sink);
    const off = await send(closed, { method: "OPTIONS", headers: { origin, ...preflight } });
    assert.equal(off.status, 405);
    assert.equal(off.headers["access-control-allow-origin"], undefined);

    await using open = await withSink(createRecordingSink().sink, {
      corsOrigins: ["https://*.example.com", "http://localhost:3000"],
    });
    const on = await send(open, { method: "OPTIONS", headers: { origin, ...preflight } });
    assert.equal(on.status, 204);
    assert.equal(on.headers["access-control-allow-origin"], origin);
    assert.equal(on.headers["access-control-allow-methods"], "POST");
    assert.equal(on.headers["access-control-allow-headers"], "content-type,x-api-key");
    assert.equal(on.headers.vary, "Origin");
    const sent = await post(open, { ...json, origin }, "{}");
    assert.equal(sent.headers["access-control-allow-origin"], origin);
    for (const other of ["https://example.com.evil.test", "https://.example.org", "http://localhost:3001", "null"]) {
      const refused = await send(open, { method: "OPTIONS", headers: { origin: other, ...preflight } });
      assert.equal(refused.status, 405, other);
      assert.equal(refused.headers["access-control-allow-origin"], undefined);
    }
    assert.equal(open.counters.requests, 1 + 4);
  });
});

describe("closing an OTLP/HTTP receiver", () => {
  it("waits for requests in hand and takes no new ones", async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const receiver = await withSink(async () => {
      entered.resolve();
      await gate.promise;
      return taken;
    });
    const agent = new Agent({ keepAlive: true });
    const inHand = send(receiver, { headers: json, agent }, ["{}"]);
    await entered.promise;
    const closed = receiver.close();
    await assert.rejects(send(receiver, { headers: json }, ["{}"]), { code: "ECONNREFUSED" });
    gate.resolve();
    assert.equal((await inHand).status, 200);
    await closed;
    await receiver.close();
    agent.destroy();
  });

  it("drops what is not done after the grace", async () => {
    const entered = Promise.withResolvers<void>();
    const receiver = await withSink(() => {
      entered.resolve();
      return new Promise(() => {});
    });
    const inHand = assert.rejects(post(receiver, json, "{}"), { code: "ECONNRESET" });
    await entered.promise;
    await receiver.close({ graceMs: 10 });
    await inHand;
  });

  it("does not wait for a connection that sends nothing", async () => {
    const receiver = await withSink(createRecordingSink().sink);
    const socket = connect(receiver.port, receiver.host);
    await once(socket, "connect");
    await receiver.close();
    socket.destroy();
  });
});

describe("starting an OTLP/HTTP receiver", () => {
  it("fails with host and port when the port is taken", async () => {
    const { sink } = createRecordingSink();
    await using first = await withSink(sink);
    await assert.rejects(withSink(sink, { port: first.port }), (error) => {
      assert.ok(error instanceof ListenError);
      assert.equal(error.reason, "port-in-use");
      assert.equal(error.port, first.port);
      assert.equal(error.host, "127.0.0.1");
      return true;
    });
  });

  it("fails for an address that is not of this machine", async () => {
    const options = { host: "192.0.2.1", apiKeys: ["k"] };
    await assert.rejects(withSink(createRecordingSink().sink, options), {
      name: "ListenError",
      reason: "no-such-address",
    });
  });
});
