import type { IncomingMessage } from "node:http";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Transform } from "node:stream";
import { guard } from "../core/guard.ts";
import type { ModelCall } from "../core/model-call.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import { BodyReading, type ResponseHead } from "../fetch/watch-response.ts";
import type { ModelFormat } from "../formats/model-format.ts";

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Ends a call with an answer: as its body arrives, or when it is left. Bytes are seen as Node puts them into the stream, so that reading it stays the application's. */
export function watchMessage(call: ModelCall, message: IncomingMessage, format: ModelFormat): void {
  call.touch();
  const { statusCode: status = 0, statusMessage: statusText = "" } = message;
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) if (typeof value === "string") headers.set(name, value);
  const body = bodyOf(call, { ok: status >= 200 && status < 300, status, statusText, headers }, message, format);
  replaceMethod(
    message,
    "push",
    (push) =>
      function (...parameters) {
        const [bytes] = parameters;
        guard("watching a response", () => {
          if (bytes === null) body.done();
          else body.push(bytes);
        });
        return Reflect.apply(push, this, parameters);
      },
  );
  replaceMethod(
    message,
    "emit",
    (emit) =>
      function (...parameters) {
        const [event, value] = parameters;
        guard("watching a response", () => {
          if (event === "error") body.failed(value);
          else if (event === "close") body.done();
        });
        return Reflect.apply(emit, this, parameters);
      },
  );
}

/** An answer's body, as its bytes come over the wire. */
export interface Body {
  push(bytes: unknown): void;
  /** Told again, it is nothing new. */
  done(): void;
  failed(error: unknown): void;
}

/** Reads a body for a call, also a compressed one. `holder`: when nobody has it any more, no more is coming. */
export function bodyOf(call: ModelCall, head: ResponseHead, holder: object, format: ModelFormat): Body {
  const reading = new BodyReading(call, head, format);
  reading.hold(holder);
  const decoder = decoders[head.headers.get("content-encoding") ?? ""]?.();
  let isOver = false;
  const once = (run: () => void): void => {
    if (isOver) return;
    isOver = true;
    run();
  };
  if (decoder === undefined) {
    return {
      push: (bytes) => reading.push(bytes),
      done: () => once(() => reading.done()),
      failed: (error) => once(() => reading.failed(error)),
    };
  }
  const end = (): void => once(() => guard("watching a response", () => reading.done()));
  decoder.on("data", (bytes) => guard("watching a response", () => reading.push(bytes)));
  decoder.on("end", end);
  // cut, or no such thing as its header says
  decoder.on("error", end);
  return {
    push: (bytes) => decoder.write(bytes),
    done: () => {
      if (!decoder.writableEnded) decoder.end();
    },
    failed: (error) => once(() => reading.failed(error)),
  };
}
