import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttp1Server } from "node:http";
import { constants, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gunzipSync, gzipSync, deflateSync, inflateSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { Metadata, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall, status } from "@grpc/grpc-js";
import { OtlpError, type OtlpErrorCode } from "../errors.ts";
import { encodeExportResponse } from "../rpc/export-response.ts";
import { services } from "../rpc/services.ts";
import { encodeStatus } from "../rpc/status.ts";
import { Signal } from "../signal.ts";
import { createOtlpGrpcClient, type OtlpGrpcClientOptions } from "./grpc-client.ts";

const request = Buffer.from("one request, of which the server reads nothing ".repeat(2_000));
const nothingRejected = { rejected: 0, message: "" };

type Call = ServerUnaryCall<Buffer, Buffer>;

const same = (bytes: Buffer): Buffer => bytes;

/** A server of the library that everybody else's gRPC on Node is. */
async function grpcJsServer(onCall: (call: Call, reply: sendUnaryData<Buffer>) => void, at = "127.0.0.1:0") {
  const server = new Server({ "grpc.max_receive_message_length": -1 });
  const codec = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
    requestStream: false,
    responseStream: false,
  } as const;
  server.addService(
    { Export: { path: services[Signal.traces].grpcPath, ...codec } },
    { Export: (call: Call, reply: sendUnaryData<Buffer>) => onCall(call, reply) },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(at, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, endpoint: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => server.forceShutdown() };
}

type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, nth: number) => void;

/** A server that does what it is told, whether that is gRPC or not. */
async function rawServer(onStream: OnStream, settings = {}) {
  const server = createServer({ settings });
  const connections = new Set<Socket>();
  const sessions = new Set<{ close(): void }>();
  let connected = 0;
  let calls = 0;
  server.on("connection", (socket: Socket) => {
    connected++;
    connections.add(socket);
    socket.on("error", () => {});
  });
  server.on("session", (session) => sessions.add(session));
  server.on("sessionError", () => {});
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    onStream(stream, headers, calls++);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    get connected() {
      return connected;
    },
    get calls() {
      return calls;
    },
    connections,
    sessions,
    [Symbol.dispose]() {
      server.close();
      for (const socket of connections) socket.destroy();
    },
  };
}

function frame(message: Uint8Array, flag = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag, 0);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

const ok = { ":status": 200, "content-type": "application/grpc" };

/** A whole answer, once the request is there. */
function answer(
  stream: ServerHttp2Stream,
  body: Uint8Array,
  headers = {},
  trailers: object = { "grpc-status": "0" },
): void {
  stream.resume();
  stream.on("end", () => {
    stream.respond({ ...ok, ...headers }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ ...trailers }));
    stream.end(body);
  });
}

const accept: OnStream = (stream) => answer(stream, frame(Buffer.alloc(0)));

const refuse: OnStream = (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM);

