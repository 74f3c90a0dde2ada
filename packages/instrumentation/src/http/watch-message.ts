import type { IncomingMessage } from "node:http";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Transform } from "node:stream";
import { guard } from "../core/guard.ts";
import type { ModelCall } from "../core/model-call.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import { BodyReading } from "../fetch/watch-response.ts";
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
  const body = bodyOf(call, message, format);
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

interface Body {
  push(bytes: unknown): void;
  /** Told again, it is nothing new. */
  done(): void;
  failed(error: unknown): void;
}

function bodyOf(call: ModelCall, message: IncomingMessage, format: ModelFormat): Body {
  const { statusCode: status = 0, statusMessage: statusText = "", headers } = message;
  const known = new Headers();
  for (const [name, value] of Object.entries(headers)) if (typeof value === "string") known.set(name, value);
  const head = { ok: status >= 200 && status < 300, status, statusText, headers: known };
  const reading = new BodyReading(call, head, format);
  reading.hold(message);
  const decoder = decoders[headers["content-encoding"] ?? ""]?.();
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
