import type { Answer, ModelCall } from "./model-call.ts";
import { isApiPromise, observeApiPromise, observeResponse } from "./observe-api-promise.ts";
import { endWhenLetGo, release } from "./open-calls.ts";
import { isObject, parsedOf } from "./read.ts";
import { registerLater, watchStream } from "./watch-stream.ts";

/** Puts a stream's chunks together. `answer` may be asked at any time, for what has arrived so far. */
export interface ChunkReader {
  push(chunk: unknown): void;
  answer(): Answer;
}

/** How the results of one kind of call are read. */
export interface AnswerReader {
  readonly answer: (value: unknown) => Answer;
  readonly chunks?: (call: ModelCall) => ChunkReader;
}

function isStream(value: unknown): value is { controller: AbortController } & object {
  return typeof value === "object" && value !== null && "controller" in value && Symbol.asyncIterator in value;
}

/** Ends a call with what the library's promise comes to; whatever the application does with it, and whether it does anything. */
export function watchCall(call: ModelCall, result: unknown, reader: AnswerReader): void {
  if (!isApiPromise(result)) {
    call.end();
    return;
  }
  let seen = false;
  let consumed = false;
  registerLater(result, { call }, () => consumed);
  observeApiPromise(result, {
    consumed() {
      if (!consumed) release(call);
      consumed = true;
    },
    failed: (error) => call.fail(error),
    value(value) {
      if (seen) return;
      seen = true;
      if (isStream(value)) {
        const factory = "iterator" in value ? "iterator" : Symbol.asyncIterator;
        watchStream(call, value, reader.chunks?.(call), value.controller.signal, factory);
      } else call.end(reader.answer(value));
    },
    response(response) {
      if (seen || call.ended || typeof response !== "object" || response === null) return;
      call.touch();
      endWhenLetGo(response, { call });
      const end = (answer?: Answer): void => {
        release(call);
        call.end(answer);
      };
      observeResponse(
        response,
        (body) => {
          const value = parsedOf(body);
          end(isObject(value) ? reader.answer(value) : undefined);
        },
        (error) => call.fail(error),
        () => end(),
      );
    },
  });
}
