import { encodeHeaders } from "../http2/encode-headers.ts";
import type { ServerStream } from "../http2/server-stream.ts";
import { GrpcCode } from "../rpc/codes.ts";
import { encodeStatus, type RpcStatus } from "../rpc/status.ts";
import { compressions } from "./decompress.ts";
import { encodeStatusMessage, frameMessage } from "./grpc-message.ts";

const baseHeaders = {
  ":status": "200",
  "content-type": "application/grpc+proto",
  "grpc-accept-encoding": compressions.join(","),
};

const okHeaders = encodeHeaders(baseHeaders);
const okTrailers = encodeHeaders({ "grpc-status": String(GrpcCode.ok) });
const notGrpc = encodeHeaders({ ":status": "415" });

/** One message and the status OK. */
export function answerMessage(stream: ServerStream, message: Buffer): void {
  stream.respond({ headers: okHeaders, body: frameMessage(message), trailers: okTrailers });
}

/** A status alone; with the whole `google.rpc.Status` where it says how long to wait. */
export function answerStatus(stream: ServerStream, status: RpcStatus): void {
  const details =
    status.retryDelayMs === undefined
      ? undefined
      : { "grpc-status-details-bin": encodeStatus(status).toString("base64").replace(/=+$/, "") };
  const outcome = { "grpc-status": String(status.code), "grpc-message": encodeStatusMessage(status.message) };
  stream.respond({ headers: encodeHeaders({ ...baseHeaders, ...outcome, ...details }) });
}

/** Not gRPC at all, so no gRPC status either (PROTOCOL-HTTP2.md, "Requests"). */
export function answerNotGrpc(stream: ServerStream): void {
  stream.respond({ headers: notGrpc });
}

/** Reads on after an early answer, so that the sender gets to see it; but not without end. */
export function discardRest(stream: ServerStream, limitBytes: number): void {
  if (stream.hasEnded || stream.isClosed) return;
  let total = 0;
  stream.read({
    data(piece) {
      total += piece.length;
      if (total > limitBytes) stream.reset();
    },
    end() {},
    gone() {},
  });
}
