import type { IncomingMessage } from "node:http";
import { OtlpError } from "../errors.ts";
import type { ByteLease } from "./byte-budget.ts";
import { joinPieces } from "./pieces.ts";

/** The sender went away before its request was complete. There is nobody to answer. */
export class RequestAborted extends Error {}

/** The sender took too long over its request. */
export class RequestTimedOut extends Error {}

/** Throws `too-large` before anything is read, if the sender says how much it would be. */
export function checkDeclaredLength(request: IncomingMessage, limitBytes: number): void {
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) throw tooLarge(limitBytes);
}

/**
 * The whole body as sent, counted in `lease` as it arrives: a declared length costs the sender nothing, so nothing is
 * set aside for it. Rejects with an `OtlpError` or `RequestAborted`.
 */
export function readBody(request: IncomingMessage, limitBytes: number, lease: ByteLease): Promise<Buffer> {
  if (request.destroyed && !request.readableEnded) return Promise.reject(new RequestAborted());
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let total = 0;
    function onData(piece: Buffer): void {
      total += piece.length;
      try {
        if (total > limitBytes) throw tooLarge(limitBytes);
        lease.grow(piece.length);
        pieces.push(piece);
      } catch (error) {
        settle();
        reject(error);
      }
    }
    function onEnd(): void {
      settle();
      resolve(joinPieces(pieces, total));
    }
    function onGone(): void {
      settle();
      reject(new RequestAborted());
    }
    function settle(): void {
      request.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      request.on("error", () => {});
    }
    request.on("data", onData).on("end", onEnd).on("error", onGone).on("close", onGone);
    if (request.readableEnded) onEnd();
  });
}

/**
 * Reads on after an early answer, so that a sender still writing gets to see it rather than a reset connection; but
 * not without end.
 */
export function discardRest(request: IncomingMessage, limitBytes: number): void {
  if (request.readableEnded || request.destroyed) return;
  let total = 0;
  request.on("error", () => {});
  request.on("data", (piece: Buffer) => {
    total += piece.length;
    if (total > limitBytes) request.destroy();
  });
  request.resume();
}

function tooLarge(limitBytes: number): OtlpError {
  return new OtlpError("too-large", `the request body is larger than ${limitBytes} bytes`);
}
