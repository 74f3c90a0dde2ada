import type { ModelCall } from "./model-call.ts";
import { observeStream } from "./observe-stream.ts";
import { endWhenLetGo, type OpenCall, release } from "./open-calls.ts";
import type { ChunkReader } from "./watch-call.ts";

const settled = Promise.resolve();
const nothing = (): void => {};

/** A call whose result may yet be read. */
export interface LateCall extends OpenCall {
  /** Whether somebody has begun to. */
  readonly isRead: boolean;
}

/**
 * Registers an object unless somebody has begun to read it by then: almost everybody does at once, and a registry's entries are dear to the garbage
 * collector. `await` needs two turns to get to a promise's `then`.
 */
export function registerLater(result: object, late: LateCall): void {
  // `queueMicrotask` makes a resource for each callback
  void settled.then(nothing).then(() => {
    if (!late.isRead && !late.call.ended) endWhenLetGo(result, late);
    return undefined;
  });
}

/** Ends the call with a stream: read to its end, left, failed, aborted by `signal`, or let go of. `factory` is the method that makes its iterators. */
export function watchStream(
  call: ModelCall,
  stream: object,
  chunks: ChunkReader | undefined,
  signal: AbortSignal | undefined,
  factory: PropertyKey = Symbol.asyncIterator,
): void {
  call.touch();
  const held = { call, chunks, isRead: false };
  registerLater(stream, held);
  const end = (): void => {
    release(call);
    call.end(chunks?.answer());
  };
  // aborted by the application: the reader is not told, it just comes to an end, perhaps never. A library that aborts because of a failure tells its reader first
  signal?.addEventListener("abort", () => setImmediate(end), { once: true });
  observeStream(
    stream,
    {
      item(chunk) {
        call.chunk();
        chunks?.push(chunk);
      },
      done: end,
      left: end,
      failed(error) {
        release(call);
        call.fail(error, chunks?.answer());
      },
    },
    factory,
    (iterator) => {
      // from here on the application may hold the iterator alone
      held.isRead = true;
      release(call);
      if (!call.ended) endWhenLetGo(iterator, held);
    },
  );
}
