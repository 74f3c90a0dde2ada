import { type Context, context as contextApi } from "@opentelemetry/api";
import { guard } from "./guard.ts";
import { observeIterator, replaceMethod, type StreamObserver } from "./observe-stream.ts";

/** What is told of a piece of work. Of `value`, `failed` and `left` the first counts. */
export interface WorkObserver {
  /** It came to a value, or its stream was read to its end. `value`: the stream itself where it gave one. */
  value(value: unknown): void;
  failed(error: unknown): void;
  /** The reader of its stream left before the end, or let go of it. */
  left(): void;
  /** An item of its stream. */
  item?(item: unknown): void;
}

/** Streams that nobody reads to their end. What they hold must not lead back to the stream. */
const letGo = new FinalizationRegistry<WorkObserver>((observer) => guard("ending a stream", () => observer.left()));

/**
 * Does a piece of work in a context and tells what comes of it: a value, a promise's, or that of the stream it gives. The caller gets what the work gives: the same value or error, the same
 * stream; a rejection nobody handles stays unhandled.
 */
export function followWork(context: Context, run: () => unknown, observer: WorkObserver): unknown {
  let result: unknown;
  try {
    result = contextApi.with(context, run);
  } catch (error) {
    guard("following a piece of work", () => observer.failed(error));
    throw error;
  }
  if (!(result instanceof Promise)) {
    followValue(context, result, observer);
    return result;
  }
  return result.then(
    (value: unknown) => {
      followValue(context, value, observer);
      return value;
    },
    (error: unknown) => {
      guard("following a piece of work", () => observer.failed(error));
      throw error;
    },
  );
}

function followValue(context: Context, value: unknown, observer: WorkObserver): void {
  guard("following a piece of work", () => {
    if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value)) observer.value(value);
    else followIterable(context, value, observer);
  });
}

function followIterable(context: Context, stream: object, observer: WorkObserver): void {
  const within = (run: () => unknown): unknown => contextApi.with(context, run);
  const token = {};
  letGo.register(stream, observer, token);
  const steps = (about: () => unknown): StreamObserver => ({
    item: (item) => observer.item?.(item),
    done() {
      letGo.unregister(token);
      observer.value(about());
    },
    failed(error) {
      letGo.unregister(token);
      observer.failed(error);
    },
    left() {
      letGo.unregister(token);
      observer.left();
    },
  });
  const held = new WeakRef(stream);
  const followed = new WeakSet();
  replaceMethod(
    stream,
    Symbol.asyncIterator,
    (create) =>
      function (...parameters) {
        const iterator = within(() => Reflect.apply(create, this, parameters));
        if (typeof iterator !== "object" || iterator === null || followed.has(iterator)) return iterator;
        followed.add(iterator);
        guard("following a stream", () => {
          // from here on the application may hold the iterator alone
          letGo.unregister(token);
          letGo.register(iterator, observer, token);
          observeIterator(
            iterator,
            steps(() => held.deref()),
            within,
          );
        });
        return iterator;
      },
  );
}
