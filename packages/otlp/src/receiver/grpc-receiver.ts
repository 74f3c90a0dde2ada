import { createSecureServer, createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import { createServer, type Socket } from "node:net";
import { exchange, type GrpcContext } from "./grpc-exchange.ts";
import { Intake } from "./intake.ts";
import { createAccessCheck, listen } from "./listen.ts";
import { urlHost } from "./loopback.ts";
import { defaultTimeouts, type Receiver, type ReceiverOptions } from "./receiver.ts";
import { answerHttp1, isHttp2Preface } from "./wrong-protocol.ts";

export interface GrpcReceiverOptions extends ReceiverOptions {
  /** How often a quiet connection is asked whether it is still there; 60 s if not given. */
  readonly keepaliveMs?: number;
}

/** Requests one connection may have open at once; a sender waits with the next. */
const maxConcurrentStreams = 128;
/** Large enough that a batch arrives without waiting for window updates. */
const streamWindowBytes = 1024 * 1024;
const connectionWindowBytes = 4 * 1024 * 1024;
/** Sixteen times the default, which a large batch would be cut into a hundred pieces by. */
const maxFrameSize = 256 * 1024;

/**
 * Listens for OTLP/gRPC (HTTP/2, with TLS or without). Rejects with a `ListenError` if it cannot.
 *
 * The unary half of gRPC is spoken right on HTTP/2: a gRPC library hands a request over when it is read and decompressed
 * in full, which is too late to bound the memory it takes.
 */
export async function createGrpcReceiver(options: GrpcReceiverOptions): Promise<Receiver> {
  const { host = "127.0.0.1", keepaliveMs = 60_000, tls } = options;
  const checkKey = createAccessCheck(host, options.port, options);
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const intake = new Intake("grpc", options);
  const context: GrpcContext = { intake, checkKey, requestMs: timeouts.requestMs };
  const settings = { maxConcurrentStreams, initialWindowSize: streamWindowBytes, maxFrameSize, enablePush: false };
  const secure = tls === undefined ? undefined : createSecureServer({ ...tls, settings });
  const http2 = secure ?? createHttp2Server({ settings });
  const sessions = new Set<ServerHttp2Session>();
  http2.on("stream", (stream, headers) => {
    const sent = new Promise<void>((resolve) => stream.once("close", resolve));
    intake.hold(exchange(context, stream, headers).then(() => sent));
  });
  http2.on("sessionError", () => {});
  http2.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.setLocalWindowSize(connectionWindowBytes);
    session.setTimeout(timeouts.idleMs, () => session.close());
    keepAlive(session, keepaliveMs);
  });
  const sockets = new Set<Socket>();
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const plain = createServer({ noDelay: true }, (socket) => {
    hold(socket);
    sniff(socket, timeouts.requestMs, (isHttp2) => {
      if (isHttp2) {
        http2.emit("connection", socket);
        return;
      }
      intake.counters.requests++;
      intake.counters.refuse("wrong-protocol");
      answerHttp1(socket);
    });
  });
  secure?.on("connection", hold);
  const server = secure ?? plain;
  const port = await listen(server, host, options.port, options.onInternalError);

  let closing: Promise<void> | undefined;
  async function shut(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const session of sessions) session.close();
    await intake.settle(graceMs);
    for (const session of sessions) session.destroy();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
  const receiver: Receiver = {
    host,
    port,
    url: `${secure === undefined ? "http" : "https"}://${urlHost(host)}:${port}`,
    counters: intake.counters,
    budget: intake.budget,
    renewTls: (renewed) => secure?.setSecureContext(renewed),
    close: ({ graceMs = 5_000 } = {}) => (closing ??= shut(graceMs)),
    [Symbol.asyncDispose]: () => receiver.close(),
  };
  return receiver;
}

function ignore(): void {}

/** Waits for a connection's first bytes and puts them back. */
function sniff(socket: Socket, timeoutMs: number, done: (isHttp2: boolean) => void): void {
  socket.on("error", ignore);
  socket.setTimeout(timeoutMs, () => socket.destroy());
  socket.once("data", (first: Buffer) => {
    socket.pause();
    socket.setTimeout(0);
    socket.off("error", ignore);
    socket.unshift(first);
    done(isHttp2Preface(first));
  });
}

/** Drops a connection whose other end has gone without a word. */
function keepAlive(session: ServerHttp2Session, intervalMs: number): void {
  let isAnswered = true;
  const timer = setInterval(() => {
    if (!isAnswered) {
      session.destroy();
      return;
    }
    if (session.closed) return;
    isAnswered = false;
    session.ping(() => {
      isAnswered = true;
    });
  }, intervalMs).unref();
  session.once("close", () => clearInterval(timer));
}
