import { errorMessage } from "../core/error-type.ts";
import type { ModelCall } from "../core/model-call.ts";
import { isObject, objectOf, parsedOf, stringOf } from "../core/read.ts";
import { observeReadable } from "../core/observe-readable.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import { endWhenLetGo, release } from "../core/open-calls.ts";
import { SseReader } from "../core/sse-reader.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import type { Endpoint } from "../stainless/endpoint.ts";

/** Ends a call with a `Response`: as its body is read, or when nobody holds it any more. */
export function watchResponse(call: ModelCall, response: Response, endpoint: Endpoint): void {
  const { provider } = call.start;
  endWhenLetGo(response, { call });
  const chunks = endpoint.chunks?.(call);
  const streamed = response.headers.get("content-type")?.includes("text/event-stream") === true;
  const finish = (body: unknown): void => {
    release(call);
    if (response.ok) {
      call.end(isObject(body) ? endpoint.answer(body, provider) : undefined);
      return;
    }
    const error = objectOf(objectOf(body)["error"]);
    const message = stringOf(error["message"]) ?? response.statusText;
    call.fail({ status: response.status, code: error["code"] ?? error["type"], message });
  };
  for (const key of ["json", "text"] as const) {
    replaceMethod(
      response,
      key,
      (method) =>
        function (...parameters) {
          return (Reflect.apply(method, this, parameters) as Promise<unknown>).then(
            (body) => {
              if (streamed && chunks !== undefined && typeof body === "string") finishText(call, body, chunks);
              else finish(parsedOf(body));
              return body;
            },
            (error: unknown) => {
              call.fail(error);
              throw error;
            },
          );
        },
    );
  }
  const { body } = response;
  if (body === null) {
    finish(undefined);
    return;
  }
  watchBody(call, body, streamed ? chunks : undefined, finish);
}

function finishText(call: ModelCall, text: string, chunks: ChunkReader): void {
  const reader = new SseReader((data) => chunks.push(data));
  reader.push(text);
  reader.end();
  call.end(chunks.answer());
}

function watchBody(
  call: ModelCall,
  body: ReadableStream,
  chunks: ChunkReader | undefined,
  finish: (body: unknown) => void,
): void {
  const decoder = new TextDecoder();
  let whole = "";
  const events = new SseReader((data) => {
    call.chunk();
    chunks?.push(data);
  });
  const end = (): void => {
    release(call);
    if (chunks === undefined) {
      finish(whole === "" ? undefined : parsedOf(whole));
      return;
    }
    events.end();
    call.end(chunks.answer());
  };
  observeReadable(body, {
    item(bytes) {
      if (chunks === undefined) whole += decoder.decode(bytes as Uint8Array, { stream: true });
      else events.push(bytes);
    },
    done: end,
    left: end,
    failed(error) {
      release(call);
      call.fail(errorMessage(error) === "" ? new Error("the body could not be read") : error, chunks?.answer());
    },
  });
}
