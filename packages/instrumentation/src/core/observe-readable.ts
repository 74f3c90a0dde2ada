import { guard } from "./guard.ts";
import { observeStream, replaceMethod, type StreamObserver } from "./observe-stream.ts";

/**
 * Watches a web stream in place, whichever way it is read: by a reader, by iteration, or piped on. A stream that is teed or cancelled is told as left, and
 * so is one whose reader lets go of it before its end, if nobody takes another at once.
 */
export function observeReadable(stream: ReadableStream, observer: StreamObserver): void {
  let readers = 0;
  observeStream(stream, observer, Symbol.asyncIterator);
  observeStream(stream, observer, "values");
  replaceMethod(
    stream,
    "getReader",
    (getReader) =>
      function (...parameters) {
        const reader = Reflect.apply(getReader, this, parameters) as object;
        const number = ++readers;
        const isLast = (): boolean => number === readers;
        guard("watching a stream", () => observeReader(reader, observer, isLast));
        return reader;
      },
  );
  const tap = (): TransformStream =>
    new TransformStream({
      transform(chunk, controller) {
        guard("watching a stream", () => observer.item(chunk));
        controller.enqueue(chunk);
      },
      flush() {
        guard("watching a stream", () => observer.done());
      },
    });
  // pipes read inside the platform, out of sight: what is piped goes through a transform that only looks
  const through = stream.pipeThrough.bind(stream);
  for (const key of ["pipeThrough", "pipeTo"] as const) {
    replaceMethod(
      stream,
      key,
      (pipe) =>
        function (...parameters) {
          const tapped = guard("watching a stream", () => through(tap()));
          return tapped === undefined ? Reflect.apply(pipe, this, parameters) : Reflect.apply(pipe, tapped, parameters);
        },
    );
  }
  for (const key of ["tee", "cancel"] as const) {
    replaceMethod(
      stream,
      key,
      (method) =>
        function (...parameters) {
          guard("watching a stream", () => observer.left());
          return Reflect.apply(method, this, parameters);
        },
    );
  }
}

function observeReader(reader: object, observer: StreamObserver, isLast: () => boolean): void {
  let isOver = false;
  replaceMethod(
    reader,
    "read",
    (read) =>
      function (...parameters) {
        return (
          Reflect.apply(read, this, parameters) as Promise<{ readonly done: boolean; readonly value?: unknown }>
        ).then(
          (result) => {
            isOver ||= result.done;
            guard("watching a stream", () => (result.done ? observer.done() : observer.item(result.value)));
            return result;
          },
          (error: unknown) => {
            isOver = true;
            guard("watching a stream", () => observer.failed(error));
            throw error;
          },
        );
      },
  );
  replaceMethod(
    reader,
    "releaseLock",
    (release) =>
      function () {
        const released = Reflect.apply(release, this, []);
        setImmediate(() => {
          if (!isOver && isLast()) guard("watching a stream", () => observer.left());
        });
        return released;
      },
  );
  replaceMethod(
    reader,
    "cancel",
    (cancel) =>
      function (...parameters) {
        guard("watching a stream", () => observer.left());
        return Reflect.apply(cancel, this, parameters);
      },
  );
}
