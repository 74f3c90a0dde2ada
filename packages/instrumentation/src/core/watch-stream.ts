import type { ModelCall } from "./model-call.ts";
import { observeStream, type StreamObserver } from "./observe-stream.ts";
import { endWhenLetGo, type OpenCall, release } from "./open-calls.ts";
import type { ChunkReader } from "./watch-call.ts";

/** Ends the call with a stream: read to its end, left, failed, aborted by `signal`, or let go of. `factory` is the method that makes its iterators. */
export function watchStream(
  call: ModelCall,
  stream: object,
  chunks: ChunkReader | undefined,
  signal: AbortSignal | undefined,
  factory: PropertyKey = Symbol.asyncIterator,
): void {
  call.touch();
  const open = { call, chunks };
  endWhenLetGo(stream, open, signal);
  observeStream(stream, new StreamWatch(open, signal), factory);
}

class StreamWatch implements StreamObserver {
  /** Let go of when the call is over: the stream may live on, and everything that was said must not. */
  #open: OpenCall | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(open: OpenCall, signal: AbortSignal | undefined) {
    this.#open = open;
    this.#signal = signal;
  }

  begin(iterator: object): void {
    // from here on the application may hold the iterator alone
    if (this.#open !== undefined) endWhenLetGo(iterator, this.#open, this.#signal);
  }

  item(chunk: unknown): void {
    const open = this.#open;
    if (open === undefined) return;
    open.call.chunk();
    open.chunks?.push(chunk);
  }

  done(): void {
    const open = this.#over();
    open?.call.end(open.chunks?.answer());
  }

  left(): void {
    this.done();
  }

  failed(error: unknown): void {
    const open = this.#over();
    open?.call.fail(error, open.chunks?.answer());
  }

  /** What was open, if it was not over before. */
  #over(): OpenCall | undefined {
    const open = this.#open;
    if (open === undefined) return undefined;
    this.#open = undefined;
    release(open.call);
    return open;
  }
}
