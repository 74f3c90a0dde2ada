import type { ModelCall } from "./model-call.ts";
import { observeStream, type StreamObserver } from "./observe-stream.ts";
import { endWhenLetGo, release } from "./open-calls.ts";
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
  const watch = new StreamWatch(call, chunks);
  endWhenLetGo(stream, { call, chunks });
  // aborted by the application: the reader is not told, it just comes to an end, perhaps never. A library that aborts because of a failure tells its reader first
  signal?.addEventListener("abort", () => setImmediate(() => watch.done()));
  observeStream(stream, watch, factory);
}

class StreamWatch implements StreamObserver {
  /** Let go of when the call is over: the stream and what aborts it may live on, and everything that was said must not. */
  #call: ModelCall | undefined;
  #chunks: ChunkReader | undefined;

  constructor(call: ModelCall, chunks: ChunkReader | undefined) {
    this.#call = call;
    this.#chunks = chunks;
  }

  begin(iterator: object): void {
    // from here on the application may hold the iterator alone
    if (this.#call !== undefined) endWhenLetGo(iterator, { call: this.#call, chunks: this.#chunks });
  }

  item(chunk: unknown): void {
    this.#call?.chunk();
    this.#chunks?.push(chunk);
  }

  done(): void {
    const chunks = this.#chunks;
    this.#over()?.end(chunks?.answer());
  }

  left(): void {
    this.done();
  }

  failed(error: unknown): void {
    const chunks = this.#chunks;
    this.#over()?.fail(error, chunks?.answer());
  }

  /** The call, if it was not over before. */
  #over(): ModelCall | undefined {
    const call = this.#call;
    if (call === undefined) return undefined;
    release(call);
    this.#call = undefined;
    this.#chunks = undefined;
    return call;
  }
}
