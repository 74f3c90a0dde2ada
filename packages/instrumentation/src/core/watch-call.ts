import type { Answer, ModelCall } from "./model-call.ts";
import { isApiPromise, observeApiPromise, observeResponse } from "./observe-api-promise.ts";
import { observeStream } from "./observe-stream.ts";
import { endWhenLetGo, type OpenCall, release } from "./open-calls.ts";
import { isObject, parsedOf } from "./read.ts";

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

const settled = Promise.resolve();
const nothing = (): void => {};

/**
 * Registers an object unless somebody has begun to read it by then: almost everybody does at once, and a registry's entries are dear to the garbage
 * collector. `await` needs two turns to get to a promise's `then`.
 */
function registerLater(result: object, held: OpenCall, isRead: () => boolean): void {
  // `queueMicrotask` makes a resource for each callback
  void settled.then(nothing).then(() => {
    if (!isRead() && !held.call.ended) endWhenLetGo(result, held);
    return undefined;
  });
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
      if (isStream(value)) watchStream(call, value, reader);
      else call.end(reader.answer(value));
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

function watchStream(call: ModelCall, stream: { controller: AbortController } & object, reader: AnswerReader): void {
  const chunks = reader.chunks?.(call);
  call.touch();
  const held: OpenCall = chunks === undefined ? { call } : { call, chunks };
  let read = false;
  registerLater(stream, held, () => read);
  const end = (): void => {
    release(call);
    call.end(chunks?.answer());
  };
  // aborted by the application: the reader is not told, it just comes to an end, perhaps never. A library that aborts because of a failure tells its reader first
  stream.controller.signal.addEventListener("abort", () => setImmediate(end), { once: true });
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
    "iterator" in stream ? "iterator" : Symbol.asyncIterator,
    (iterator) => {
      // from here on the application may hold the iterator alone
      read = true;
      release(call);
      if (!call.ended) endWhenLetGo(iterator, held);
    },
  );
}
