import type { Socket } from "node:net";

/*
 * The most common mistake with OTLP is the right data at the wrong one of its two ports. Each side then sees a protocol
 * it cannot parse; what is here answers in the other's words.
 */

const http2Preface = "PRI * HTTP/2.0";

/** Whether a connection begins as HTTP/2 with prior knowledge does (RFC 9113, 3.4). */
export function isHttp2Preface(first: Buffer): boolean {
  const length = Math.min(first.length, http2Preface.length);
  return length > 0 && first.toString("latin1", 0, length) === http2Preface.slice(0, length);
}

/** Ends an HTTP/1 connection to the gRPC port. */
export function answerHttp1(socket: Socket): void {
  const text =
    "This port receives OpenTelemetry data over OTLP/gRPC. OTLP/HTTP has a port of its own, 4318 by default.\n";
  const head = [
    "HTTP/1.1 400 Bad Request",
    "Content-Type: text/plain",
    `Content-Length: ${text.length}`,
    "Connection: close",
  ];
  endWith(socket, Buffer.from(`${head.join("\r\n")}\r\n\r\n${text}`));
}

/** Ends an HTTP/2 connection to the HTTP port: empty SETTINGS, then GOAWAY with HTTP_1_1_REQUIRED and the reason. */
export function answerHttp2(socket: Socket): void {
  const text = "this port receives OTLP/HTTP; OTLP/gRPC has a port of its own, 4317 by default";
  const goAway = Buffer.alloc(17);
  goAway.writeUIntBE(8 + text.length, 0, 3);
  goAway.writeUInt8(0x07, 3);
  goAway.writeUInt32BE(0x0d, 13);
  endWith(socket, Buffer.concat([Buffer.from("000000040000000000", "hex"), goAway, Buffer.from(text)]));
}

/** What the other end still sends is read and dropped for a moment, lest a reset overtake the answer. */
function endWith(socket: Socket, answer: Buffer): void {
  socket.on("error", () => {});
  socket.end(answer);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), 1_000).unref();
  socket.once("close", () => clearTimeout(timer));
}
