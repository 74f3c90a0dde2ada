import { OtlpError } from "../errors.ts";
import type { ServerStream } from "../http2/server-stream.ts";
import type { ByteLease } from "./byte-budget.ts";
import { RequestAborted, RequestTimedOut } from "./http-body.ts";
import { joinPieces } from "./pieces.ts";

/** A gRPC message as it stands on the wire (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
export interface GrpcMessage {
  readonly isCompressed: boolean;
  readonly body: Buffer;
}

/** A flag byte and a 32-bit length before each message. */
const prefixBytes = 5;

/**
 * The one message of a unary call, read until the sender has closed its side. Its length is known from the first five
 * bytes and held against the limit before more is kept; what is kept is counted in `lease`. Rejects with an
 * `OtlpError`, `RequestTimedOut` or `RequestAborted`.
 */
export function readMessage(
  stream: ServerStream,
  limitBytes: number,
  timeoutMs: number,
  lease: ByteLease,
): Promise<GrpcMessage> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let total = 0;
    let prefix: Buffer | undefined;
    let isSettled = false;
    function onData(piece: Buffer): void {
      if (isSettled) return;
      try {
        lease.grow(piece.length);
        pieces.push(piece);
        total += piece.length;
        if (prefix === undefined && total >= prefixBytes) {
          prefix = joinPieces(pieces, total);
        }
        if (prefix !== undefined) checkPrefix(prefix, total - prefixBytes, limitBytes);
      } catch (error) {
        fail(error);
      }
    }
    function onEnd(): void {
      if (isSettled) return;
      const length = prefix?.readUInt32BE(1) ?? 0;
      if (prefix === undefined || total !== prefixBytes + length) {
        return fail(new OtlpError("invalid-argument", "the call ended before its message was complete"));
      }
      settle();
      const message = joinPieces(pieces, total);
      resolve({ isCompressed: prefix[0] === 1, body: message.subarray(prefixBytes) });
    }
    function onGone(): void {
      fail(new RequestAborted());
    }
    function fail(error: unknown): void {
      settle();
      reject(error);
    }
    function settle(): void {
      isSettled = true;
      clearTimeout(timer);
    }
    const timer = setTimeout(() => fail(new RequestTimedOut()), timeoutMs);
    stream.read({ data: onData, end: onEnd, gone: onGone });
  });
}

/** A message with its prefix, never compressed: answers are a few bytes. */
export function frameMessage(body: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

/** `Status-Message` is percent-encoded where it is not printable ASCII. */
export function encodeStatusMessage(message: string): string {
  return encodeURIComponent(message.toWellFormed()).replace(
    /%(?:2[0-46-9A-F]|3[A-F]|40|5[BCDEF]|60|7[BCD])/g,
    decodeURIComponent,
  );
}

function checkPrefix(prefix: Buffer, received: number, limitBytes: number): void {
  const flag = prefix.readUInt8(0);
  const length = prefix.readUInt32BE(1);
  if (flag > 1) throw new OtlpError("invalid-argument", `the message begins with ${flag}, which is no compressed flag`);
  if (length > limitBytes) {
    throw new OtlpError("too-large", `the message is ${length} bytes long; the limit is ${limitBytes}`);
  }
  if (received > length) throw new OtlpError("invalid-argument", "a unary call carries one message, not more");
}
