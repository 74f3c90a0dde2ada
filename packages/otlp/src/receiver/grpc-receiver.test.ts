import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { connect as connectTcp } from "node:net";
import { describe, it } from "node:test";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { Client, compressionAlgorithms, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { OtlpError } from "../errors.ts";
import { decodeExportResponse } from "../rpc/export-response.ts";
import { services } from "../rpc/services.ts";
import { decodeStatus } from "../rpc/status.ts";
import { Signal } from "../signal.ts";
import { createByteBudget } from "./byte-budget.ts";
import { createGrpcReceiver, type GrpcReceiverOptions } from "./grpc-receiver.ts";
import type { Receiver } from "./receiver.ts";
import { createRecordingSink } from "./recording-sink.ts";

const body = Buffer.from([0x0a, 0x02, 0x0a, 0x00]);
const traces = services[Signal.traces].grpcPath;

function withSink(sink: GrpcReceiverOptions["sink"], options: Partial<GrpcReceiverOptions> = {}): Promise<Receiver> {
  return createGrpcReceiver({ port: 0, sink, ...options });
}

/** A call through grpc-js, as the Node exporters make it. */
async function call(
  receiver: Receiver,
  request: Buffer,
  {
    path = traces,
    metadata = new Metadata(),
    algorithm = compressionAlgorithms.identity,
  }: { path?: string; metadata?: Metadata; algorithm?: compressionAlgorithms } = {},
): Promise<Buffer> {
  const client = new Client(`${receiver.host}:${receiver.port}`, credentials.createInsecure(), {
    "grpc.default_compression_algorithm": algorithm,
    "grpc.max_send_message_length": -1,
    "grpc.use_local_subchannel_pool": 1,
  });
  try {
    return await new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        request,
        metadata,
        (error, response) => (error === null ? resolve(response ?? Buffer.alloc(0)) : reject(error)),
      );
    });
  } finally {
    client.close();
  }
}

function failure(work: Promise<unknown>): Promise<ServiceError> {
  return work.then(
    () => assert.fail("the call went through"),
    (error: unknown) => {
      assert.ok(isServiceError(error), String(error));
      return error;
    },
  );
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}

