import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { encodeHeaders } from "./encode-headers.ts";
import { Flag, FrameType, Setting, writeFrameHeader } from "./frame.ts";
import { ErrorCode } from "./http2-error.ts";
import { ServerSession, type SessionOptions } from "./server-session.ts";
import type { ServerStream } from "./server-stream.ts";

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const request = encodeHeaders({ ":method": "POST", ":scheme": "http", ":path": "/x", te: "trailers" });
const ok = { headers: encodeHeaders({ ":status": "200" }), trailers: encodeHeaders({ "grpc-status": "0" }) };
const whole = Flag.endHeaders;
const last = Flag.endHeaders | Flag.endStream;

function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(9);
  writeFrameHeader(header, 0, payload.length, type, flags, stream);
  return Buffer.concat([header, payload]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

function setting(id: number, value: number): Buffer {
  return Buffer.concat([Buffer.of(0, id), numbers(value)]);
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The client's end, frame by frame. */
class Client {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  readonly frames: Frame[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 9) {
      const length = this.#received.readUIntBE(0, 3);
      if (this.#received.length < 9 + length) return;
      const [type, flags] = [this.#received[3]!, this.#received[4]!];
      const payload = this.#received.subarray(9, 9 + length);
      this.frames.push({ type, flags, stream: this.#received.readUInt32BE(5), payload });
      this.#received = this.#received.subarray(9 + length);
    }
  }

  send(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** The next frame of a type that was not asked for before. */
  async next(type: number): Promise<Frame> {
    for (;;) {
      const at = this.frames.findIndex((one) => one.type === type);
      if (at !== -1) return this.frames.splice(at, 1)[0]!;
      if (this.socket.closed) assert.fail(`the connection closed without a frame of type ${type}`);
      await new Promise(setImmediate);
    }
  }
}

const base: Omit<SessionOptions, "onStream"> = {
  maxConcurrentStreams: 4,
  streamWindowBytes: 100_000,
  connectionWindowBytes: 200_000,
  maxFrameSize: 20_000,
  idleMs: 60_000,
  keepaliveMs: 60_000,
};

interface Served extends AsyncDisposable {
  readonly url: string;
  open(...frames: readonly Buffer[]): Promise<Client>;
}

async function serve(onStream: SessionOptions["onStream"], options: Partial<SessionOptions> = {}): Promise<Served> {
  const server = createServer((socket) => new ServerSession(socket, { ...base, ...options, onStream }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  return {
    url: `http://127.0.0.1:${port}`,
    async open(...frames) {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      await once(socket, "connect");
      const client = new Client(socket);
      client.send(preface, frame(FrameType.settings, 0, 0), ...frames);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with the request's body. */
function echo(stream: ServerStream): void {
  const pieces: Buffer[] = [];
  stream.read({
    data: (piece) => pieces.push(Buffer.from(piece)),
    end: () => stream.respond({ ...ok, body: Buffer.concat(pieces) }),
    gone() {},
  });
}

async function body(client: Client, stream: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (;;) {
    const done = client.frames.some((one) => one.stream === stream && (one.flags & Flag.endStream) !== 0);
    if (done) break;
    await new Promise(setImmediate);
  }
  for (const one of client.frames) {
    if (one.type === FrameType.data && one.stream === stream) pieces.push(one.payload);
  }
  return Buffer.concat(pieces);
}

describe("the server's end of an HTTP/2 connection", () => {
  it("answers requests in whatever pieces they come", async () => {
    await using served = await serve(echo);
    const padded = Buffer.concat([Buffer.of(3), Buffer.from("body"), Buffer.alloc(3)]);
    const frames = Buffer.concat([
      frame(FrameType.headers, 0, 1, request.subarray(0, 5)),
      frame(FrameType.continuation, 0, 1, request.subarray(5, 6)),
      frame(FrameType.continuation, whole, 1, request.subarray(6)),
      frame(FrameType.data, Flag.padded, 1, padded),
      frame(FrameType.headers, last, 1, encodeHeaders({ trailer: "x" })),
      frame(
        FrameType.headers,
        whole | Flag.padded | Flag.priority,
        3,
        Buffer.concat([Buffer.of(2), Buffer.alloc(5), request, Buffer.alloc(2)]),
      ),
      frame(0xee, 0xff, 3, Buffer.from("of a later standard")),
      frame(FrameType.data, 0, 3, Buffer.from("more ")),
      frame(FrameType.data, Flag.endStream, 3, Buffer.from("to come")),
    ]);
    for (const size of [1, 7, 10, frames.length]) {
      const client = await served.open();
      for (let at = 0; at < frames.length; at += size) client.send(frames.subarray(at, at + size));
      assert.equal(String(await body(client, 1)), "body");
      assert.equal(String(await body(client, 3)), "more to come");
    }
  });

  it("reads the headers that nghttp2 sends", async () => {
    const seen: ServerStream[] = [];
    await using served = await serve((stream) => {
      seen.push(stream);
      echo(stream);
    });
    const client = connectHttp2(served.url);
    const name = fc.stringMatching(/^x-[a-z0-9_.-]{1,12}$/);
    const value = fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 40 }), async (headers) => {
        const call = client.request({ ":method": "POST", ":path": "/x", ...headers });
        call.end();
        call.resume();
        await once(call, "close");
        assert.deepEqual({ ...seen.pop()!.headers }, { ...headers });
      }),
      { numRuns: 100 },
    );
    client.close();
  });

  it("sends no more than the other end takes", async () => {
    await using served = await serve(echo);
    const sent = Buffer.alloc(40_000, "x");
    const client = await served.open(
      frame(FrameType.settings, 0, 0, setting(Setting.initialWindow, 10)),
      frame(FrameType.headers, whole, 1, request),
      ...[0, 1, 2].map((part) =>
        frame(FrameType.data, part === 2 ? Flag.endStream : 0, 1, sent.subarray(part * 15_000, (part + 1) * 15_000)),
      ),
    );
    assert.equal((await client.next(FrameType.data)).payload.length, 10);
    client.send(frame(FrameType.windowUpdate, 0, 1, numbers(20_000)));
    assert.equal((await client.next(FrameType.data)).payload.length, 16_384);
    assert.equal((await client.next(FrameType.data)).payload.length, 20_000 - 16_384);
    client.send(frame(FrameType.settings, 0, 0, setting(Setting.initialWindow, 100_000)));
    await client.next(FrameType.data);
    const end = await client.next(FrameType.data);
    assert.equal(end.payload.length, 40_000 - 20_010 - 16_384);
    await body(client, 1);
  });

  it("lets a sender go on for as long as what it sent is read, whatever becomes of its requests", async () => {
    let toEnd = 0;
    await using served = await serve((stream) => {
      if (toEnd++ % 2 === 0) echo(stream);
      else stream.reset();
    });
    const client = await served.open();
    let window = 65_535;
    const piece = Buffer.alloc(16_000);
    for (let id = 1; id < 40; id += 2) {
      client.send(frame(FrameType.headers, whole, id, request));
      while (window < piece.length) window += (await client.next(FrameType.windowUpdate)).payload.readUInt32BE(0);
      window -= piece.length;
      client.send(
        frame(FrameType.data, Flag.endStream | Flag.padded, id, Buffer.concat([Buffer.of(9), piece.subarray(1)])),
      );
      client.send(frame(FrameType.windowUpdate, 0, 0, numbers(16_000)));
    }
    await body(client, 37);
  });

  it("tells a reader that the sender has gone, and takes no answer for it", async () => {
    const gone: number[] = [];
    const streams: ServerStream[] = [];
    await using served = await serve((stream) => {
      streams.push(stream);
      stream.read({ data() {}, end() {}, gone: () => gone.push(stream.id) });
    });
    const client = await served.open(
      frame(FrameType.headers, whole, 1, request),
      frame(FrameType.headers, whole, 3, request),
      frame(FrameType.rstStream, 0, 1, numbers(8)),
    );
    while (gone.length === 0) await new Promise(setImmediate);
    assert.deepEqual(gone, [1]);
    streams[0]!.respond(ok);
    client.socket.destroy();
    while (gone.length === 1) await new Promise(setImmediate);
    assert.deepEqual(gone, [1, 3]);
    await Promise.all(streams.map(({ closed }) => closed));
  });

  it("refuses requests beyond those that may be open, and those that are none", async () => {
    await using served = await serve(() => {});
    const malformed = [
      { ":method": "POST", ":scheme": "http", "x-y": "" },
      { ":method": "POST", ":scheme": "http", ":path": "/", "X-Y": "" },
      { ":method": "POST", ":scheme": "http", ":path": "/", "x y": "" },
      { ":method": "POST", ":scheme": "http", ":path": "/", "x-y": "a\nb" },
      { ":method": "POST", ":scheme": "http", ":path": "/", connection: "close" },
      { ":method": "POST", ":scheme": "http", "x-y": "", ":path": "/" },
      { ":method": "POST", ":scheme": "http", ":path": "/", ":status": "200" },
      { ":method": "POST", ":scheme": "http", ":path": "/", te: "gzip" },
    ];
    const client = await served.open();
    for (const [index, headers] of malformed.entries()) {
      client.send(frame(FrameType.headers, last, 1 + 2 * index, encodeHeaders(headers)));
      assert.equal((await client.next(FrameType.rstStream)).payload.readUInt32BE(0), ErrorCode.protocol);
    }
    for (let id = 101; id <= 109; id += 2) client.send(frame(FrameType.headers, last, id, request));
    const refused = await client.next(FrameType.rstStream);
    assert.deepEqual([refused.stream, refused.payload.readUInt32BE(0)], [109, ErrorCode.refusedStream]);
  });

  const settings = frame(FrameType.settings, 0, 0);
  const open = frame(FrameType.headers, whole, 1, request);
  const hostile: readonly (readonly [name: string, code: number, frames: readonly Buffer[]])[] = [
    ["a frame that is too large", ErrorCode.frameSize, [Buffer.of(0, 0x4e, 0x21, 0, 0, 0, 0, 0, 1)]],
    ["data of no stream", ErrorCode.protocol, [frame(FrameType.data, 0, 0)]],
    ["data of a stream that is not open", ErrorCode.protocol, [frame(FrameType.data, 0, 1)]],
    [
      "data behind the end",
      ErrorCode.protocol,
      [frame(FrameType.headers, last, 1, request), frame(FrameType.data, 0, 1)],
    ],
    ["more padding than data", ErrorCode.protocol, [open, frame(FrameType.data, Flag.padded, 1, Buffer.of(1))]],
    ["padding of nothing", ErrorCode.frameSize, [open, frame(FrameType.data, Flag.padded, 1)]],
    [
      "headers that are too short",
      ErrorCode.protocol,
      [frame(FrameType.headers, whole | Flag.padded, 1, Buffer.of(1))],
    ],
    ["headers of an even stream", ErrorCode.protocol, [frame(FrameType.headers, whole, 2, request)]],
    ["headers within a request", ErrorCode.protocol, [open, open]],
    [
      "a header block that is interrupted",
      ErrorCode.protocol,
      [frame(FrameType.headers, 0, 1, request), frame(FrameType.ping, 0, 0, Buffer.alloc(8))],
    ],
    [
      "a header block that goes on elsewhere",
      ErrorCode.protocol,
      [frame(FrameType.headers, 0, 1, request), frame(FrameType.continuation, whole, 3)],
    ],
    ["the rest of no header block", ErrorCode.protocol, [frame(FrameType.continuation, whole, 1)]],
    ["headers that cannot be read", ErrorCode.compression, [frame(FrameType.headers, whole, 1, Buffer.of(0xff))]],
    [
      "headers without end",
      ErrorCode.enhanceYourCalm,
      [
        frame(FrameType.headers, 0, 1),
        ...Array.from({ length: 5 }, () => frame(FrameType.continuation, 0, 1, Buffer.alloc(20_000))),
      ],
    ],
    ["a reset of a stream that is not open", ErrorCode.protocol, [frame(FrameType.rstStream, 0, 1, numbers(0))]],
    ["settings that are cut off", ErrorCode.frameSize, [frame(FrameType.settings, 0, 0, Buffer.alloc(5))]],
    ["settings of a stream", ErrorCode.protocol, [frame(FrameType.settings, 0, 1)]],
    ["settings in an acknowledgement", ErrorCode.frameSize, [frame(FrameType.settings, Flag.ack, 0, Buffer.alloc(6))]],
    [
      "a window beyond the largest",
      ErrorCode.flowControl,
      [frame(FrameType.settings, 0, 0, setting(Setting.initialWindow, 2 ** 31))],
    ],
    [
      "frames beyond the largest",
      ErrorCode.protocol,
      [frame(FrameType.settings, 0, 0, setting(Setting.maxFrameSize, 2 ** 24))],
    ],
    ["a ping that is too short", ErrorCode.frameSize, [frame(FrameType.ping, 0, 0, Buffer.alloc(7))]],
    ["a window that grows by nothing", ErrorCode.protocol, [frame(FrameType.windowUpdate, 0, 0, numbers(0))]],
    [
      "a window that grows too large",
      ErrorCode.flowControl,
      [frame(FrameType.windowUpdate, 0, 0, numbers(0x7fff_ffff))],
    ],
    ["a push", ErrorCode.protocol, [frame(FrameType.pushPromise, 0, 1)]],
    [
      "more data than were asked for",
      ErrorCode.flowControl,
      [open, ...Array.from({ length: 6 }, () => frame(FrameType.data, 0, 1, Buffer.alloc(20_000)))],
    ],
    [
      "requests that are given up at once",
      ErrorCode.enhanceYourCalm,
      Array.from({ length: 1_100 }, (_, index) =>
        Buffer.concat([
          frame(FrameType.headers, whole, 1 + 2 * index, request),
          frame(FrameType.rstStream, 0, 1 + 2 * index, numbers(8)),
        ]),
      ),
    ],
    ["settings without end", ErrorCode.enhanceYourCalm, Array.from({ length: 1_100 }, () => settings)],
    [
      "data of nothing without end",
      ErrorCode.enhanceYourCalm,
      [open, ...Array.from({ length: 1_100 }, () => frame(FrameType.data, 0, 1))],
    ],
  ];
  for (const [name, code, frames] of hostile) {
    it(`ends the connection for ${name}`, async () => {
      await using served = await serve(() => {});
      const client = await served.open(...frames);
      assert.equal((await client.next(FrameType.goAway)).payload.readUInt32BE(4), code);
      if (!client.socket.closed) await once(client.socket, "close");
    });
  }

  it("ends the connection of who takes none of the answers", async () => {
    await using served = await serve(() => {});
    const client = await served.open();
    client.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 4_000 }, () => frame(FrameType.ping, 0, 0, Buffer.alloc(8))));
    const closed = new Promise((resolve) => client.socket.once("close", resolve));
    const writer = setInterval(() => client.socket.write(pings), 1);
    await closed;
    clearInterval(writer);
  });

  it("reads whatever comes without falling over", async () => {
    await using served = await serve(echo);
    const anyFrame = fc
      .tuple(fc.nat(10), fc.nat(255), fc.constantFrom(0, 1, 2, 3, 5), fc.uint8Array({ maxLength: 40 }))
      .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload));
    await fc.assert(
      fc.asyncProperty(fc.array(anyFrame, { maxLength: 12 }), async (frames) => {
        const client = await served.open(...frames);
        client.socket.end();
        if (!client.socket.closed) await once(client.socket, "close");
      }),
      { numRuns: 200 },
    );
    const client = await served.open(frame(FrameType.headers, last, 1, request));
    assert.equal(String(await body(client, 1)), "");
  });
});
