import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiError, errorForStatus } from "./api-error.ts";
import type { Fault } from "./fault.ts";

/** How fast the model seems to be. Milliseconds. */
export interface Pace {
  readonly firstChunkMs: number;
  readonly chunkMs: number;
}

/** Sends an error as OpenAI does, with the times to retry after that were asked for. */
export function sendError(reply: ServerResponse, error: ApiError, fault?: Fault): void {
  if (fault?.retryAfterMs !== undefined) {
    reply.setHeader("retry-after-ms", String(fault.retryAfterMs));
    reply.setHeader("retry-after", String(Math.ceil(fault.retryAfterMs / 1000)));
  }
  const body = JSON.stringify(error);
  reply.writeHead(error.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

/** Sends an answer in one piece, or half of it if it is to be cut. */
export async function sendJson(reply: ServerResponse, value: unknown, fault: Fault, waitMs: number): Promise<void> {
  await pause(reply, fault.delayMs ?? waitMs);
  if (reply.destroyed) return;
  const body = Buffer.from(JSON.stringify(value));
  reply.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  if (fault.cutAfter === undefined) {
    reply.end(body);
    return;
  }
  await written(reply, body.subarray(0, body.length / 2));
  reply.destroy();
}

/** Time to an answer in one piece: it grows with the tokens, up to a second more. */
export function wholeMs(pace: Pace, tokenCount: number): number {
  return pace.firstChunkMs + Math.min(1000, tokenCount * pace.chunkMs);
}

/** How a provider streams, where not as OpenAI does. */
export interface StreamFormat {
  readonly contentType: string;
  /** What is sent in place of the rest when the stream is to fail. */
  readonly error: () => string | Uint8Array;
}

const openAiStream: StreamFormat = {
  contentType: "text/event-stream; charset=utf-8",
  error: () => `data: ${JSON.stringify(errorForStatus(500))}\n\n`,
};

/** Sends a stream's events, encoded, at the model's pace, doing to them what the fault asks. Stops when the caller has gone. */
export async function sendEvents(
  reply: ServerResponse,
  events: Iterable<string | Uint8Array>,
  fault: Fault,
  pace: Pace,
  format: StreamFormat = openAiStream,
): Promise<void> {
  reply.writeHead(200, { "content-type": format.contentType, "cache-control": "no-cache" });
  reply.flushHeaders();
  let sent = 0;
  for (const event of events) {
    await pause(reply, sent === 0 ? (fault.delayMs ?? pace.firstChunkMs) : (fault.chunkDelayMs ?? pace.chunkMs));
    if (reply.destroyed) return;
    if (sent === fault.cutAfter) {
      reply.destroy();
      return;
    }
    if (sent === fault.errorAfter) {
      reply.end(format.error());
      return;
    }
    await written(reply, event);
    sent++;
  }
  reply.end();
}

/** Waits, but no longer than the caller does. */
async function pause(reply: ServerResponse, milliseconds: number): Promise<void> {
  if (milliseconds <= 0) return;
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  reply.once("close", onClose);
  await sleep(milliseconds, undefined, { signal: gone.signal }).catch(() => undefined);
  reply.off("close", onClose);
}

/** Resolves when the chunk is on its way or the connection is gone, so that a cut comes after what precedes it. */
function written(reply: ServerResponse, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    reply.write(chunk, () => resolve());
  });
}