function frame(message: Buffer, isCompressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(isCompressed ? 1 : 0, 0);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

interface Reply {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A call written frame by frame, for what no client library would send. */
async function raw(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  pieces: readonly Buffer[],
): Promise<Reply> {
  const stream = session.request({
    ":method": "POST",
    ":path": traces,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  const answer: Buffer[] = [];
  let first: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  stream.on("response", (each) => (first = each));
  stream.on("trailers", (each) => (trailers = each));
  stream.on("data", (piece: Buffer) => answer.push(piece));
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await once(stream, "close");
  return { headers: first, trailers, body: Buffer.concat(answer) };
}

async function withSession<T>(receiver: Receiver, use: (session: ClientHttp2Session) => Promise<T>): Promise<T> {
  const session = connect(receiver.url);
  try {
    return await use(session);
  } finally {
    session.destroy();
  }
}

describe("an OTLP/gRPC receiver", () => {
  for (const [name, algorithm] of [
    ["identity", compressionAlgorithms.identity],
    ["deflate", compressionAlgorithms.deflate],
    ["gzip", compressionAlgorithms.gzip],
  ] as const) {
    it(`hands over what grpc-js sends as ${name}, each signal by its service`, async () => {
      const { sink, requests } = createRecordingSink();
      await using receiver = await withSink(sink);
      const request = Buffer.concat([body, Buffer.alloc(200_000, "x")]);
      for (const service of Object.values(services)) {
        assert.equal((await call(receiver, request, { path: service.grpcPath, algorithm })).length, 0);
      }
      assert.deepEqual(
        requests.map((each) => each.signal),
        [Signal.traces, Signal.logs, Signal.metrics],
      );
      for (const each of requests) {
        assert.ok(request.equals(each.body));
        assert.equal(each.encoding, "protobuf");
        assert.equal(each.transport, "grpc");
      }
      assert.deepEqual(receiver.counters.accepted, { traces: 1, logs: 1, metrics: 1 });
      assert.equal(receiver.counters.decompressedBytes, 3 * request.length);
      assert.equal(receiver.budget.heldBytes, 0);
    });
  }

  it("takes zstd, a prefix cut in pieces, and an empty request", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink);
    await withSession(receiver, async (session) => {
      const compressed = frame(zstdCompressSync(body), true);
      const zstd = await raw(
        session,
        { "grpc-encoding": "zstd" },
        [...compressed].map((byte) => Buffer.of(byte)),
      );
      assert.equal(zstd.headers[":status"], 200);
      assert.equal(zstd.headers["content-type"], "application/grpc+proto");
      assert.equal(zstd.headers["grpc-accept-encoding"], "gzip,deflate,zstd,identity");
      assert.equal(zstd.trailers["grpc-status"], "0");
      assert.equal(zstd.body.toString("hex"), "0000000000");
      assert.equal((await raw(session, {}, [frame(Buffer.alloc(0))])).trailers["grpc-status"], "0");
      const plain = await raw(session, { "grpc-encoding": "gzip" }, [frame(body)]);
      assert.equal(plain.trailers["grpc-status"], "0", "the flag says that this one is not compressed");
    });
    assert.deepEqual(
      requests.map((each) => Buffer.from(each.body).toString("hex")),
      [body.toString("hex"), "", body.toString("hex")],
    );
  });

  it("answers a partial success with count and message", async () => {
    await using receiver = await withSink(async () => ({ accepted: 7, rejected: 3, message: "no trace id" }));
    assert.deepEqual(decodeExportResponse(await call(receiver, body)), { rejected: 3, message: "no trace id" });
    assert.deepEqual(receiver.counters.rejected, { traces: 3, logs: 0, metrics: 0 });
  });

  const refusals = [
    ["invalid-argument", 3],
    ["unauthenticated", 16],
    ["permission-denied", 7],
    ["too-large", 3],
    ["resource-exhausted", 8],
    ["unavailable", 14],
    ["internal", 13],
  ] as const;
  for (const [code, grpc] of refusals) {
    it(`answers the sink's ${code} with status ${grpc}, and RetryInfo if that helps`, async () => {
      await using receiver = await withSink(async () => {
        throw new OtlpError(code, "därum: 100 %", { retryAfterMs: 1200 });
      });
      const error = await failure(call(receiver, body));
      assert.equal(error.code, grpc);
      assert.equal(error.details, "därum: 100 %");
      const [details] = error.metadata.get("grpc-status-details-bin");
      if (code === "resource-exhausted" || code === "unavailable") {
        assert.ok(Buffer.isBuffer(details));
        assert.deepEqual(decodeStatus(details), { code: grpc, message: "därum: 100 %", retryDelayMs: 1200 });
      } else {
        assert.equal(details, undefined);
      }
      assert.deepEqual(receiver.counters.refused, { [code]: 1 });
    });
  }

  it("says no more than internal error of what the sink throws, and tells the operator", async () => {
    const told: unknown[] = [];
    const secret = new Error("ENOENT /secret/path");
    await using receiver = await withSink(() => Promise.reject(secret), {
      onInternalError: (error) => told.push(error),
    });
    const error = await failure(call(receiver, body));
    assert.equal(error.code, 13);
    assert.equal(error.details, "internal error");
    assert.deepEqual(told, [secret]);
  });

  it("asks for a key if one is set", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink, { apiKeys: ["right"] });
    const error = await failure(call(receiver, body));
    assert.equal(error.code, 16);
    assert.match(error.details, /an API key is needed/);
    const wrong = new Metadata();
    wrong.set("authorization", "Bearer wrong");
    assert.equal((await failure(call(receiver, body, { metadata: wrong }))).code, 16);
    assert.equal(requests.length, 0);
    for (const [name, value] of [
      ["authorization", "Bearer right"],
      ["x-api-key", "right"],
    ] as const) {
      const metadata = new Metadata();
      metadata.set(name, value);
      await call(receiver, body, { metadata });
    }
    assert.equal(requests.length, 2);
    await assert.rejects(withSink(sink, { host: "0.0.0.0" }), { name: "ListenError", reason: "key-required" });
  });

  it("does not know other methods, and no HTTP/2 that is not gRPC", async () => {
    const { sink } = createRecordingSink();
    await using receiver = await withSink(sink);
    const error = await failure(call(receiver, body, { path: "/opentelemetry.Trace/Export" }));
    assert.equal(error.code, 12);
    assert.match(error.details, /no method \/opentelemetry\.Trace\/Export here/);
    await withSession(receiver, async (session) => {
      const reply = await raw(session, { "content-type": "application/json", ":path": "/v1/traces" }, [body]);
      assert.equal(reply.headers[":status"], 415);
    });
    assert.deepEqual(receiver.counters.refused, { "not-found": 1 });
  });

  it("answers a health check", async () => {
    await using receiver = await withSink(createRecordingSink().sink, { apiKeys: ["k"] });
    const path = "/grpc.health.v1.Health/Check";
    assert.equal((await call(receiver, Buffer.alloc(0), { path })).toString("hex"), "0801");
    assert.equal(receiver.counters.requests, 0);
  });
});

