import { guard } from "./guard.ts";
import type { ModelCall } from "./model-call.ts";
import type { AnswerReader } from "./watch-call.ts";
import { watchStream } from "./watch-stream.ts";

/** As `AnswerReader`, where the stream is a part of the result. */
export interface ResultReader extends AnswerReader {
  /** The object that is iterated, if this result has one. */
  readonly stream?: (value: unknown) => object | undefined;
  /** What aborts that stream, if the application can do so without its reader being told. */
  readonly signal?: (stream: unknown) => AbortSignal | undefined;
}

/** The promise that the application gets: it comes to the very same value or error, and ends the call. A rejection nobody handles stays unhandled. */
export function watchPromise<Value>(call: ModelCall, promise: Promise<Value>, reader: ResultReader): Promise<Value> {
  return promise.then(
    (value) => {
      watchValue(call, value, reader);
      return value;
    },
    (error: unknown) => {
      call.fail(error);
      throw error;
    },
  );
}

/** Ends the call with a result, or with the end of the stream that is in it. */
export function watchValue(call: ModelCall, value: unknown, reader: ResultReader): void {
  const stream = guard("finding a stream", () => reader.stream?.(value));
  if (stream === undefined) {
    call.end(guard("reading an answer", () => reader.answer(value, call.start.provider)));
    return;
  }
  guard("watching a stream", () => watchStream(call, stream, reader.chunks?.(call), reader.signal?.(stream)));
}
