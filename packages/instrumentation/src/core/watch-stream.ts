import type { ModelCall } from "./model-call.ts";
import { observeStream, type StreamObserver } from "./observe-stream.ts";
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
  const watch = new StreamWatch(call, chunks);
  registerLater(stream, watch);
  // aborted by the application: the reader is not told, it just comes to an end, perhaps never. A library that aborts because of a failure tells its reader first
  signal?.addEventListener("abort", () => setImmediate(() => watch.done()), { once: true });
  observeStream(stream, watch, factory, (iterator) => watch.begin(iterator));
}

class StreamWatch implements StreamObserver, LateCall {
  readonly call: ModelCall;
  readonly chunks: ChunkReader | undefined;
  isRead = false;

  constructor(call: ModelCall, chunks: ChunkReader | undefined) {
    this.call = call;
    this.chunks = chunks;
  }

  begin(iterator: object): void {
    // from here on the application may hold the iterator alone
    this.isRead = true;
    release(this.call);
    if (!this.call.ended) endWhenLetGo(iterator, this);
  }

  item(chunk: unknown): void {
    this.call.chunk();
    this.chunks?.push(chunk);
  }

  done(): void {
    release(this.call);
    this.call.end(this.chunks?.answer());
  }

  left(): void {
    this.done();
  }

  failed(error: unknown): void {
    release(this.call);
    this.call.fail(error, this.chunks?.answer());
  }
}
