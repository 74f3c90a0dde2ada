import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import { createCors } from "./cors.ts";
import { createHostCheck } from "./host-check.ts";
import { exchange, type HttpContext } from "./http-exchange.ts";
import { Intake } from "./intake.ts";
import { createAccessCheck, listen } from "./listen.ts";
import { isLoopback, urlHost } from "./loopback.ts";
import { defaultTimeouts, type Receiver, type ReceiverOptions } from "./receiver.ts";
import { answerHttp2, isHttp2Preface } from "./wrong-protocol.ts";

export interface HttpReceiverOptions extends ReceiverOptions {
  /** Origins of pages that may send; none if not given. `*` stands for any text, once in each. */
  readonly corsOrigins?: readonly string[];
  /**
   * Further names this receiver goes by in a `Host` header. Where API keys are asked for, any name will do unless
   * this is given: a page that got here by a rebound name has no key.
   */
  readonly allowedHosts?: readonly string[];
}

/** Listens for OTLP/HTTP. Rejects with a `ListenError` if it cannot. */
export async function createHttpReceiver(options: HttpReceiverOptions): Promise<Receiver> {
  const { host = "127.0.0.1", allowedHosts, tls } = options;
  const checkKey = createAccessCheck(host, options.port, options);
  const { requestMs, idleMs } = { ...defaultTimeouts, ...options.timeouts };
  const intake = new Intake("http", options);
  const asksForKey = (options.apiKeys ?? []).length > 0 || options.authenticate !== undefined;
  const isAnyHost = allowedHosts === undefined && (asksForKey || (options.isOpen === true && !isLoopback(host)));
  const timedOut = new WeakSet<Socket>();
  const context: HttpContext = {
    intake,
    isHostAllowed: isAnyHost ? () => true : createHostCheck(host, allowedHosts ?? []),
    checkKey,
    cors: createCors(options.corsOrigins ?? []),
    isTimedOut: (request) => timedOut.has(request.socket),
  };
  let closing: Promise<void> | undefined;

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (closing !== undefined) response.setHeader("Connection", "close");
    const sent = new Promise<void>((resolve) => response.once("close", resolve));
    intake.hold(exchange(context, request, response).then(() => sent));
  }
  const serverOptions = {
    requestTimeout: requestMs,
    headersTimeout: Math.min(requestMs, 10_000),
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(requestMs, 10_000) / 4,
  };
  const secure = tls === undefined ? undefined : createSecureServer({ ...tls, ...serverOptions });
  const server = secure ?? createServer(serverOptions);
  server.on("request", onRequest);
  server.on("checkContinue", onRequest);
  server.on("clientError", (error: ParseError, socket: Socket) => {
    if (error.rawPacket !== undefined && isHttp2Preface(error.rawPacket)) {
      intake.counters.requests++;
      intake.counters.refuse("wrong-protocol");
      answerHttp2(socket);
      return;
    }
    if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") timedOut.add(socket);
    answerBrokenRequest(error, socket);
  });
  const port = await listen(server, host, options.port, options.onInternalError);

  async function shut(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await intake.settle(graceMs);
    server.closeAllConnections();
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

/** Node adds what it could not parse. */
type ParseError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** What the parser could not read gets a plain answer; there is no request to take an encoding from. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const line =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? "408 Request Timeout"
      : error.code === "HPE_HEADER_OVERFLOW"
        ? "431 Request Header Fields Too Large"
        : "400 Bad Request";
  socket.end(`HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