function refused(code: OtlpErrorCode, message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof OtlpError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

async function sendTo(endpoint: string, options: Partial<OtlpGrpcClientOptions> = {}) {
  await using client = createOtlpGrpcClient({ endpoint, timeoutMs: 20_000, ...options });
  return await client.send(Signal.traces, request);
}

async function readAll(stream: ServerHttp2Stream): Promise<Buffer> {
  return Buffer.concat((await stream.toArray()) as Buffer[]);
}

/** Passes bytes on, until it is told to swallow them. */
async function relay(port: number) {
  let isDeaf = false;
  let connected = 0;
  const sockets: Socket[] = [];
  const server = createTcpServer((near) => {
    const far = connect(port, "127.0.0.1");
    sockets.push(near, far);
    connected++;
    const own = connected;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("error", () => {});
      from.on("data", (piece) => {
        if (!isDeaf || own > 1) to.write(piece);
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    goDeaf: () => (isDeaf = true),
    get connected() {
      return connected;
    },
    [Symbol.dispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function connectProxy(port: number, answerStatus: 200 | 407) {
  const asked: { url: string | undefined; authorization: string | undefined }[] = [];
  const proxy = createHttp1Server();
  const sockets: Socket[] = [];
  proxy.on("connect", (incoming, socket: Socket) => {
    asked.push({ url: incoming.url, authorization: incoming.headers["proxy-authorization"] });
    sockets.push(socket);
    if (answerStatus !== 200) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const far = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      far.pipe(socket).pipe(far);
    });
    for (const each of [far, socket]) each.on("error", () => {});
    sockets.push(far);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    [Symbol.dispose]() {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function withEnvironment(variables: Readonly<Record<string, string>>, run: () => Promise<void>): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    await run();
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

describe("the gRPC client before a server of grpc-js", () => {
  it("sends what the library reads, compressed or not, small and large", async () => {
    const seen: Buffer[] = [];
    using server = await grpcJsServer((call, reply) => {
      seen.push(call.request);
      reply(null, encodeExportResponse({ rejected: 2, message: "why" }));
    });
    for (const compression of ["none", "gzip", "deflate"] as const) {
      await using client = createOtlpGrpcClient({ endpoint: server.endpoint, compression });
      for (const message of [Buffer.alloc(0), Buffer.from("small"), request, Buffer.alloc(3_000_000, request)]) {
        assert.deepEqual(await client.send(Signal.traces, message), { rejected: 2, message: "why" });
        assert.ok(seen.pop()?.equals(message));
      }
    }
  });

  it("carries metadata, also what is binary, and who is sending", async () => {
    let seen = new Metadata();
    let host = "";
    using server = await grpcJsServer((call, reply) => {
      seen = call.metadata;
      host = call.getHost();
      reply(null, Buffer.alloc(0));
    });
    await sendTo(server.endpoint, {
      headers: { "X-Tenant": "one two", "trace-bin": "grün", "Content-Type": "text/plain", "grpc-timeout": "1n" },
      authorize: () => ({ Authorization: "Bearer t" }),
      authority: "elsewhere:1",
      userAgent: "test/1",
    });
    assert.deepEqual(seen.get("x-tenant"), ["one two"]);
    assert.deepEqual(seen.get("trace-bin"), [Buffer.from("grün")]);
    assert.deepEqual(seen.get("authorization"), ["Bearer t"]);
    assert.deepEqual(seen.get("user-agent"), ["test/1"]);
    assert.equal(host, "elsewhere:1");
  });

  it("tells of a status, its text and how long to wait", async () => {
    const metadata = new Metadata();
    const details = { code: status.UNAVAILABLE, message: "", retryDelayMs: 1_500 };
    metadata.set("grpc-status-details-bin", encodeStatus(details));
    using server = await grpcJsServer((_call, reply) =>
      reply({ code: status.UNAVAILABLE, details: "später, 100 %", metadata }),
    );
    await assert.rejects(sendTo(server.endpoint), (error) => {
      assert.ok(refused("unavailable", /später, 100 %$/)(error));
      return (error as OtlpError).retryAfterMs === 1_500;
    });
  });

  it("takes answers that the library compresses", async () => {
    const message = "a long text ".repeat(500);
    using server = await grpcJsServer((call, reply) => {
      const metadata = new Metadata();
      metadata.set("grpc-internal-encoding-request", "gzip");
      call.sendMetadata(metadata);
      reply(null, encodeExportResponse({ rejected: 1, message }));
    });
    assert.deepEqual(await sendTo(server.endpoint), { rejected: 1, message });
  });

  it("reaches a Unix domain socket", async () => {
    const directory = await mkdtemp(join(tmpdir(), "grpc-"));
    try {
      const path = join(directory, "socket");
      using server = await grpcJsServer((_call, reply) => reply(null, Buffer.alloc(0)), `unix:${path}`);
      for (const endpoint of [`unix:${path}`, `unix://${path}`, `http://unix:${path}`]) {
        assert.deepEqual(await sendTo(endpoint), nothingRejected);
      }
      assert.notEqual(server, undefined);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("finds a server that was restarted", async () => {
    const first = await grpcJsServer((_call, reply) => reply(null, Buffer.alloc(0)));
    await using client = createOtlpGrpcClient({ endpoint: first.endpoint, timeoutMs: 20_000 });
    await client.send(Signal.traces, request);
    first[Symbol.dispose]();
    using second = await grpcJsServer((_call, reply) => reply(null, Buffer.alloc(0)), `127.0.0.1:${first.port}`);
    assert.equal(second.port, first.port);
    // what was broken off may be made again; after that there is no trace left of the old connection
    await client
      .send(Signal.traces, request)
      .catch(refused("unavailable", /connection|Session closed|ECONN|broken off/));
    assert.deepEqual(await client.send(Signal.traces, request), nothingRejected);
  });
});

describe("the gRPC client before a server on its own terms", () => {
  it("sends the headers that the protocol asks for", async () => {
    let seen: IncomingHttpHeaders = {};
    using server = await rawServer((stream, headers) => {
      seen = headers;
      accept(stream, headers, 0);
    });
    await sendTo(server.endpoint, { compression: "zstd" });
    assert.equal(seen[":method"], "POST");
    assert.equal(seen[":scheme"], "http");
    assert.equal(seen[":authority"], `127.0.0.1:${server.port}`);
    assert.equal(seen[":path"], services[Signal.traces].grpcPath);
    assert.equal(seen["content-type"], "application/grpc+proto");
    assert.equal(seen["te"], "trailers");
    assert.equal(seen["grpc-timeout"], "20000m");
    assert.equal(seen["grpc-encoding"], "zstd");
    assert.equal(seen["grpc-accept-encoding"], "identity,gzip,deflate,zstd");
  });

  const inverse = { gzip: gunzipSync, deflate: inflateSync, zstd: zstdDecompressSync } as const;
  for (const [compression, decompress] of Object.entries(inverse)) {
    it(`compresses as ${compression}`, async () => {
      const bodies: Buffer[] = [];
      using server = await rawServer(async (stream) => {
        bodies.push(await readAll(stream));
        stream.respond({ ...ok, "grpc-status": "0" }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.end(frame(Buffer.alloc(0)));
      });
      await using client = createOtlpGrpcClient({
        endpoint: server.endpoint,
        compression: compression as keyof typeof inverse,
      });
      for (const message of [request, Buffer.from("small")]) {
        await client.send(Signal.traces, message);
        const body = bodies.pop() ?? Buffer.alloc(0);
        assert.equal(body[0], 1);
        assert.equal(body.readUInt32BE(1), body.length - 5);
        assert.ok(decompress(body.subarray(5)).equals(message));
      }
    });
  }

  it("sends through a compressor of the caller's", async () => {
    let seen: IncomingHttpHeaders = {};
    let body: Buffer = Buffer.alloc(0);
    using server = await rawServer(async (stream, headers) => {
      seen = headers;
      body = await readAll(stream);
      stream.respond({ ...ok, "grpc-status": "3", "grpc-message": "no" }, { endStream: true });
    });
    const compression = { encoding: "own", compress: () => Buffer.from("!") };
    await assert.rejects(sendTo(server.endpoint, { compression }), refused("invalid-argument", /no$/));
    assert.equal(seen["grpc-encoding"], "own");
    assert.deepEqual([...body], [1, 0, 0, 0, 1, 33]);
  });

  const partial = { rejected: 7, message: "text ".repeat(100) };
  const response = encodeExportResponse(partial);
  const compressed = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync } as const;
  for (const [encoding, compress] of Object.entries(compressed)) {
    it(`reads an answer compressed as ${encoding}`, async () => {
      using server = await rawServer((stream) =>
        answer(stream, frame(compress(response), 1), { "grpc-encoding": encoding }),
      );
      assert.deepEqual(await sendTo(server.endpoint), partial);
    });
  }

  it("reads an answer that comes byte by byte", async () => {
    using server = await rawServer(async (stream) => {
      await readAll(stream);
      stream.respond(ok, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      for (const byte of frame(response)) await new Promise((resolve) => stream.write(Buffer.of(byte), resolve));
      stream.end();
    });
    assert.deepEqual(await sendTo(server.endpoint), partial);
  });

  const unreadable: Readonly<Record<string, readonly [Buffer, object, OtlpErrorCode, RegExp]>> = {
    "without a message": [Buffer.alloc(0), {}, "internal", /not one message/],
    "cut short": [frame(response).subarray(0, 9), {}, "internal", /not one message/],
    "of two messages": [Buffer.concat([frame(response), frame(response)]), {}, "internal", /not one message/],
    "in an unknown encoding": [
      frame(response, 1),
      { "grpc-encoding": "lzma" },
      "internal",
      /"lzma", which is not known/,
    ],
    "that is not what it is said to be": [
      frame(response, 1),
      { "grpc-encoding": "gzip" },
      "internal",
      /cannot be read/,
    ],
    "that is no protobuf": [frame(Buffer.from([0x0a])), {}, "internal", /cannot be read/],
    "too large": [frame(Buffer.alloc(4 * 1024 * 1024 + 1)), {}, "too-large", /longer than 4194304 bytes/],
    "that grows too large": [
      frame(gzipSync(Buffer.alloc(4 * 1024 * 1024 + 1)), 1),
      { "grpc-encoding": "gzip" },
      "internal",
      /cannot be read/,
    ],
  };
  for (const [what, [body, headers, code, message]] of Object.entries(unreadable)) {
    it(`refuses an answer ${what}, for good`, async () => {
      using server = await rawServer((stream) => answer(stream, body, headers));
      await assert.rejects(sendTo(server.endpoint), refused(code, message));
    });
  }

  it("takes a status that comes before the request is read", async () => {
    using server = await rawServer((stream) => {
      stream.respond({ ...ok, "grpc-status": "16", "grpc-message": "who%3F" }, { endStream: true });
    });
    await using client = createOtlpGrpcClient({ endpoint: server.endpoint });
    const large = Buffer.alloc(2_000_000);
    await assert.rejects(client.send(Signal.traces, large), refused("unauthenticated", /who\?$/));
  });

  const withoutStatus: readonly (readonly [number, string, OtlpErrorCode, RegExp])[] = [
    [200, "text/html", "internal", /text\/html without a gRPC status: <h1>gateway<\/h1>$/],
    [200, "application/grpc", "internal", /application\/grpc without a gRPC status$/],
    [400, "text/html", "internal", /HTTP 400/],
    [401, "text/html", "unauthenticated", /HTTP 401/],
    [403, "text/html", "permission-denied", /HTTP 403/],
    [404, "text/html", "unsupported-media-type", /HTTP 404/],
    [429, "text/html", "unavailable", /HTTP 429/],
    [500, "text/html", "internal", /HTTP 500/],
    [502, "text/html", "unavailable", /HTTP 502 without a gRPC status: <h1>gateway<\/h1>$/],
    [503, "text/html", "unavailable", /HTTP 503/],
    [504, "text/html", "unavailable", /HTTP 504/],
  ];
  for (const [http, type, code, message] of withoutStatus) {
    it(`takes HTTP ${http} of ${type} without a status for ${code}`, async () => {
      using server = await rawServer((stream) =>
        answer(stream, Buffer.from("<h1>gateway</h1>"), { ":status": http, "content-type": type }, { "x-other": "1" }),
      );
      await assert.rejects(sendTo(server.endpoint), refused(code, message));
    });
  }

  it("makes a call again at once that the server refused before looking at it, once", async () => {
    using server = await rawServer((stream, headers, nth) => (nth === 0 ? refuse : accept)(stream, headers, nth));
    assert.deepEqual(await sendTo(server.endpoint), nothingRejected);
    using never = await rawServer(refuse);
    await assert.rejects(sendTo(never.endpoint), refused("unavailable", /REFUSED_STREAM/));
    assert.equal(never.calls, 2);
  });

  it("finds a connection whose security does not do not worth another try", async () => {
    using server = await rawServer((stream) => stream.close(constants.NGHTTP2_INADEQUATE_SECURITY));
    await assert.rejects(sendTo(server.endpoint), refused("permission-denied", /not secure enough/));
  });

  it("finishes what is under way after GOAWAY, and makes the next call on a new connection", async () => {
    const finish = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    using server = await rawServer((stream, headers, nth) => {
      if (nth > 0) return accept(stream, headers, nth);
      entered.resolve();
      void finish.promise.then(() => accept(stream, headers, nth));
    });
    await using client = createOtlpGrpcClient({ endpoint: server.endpoint });
    const first = client.send(Signal.traces, request);
    await entered.promise;
    for (const session of server.sessions) session.close();
    while (server.connected < 2) await client.send(Signal.traces, request);
    finish.resolve();
    assert.deepEqual(await first, nothingRejected);
    assert.equal(server.connected, 2);
  });

  it("keeps to the streams that a server allows at once, on one connection", async () => {
    let open = 0;
    let most = 0;
    using server = await rawServer(
      (stream, headers, nth) => {
        most = Math.max(most, ++open);
        stream.on("close", () => open--);
        accept(stream, headers, nth);
      },
      { maxConcurrentStreams: 1 },
    );
    await using client = createOtlpGrpcClient({ endpoint: server.endpoint });
    await client.send(Signal.traces, request);
    await Promise.all(Array.from({ length: 20 }, () => client.send(Signal.traces, request)));
    assert.equal(most, 1);
    assert.equal(server.connected, 1);
    assert.equal(server.calls, 21);
  });

  it("shares a connection that is still coming about", async () => {
    using server = await rawServer(accept);
    await using client = createOtlpGrpcClient({ endpoint: server.endpoint });
    await Promise.all(Array.from({ length: 20 }, () => client.send(Signal.logs, request)));
    assert.equal(server.connected, 1);
  });

  it("gives the call up at the server, too, when it is told to", async () => {
    const reset = Promise.withResolvers<number>();
    const entered = Promise.withResolvers<void>();
    using server = await rawServer((stream) => {
      stream.resume();
      stream.on("close", () => reset.resolve(stream.rstCode));
      entered.resolve();
    });
    await using client = createOtlpGrpcClient({ endpoint: server.endpoint });
    const controller = new AbortController();
    const sending = client.send(Signal.traces, request, { signal: controller.signal });
    await entered.promise;
    controller.abort(new Error("enough"));
    await assert.rejects(sending, /^Error: enough$/);
    assert.equal(await reset.promise, constants.NGHTTP2_CANCEL);
  });

  it("lets what is under way finish when it is closed, and takes no more", async () => {
    const entered = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    using server = await rawServer((stream, headers, nth) => {
      entered.resolve();
      void finish.promise.then(() => accept(stream, headers, nth));
    });
    const client = createOtlpGrpcClient({ endpoint: server.endpoint });
    const sending = client.send(Signal.traces, request);
    await entered.promise;
    await client.close();
    await assert.rejects(client.send(Signal.traces, request), refused("unavailable", /the client is closed/));
    finish.resolve();
    assert.deepEqual(await sending, nothingRejected);
  });
});

describe("the gRPC client with a connection that leads nowhere", () => {
  it("leaves it after a call that got no answer, and makes another", async () => {
    using server = await rawServer(accept);
    using between = await relay(server.port);
    await using client = createOtlpGrpcClient({
      endpoint: between.endpoint,
      timeoutMs: 500,
      keepalive: { timeoutMs: 100 },
    });
    await client.send(Signal.traces, request);
    between.goDeaf();
    await assert.rejects(client.send(Signal.traces, request), refused("unavailable", /deadlineExceeded/));
    let last: unknown = "nothing";
    while (last !== undefined) {
      last = await client.send(Signal.traces, request).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    assert.equal(between.connected, 2);
  });

  it("keeps it after such a call if the other end still answers pings", async () => {
    using server = await rawServer((stream, headers, nth) => {
      if (nth === 0) stream.resume();
      else accept(stream, headers, nth);
    });
    await using client = createOtlpGrpcClient({ endpoint: server.endpoint, timeoutMs: 500 });
    await assert.rejects(client.send(Signal.traces, request), refused("unavailable", /deadlineExceeded/));
    await client.send(Signal.traces, request);
    assert.equal(server.connected, 1);
  });

  it("finds out by keepalive before the call's time is up", async () => {
    using server = await rawServer((stream, headers, nth) => {
      if (nth === 0) accept(stream, headers, nth);
    });
    using between = await relay(server.port);
    await using client = createOtlpGrpcClient({
      endpoint: between.endpoint,
      timeoutMs: 60_000,
      keepalive: { timeMs: 20, timeoutMs: 50 },
    });
    await client.send(Signal.traces, request);
    const sending = client.send(Signal.traces, request);
    between.goDeaf();
    await assert.rejects(sending, refused("unavailable", /did not answer within 50 ms/));
  });

  it("does not wait for a connection longer than a call may take", async () => {
    // takes connections, and says nothing that TLS or HTTP/2 begin with
    const sockets: Socket[] = [];
    const mute = createTcpServer((socket) => {
      socket.on("error", () => {});
      sockets.push(socket.resume());
    });
    mute.listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as AddressInfo;
    const closed = Promise.withResolvers<void>();
    mute.on("connection", (socket: Socket) => socket.on("close", () => closed.resolve()));
    await using client = createOtlpGrpcClient({ endpoint: `https://127.0.0.1:${port}`, timeoutMs: 50 });
    await assert.rejects(client.send(Signal.traces, request), refused("unavailable", /within 50 ms/));
    await closed.promise;
    mute.close();
    for (const socket of sockets) socket.destroy();
  });
});

describe("the gRPC client behind a proxy", () => {
  it("asks it to connect, as who it is told to be, once for all calls", async () => {
    using server = await rawServer(accept);
    using proxy = await connectProxy(server.port, 200);
    await withEnvironment({ grpc_proxy: `http://me:p%40ss@${proxy.address}` }, async () => {
      await using client = createOtlpGrpcClient({ endpoint: "http://collector.example:4317" });
      await Promise.all([client.send(Signal.traces, request), client.send(Signal.logs, request)]);
      assert.deepEqual(await client.send(Signal.traces, request), nothingRejected);
    });
    const authorization = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
    assert.deepEqual(proxy.asked, [{ url: "collector.example:4317", authorization }]);
  });

  it("says so when the proxy refuses", async () => {
    using proxy = await connectProxy(1, 407);
    await withEnvironment({ grpc_proxy: `http://${proxy.address}` }, () =>
      assert.rejects(sendTo("http://collector.example:4317"), refused("unavailable", /the proxy .* answered HTTP 407/)),
    );
  });

  it("leaves out what no_proxy names", async () => {
    using server = await rawServer(accept);
    using proxy = await connectProxy(server.port, 200);
    const https_proxy = `http://${proxy.address}`;
    for (const no_proxy of ["127.0.0.1", "example.com, 127.0.0.0/8", "*"]) {
      await withEnvironment({ https_proxy, no_proxy }, async () => {
        assert.deepEqual(await sendTo(server.endpoint), nothingRejected);
      });
    }
    assert.deepEqual(proxy.asked, []);
    await withEnvironment({ https_proxy, no_proxy: "10.0.0.0/8,0.1,example.com" }, async () => {
      assert.deepEqual(await sendTo(server.endpoint), nothingRejected);
    });
    assert.equal(proxy.asked.length, 1);
  });
});

describe("what a gRPC client is told", () => {
  it("is refused at once where it cannot be", () => {
    for (const endpoint of ["http://", "http://a b:1", "https://h:99999", "ftp://h:1", "unix:", "h:1/path", "u@h:1"]) {
      assert.throws(() => createOtlpGrpcClient({ endpoint }), TypeError, endpoint);
    }
    const endpoint = "localhost:4317";
    assert.throws(() => createOtlpGrpcClient({ endpoint, headers: { "a b": "c" } }), /"a b" cannot be the name/);
    assert.throws(
      () => createOtlpGrpcClient({ endpoint, headers: { key: "se\ncret" } }),
      (error: Error) => /metadata key is not printable/.test(error.message) && !error.message.includes("cret"),
    );
  });
});