describe("limits of an OTLP/gRPC receiver", () => {
  const limits = { compressedBytes: 1000, decompressedBytes: 5000 };

  it("refuse a message by the length it declares, for good", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink, { limits });
    const error = await failure(call(receiver, Buffer.alloc(1001)));
    assert.equal(error.code, 3);
    assert.equal(error.details, "the message is 1001 bytes long; the limit is 1000");
    await call(receiver, Buffer.alloc(1000));
    await failure(call(receiver, Buffer.alloc(5_000_000)));
    assert.equal(requests.length, 1);
    assert.deepEqual(receiver.counters.refused, { "too-large": 2 });
    assert.equal(receiver.budget.heldBytes, 0);
  });

  for (const [coding, compress] of Object.entries({ gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync })) {
    it(`refuse a ${coding} bomb`, async () => {
      const { sink, requests } = createRecordingSink();
      await using receiver = await withSink(sink, { limits: { ...limits, compressedBytes: 1024 * 1024 } });
      const bomb = frame(compress(Buffer.alloc(50 * 1024 * 1024)), true);
      const reply = await withSession(receiver, (session) => raw(session, { "grpc-encoding": coding }, [bomb]));
      assert.equal(reply.headers["grpc-status"], "3");
      assert.match(decodeURIComponent(String(reply.headers["grpc-message"])), /decompresses to more than 5000 bytes/);
      assert.equal(requests.length, 0);
      assert.equal(receiver.budget.heldBytes, 0);
    });
  }

  it("refuse what is not one whole message", async () => {
    await using receiver = await withSink(createRecordingSink().sink, { limits });
    await withSession(receiver, async (session) => {
      const cases: readonly (readonly [Record<string, string>, Buffer[], string, RegExp])[] = [
        [{}, [], "3", /ended before its message was complete/],
        [{}, [Buffer.of(0, 0, 0)], "3", /ended before/],
        [{}, [frame(body).subarray(0, 7)], "3", /ended before/],
        [{}, [frame(body), frame(body)], "3", /one message/],
        [{ "grpc-encoding": "gzip" }, [frame(body, true)], "3", /not valid gzip/],
        [{ "grpc-encoding": "snappy" }, [frame(body, true)], "12", /"snappy" is not supported; use one of/],
        [{}, [Buffer.of(7, 0, 0, 0, 0)], "3", /flag/],
        [{}, [frame(body, true)], "3", /names no coding/],
      ];
      for (const [headers, pieces, status, message] of cases) {
        const reply = await raw(session, headers, pieces);
        assert.equal(reply.headers["grpc-status"], status, String(message));
        assert.match(decodeURIComponent(String(reply.headers["grpc-message"])), message);
      }
    });
    assert.equal(receiver.budget.heldBytes, 0);
  });

  it("ask to come back later while other requests hold the bytes there are", async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    await using receiver = await withSink(
      async () => {
        entered.resolve();
        await gate.promise;
        return { accepted: 1, rejected: 0, message: "" };
      },
      { budget: createByteBudget(200, { waitMs: 10 }) },
    );
    const first = call(receiver, Buffer.alloc(100));
    await entered.promise;
    const error = await failure(call(receiver, Buffer.alloc(100)));
    assert.equal(error.code, 14);
    const [details] = error.metadata.get("grpc-status-details-bin");
    assert.ok(Buffer.isBuffer(details));
    assert.equal(decodeStatus(details).retryDelayMs, 1000);
    gate.resolve();
    await first;
    await call(receiver, Buffer.alloc(100));
    assert.equal(receiver.budget.heldBytes, 0);
  });

  it("end a call that takes too long", async () => {
    await using receiver = await withSink(createRecordingSink().sink, { timeouts: { requestMs: 50 } });
    await withSession(receiver, async (session) => {
      const stream = session.request({ ":method": "POST", ":path": traces, "content-type": "application/grpc" });
      stream.write(frame(body).subarray(0, 6));
      const [headers] = await once(stream, "response");
      assert.equal(headers["grpc-status"], "4");
      await once(stream.resume(), "close");
    });
    assert.deepEqual(receiver.counters.refused, { "timed-out": 1 });
    assert.equal(receiver.budget.heldBytes, 0);
  });

  it("stop a sender that goes on without end after its refusal", async () => {
    await using receiver = await withSink(createRecordingSink().sink, { limits });
    await withSession(receiver, async (session) => {
      const stream = session.request({ ":method": "POST", ":path": traces, "content-type": "application/grpc" });
      const writer = setInterval(() => stream.write(frame(Buffer.alloc(2000))), 1);
      stream.resume();
      await once(stream, "close");
      clearInterval(writer);
      assert.equal(stream.rstCode, constants.NGHTTP2_NO_ERROR);
    });
  });

  it("forget a sender that goes away in the middle", async () => {
    const { sink, requests } = createRecordingSink();
    await using receiver = await withSink(sink);
    await withSession(receiver, async (session) => {
      for (const [turn, leave] of ["stream", "session"].entries()) {
        const stream = session.request({ ":method": "POST", ":path": traces, "content-type": "application/grpc" });
        stream.on("error", () => {});
        stream.write(frame(body).subarray(0, 6));
        while (receiver.budget.heldBytes === 0) await new Promise(setImmediate);
        if (leave === "stream") stream.destroy();
        else session.destroy();
        while (receiver.counters.refused.aborted !== turn + 1) await new Promise(setImmediate);
        assert.equal(receiver.budget.heldBytes, 0);
      }
    });
    assert.equal(receiver.budget.heldBytes, 0);
    assert.equal(requests.length, 0);
  });
});

