import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { ServerSession, type SessionOptions } from "../http2/server-session.ts";
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
/** How long what was answered at last may take to leave, when the receiver closes. */
const lastAnswersMs = 1_000;

/**
 * Listens for OTLP/gRPC (HTTP/2, with TLS or without). Rejects with a `ListenError` if it cannot.
 *
 * The unary half of gRPC is spoken right on HTTP/2: a gRPC library hands a request over when it is read and decompressed
 * in full, which is too late to bound the memory it takes. HTTP/2 is ours, too (docs/adr/0007).
 */
export async function createGrpcReceiver(options: GrpcReceiverOptions): Promise<Receiver> {
  const { host = "127.0.0.1", keepaliveMs = 60_000, tls } = options;
  const checkKey = createAccessCheck(host, options.port, options);
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const intake = new Intake("grpc", options);
  const context: GrpcContext = { intake, checkKey, requestMs: timeouts.requestMs };
  const sessionOptions: SessionOptions = {
    maxConcurrentStreams,
    streamWindowBytes,
    connectionWindowBytes,
    maxFrameSize,
    keepaliveMs,
    idleMs: timeouts.idleMs,
    onStream: (stream) => intake.hold(exchange(context, stream).then(() => stream.closed)),
  };
  const sessions = new Set<ServerSession>();
  const sockets = new Set<Socket>();
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const serve = (socket: Socket): void =>
    sniff(socket, timeouts.requestMs, (isHttp2) => {
      if (isHttp2) {
        const session = new ServerSession(socket, sessionOptions);
        sessions.add(session);
        socket.once("close", () => sessions.delete(session));
        return;
      }
      intake.counters.requests++;
      intake.counters.refuse("wrong-protocol");
      answerHttp1(socket);
    });
  const secure = tls && createTlsServer({ ...tls, ALPNProtocols: ["h2"], noDelay: true }, serve);
  const server = secure ?? createServer({ noDelay: true }, serve);
  server.on("connection", hold);
  const port = await listen(server, host, options.port, options.onInternalError);

  let closing: Promise<void> | undefined;
  async function shut(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const session of sessions) session.close();
    await intake.settle(graceMs);
    await Promise.all(Array.from(sessions, (session) => session.end(lastAnswersMs)));
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
