import { constants, type ServerHttp2Stream } from "node:http2";
import { GrpcCode } from "../rpc/codes.ts";
import { encodeStatus, type RpcStatus } from "../rpc/status.ts";
import { compressions } from "./decompress.ts";
import { encodeStatusMessage, frameMessage } from "./grpc-message.ts";

const baseHeaders = {
  ":status": 200,
  "content-type": "application/grpc+proto",
  "grpc-accept-encoding": compressions.join(","),
};

const okTrailers = { "grpc-status": String(GrpcCode.ok) };

/** One message and the status OK. */
export function answerMessage(stream: ServerHttp2Stream, message: Buffer): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond(baseHeaders, { waitForTrailers: true });
  stream.once("wantTrailers", sendOk);
  stream.end(frameMessage(message));
}

function sendOk(this: ServerHttp2Stream): void {
  this.sendTrailers(okTrailers);
}

/** A status alone; with the whole `google.rpc.Status` where it says how long to wait. */
export function answerStatus(stream: ServerHttp2Stream, status: RpcStatus): void {
  if (stream.destroyed || stream.closed) return;
  const details =
    status.retryDelayMs === undefined
      ? undefined
      : { "grpc-status-details-bin": encodeStatus(status).toString("base64").replace(/=+$/, "") };
  const outcome = { "grpc-status": String(status.code), "grpc-message": encodeStatusMessage(status.message) };
  stream.respond({ ...baseHeaders, ...outcome, ...details }, { endStream: true });
}

/** Not gRPC at all, so no gRPC status either (PROTOCOL-HTTP2.md, "Requests"). */
export function answerNotGrpc(stream: ServerHttp2Stream): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ":status": constants.HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE }, { endStream: true });
}

/** Reads on after an early answer, so that the sender gets to see it; but not without end. */
export function discardRest(stream: ServerHttp2Stream, limitBytes: number): void {
  if (stream.readableEnded || stream.destroyed) return;
  let total = 0;
  stream.on("data", (piece: Buffer) => {
    total += piece.length;
    if (total > limitBytes) stream.close(constants.NGHTTP2_NO_ERROR);
  });
  stream.resume();
}