describe("closing an OTLP/gRPC receiver", () => {
  it("waits for calls in hand and takes no new ones", async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const receiver = await withSink(async () => {
      entered.resolve();
      await gate.promise;
      return { accepted: 1, rejected: 0, message: "" };
    });
    const inHand = call(receiver, body);
    await entered.promise;
    const closed = receiver.close();
    assert.equal((await failure(call(receiver, body))).code, 14);
    gate.resolve();
    await inHand;
    await closed;
    await receiver.close();
  });

  it("drops what is not done after the grace", async () => {
    const entered = Promise.withResolvers<void>();
    const receiver = await withSink(() => {
      entered.resolve();
      return new Promise(() => {});
    });
    const inHand = failure(call(receiver, body));
    await entered.promise;
    await receiver.close({ graceMs: 10 });
    assert.equal((await inHand).code, 14);
  });

  it("does not wait for a connection that sends nothing", async () => {
    const receiver = await withSink(createRecordingSink().sink);
    const socket = connectTcp(receiver.port, receiver.host);
    await once(socket, "connect");
    await receiver.close();
    socket.destroy();
  });
});

describe("an OTLP/gRPC connection", () => {
  it("is closed when nothing comes over it for long", async () => {
    await using receiver = await withSink(createRecordingSink().sink, { timeouts: { idleMs: 50 } });
    const session = connect(receiver.url);
    await once(session, "close");
  });

  it("is dropped when its other end no longer answers", async () => {
    await using receiver = await withSink(createRecordingSink().sink, { keepaliveMs: 30 });
    const socket = connectTcp(receiver.port, receiver.host);
    // A client's preface and settings, and then silence: no acknowledgement, no answer to a ping.
    socket.write(
      Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.from("000000040000000000", "hex")]),
    );
    socket.resume();
    await once(socket, "close");
  });

  it("that speaks HTTP/1 is told what this port is", async () => {
    await using receiver = await withSink(createRecordingSink().sink);
    const response = await fetch(`${receiver.url}/v1/traces`, { method: "POST", body: "{}" });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /OTLP\/gRPC/);
  });

  it("fails to open with host and port when the port is taken", async () => {
    const { sink } = createRecordingSink();
    await using first = await withSink(sink);
    await assert.rejects(withSink(sink, { port: first.port }), {
      name: "ListenError",
      reason: "port-in-use",
      port: first.port,
      host: "127.0.0.1",
    });
  });
});
