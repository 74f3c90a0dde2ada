import type { Answer, ModelCall } from "./model-call.ts";
import { type ApiPromiseObserver, isApiPromise, observeApiPromise, observeResponse } from "./observe-api-promise.ts";
import { endWhenLetGo, release } from "./open-calls.ts";
import { isObject, parsedOf } from "./read.ts";
import { watchStream } from "./watch-stream.ts";

/** Puts a stream's chunks together. `answer` may be asked at any time, for what has arrived so far. */
export interface ChunkReader {
  push(chunk: unknown): void;
  answer(): Answer;
}

/** How the results of one kind of call are read. */
export interface AnswerReader {
  readonly answer: (value: unknown, provider: string) => Answer;
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
  const watch = new CallWatch(call, reader);
  endWhenLetGo(result, watch);
  observeApiPromise(result, watch);
}

class CallWatch implements ApiPromiseObserver {
  readonly call: ModelCall;
  readonly #reader: AnswerReader;
  #isRead = false;
  #seen = false;

  constructor(call: ModelCall, reader: AnswerReader) {
    this.call = call;
    this.#reader = reader;
  }

  consumed(): void {
    // once: what the promise came to may be waited for by now
    if (this.#isRead) return;
    this.#isRead = true;
    release(this.call);
  }

  failed(error: unknown): void {
    this.call.fail(error);
  }

  value(value: unknown): void {
    if (this.#seen) return;
    this.#seen = true;
    if (isStream(value)) {
      const factory = "iterator" in value ? "iterator" : Symbol.asyncIterator;
      watchStream(this.call, value, this.#reader.chunks?.(this.call), value.controller.signal, factory);
    } else this.call.end(this.#answer(value));
  }

  #answer(value: unknown): Answer {
    return this.#reader.answer(value, this.call.start.provider);
  }

  response(response: unknown): void {
    const { call } = this;
    if (this.#seen || call.ended || typeof response !== "object" || response === null) return;
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
        end(isObject(value) ? this.#answer(value) : undefined);
      },
      (error) => call.fail(error),
      () => end(),
    );
  }
}
