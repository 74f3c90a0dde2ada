import { guard, reportFailure } from "./guard.ts";

/** Told what happens to a stream while the application reads it. */
export interface StreamObserver<Item = unknown> {
  item(item: Item): void;
  /** Read to its end. */
  done(): void;
  failed(error: unknown): void;
  /** The reader left before the end. */
  left(): void;
}

type AnyFunction = (this: unknown, ...parameters: readonly unknown[]) => unknown;

/** Replaces a method on this one object, with the property's flags as they were; a method of the prototype becomes one that no listing shows. */
export function replaceMethod(object: object, key: PropertyKey, wrap: (original: AnyFunction) => AnyFunction): void {
  const original = (object as Record<PropertyKey, unknown>)[key];
  if (typeof original !== "function") return;
  const own = Object.getOwnPropertyDescriptor(object, key);
  if (own !== undefined && (!own.configurable || own.get !== undefined)) return;
  if (own === undefined && !Object.isExtensible(object)) return;
  Object.defineProperty(object, key, {
    value: wrap(original as AnyFunction),
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? false,
  });
}

/**
 * Watches an iterator in place: `next`, `return` and `throw` are wrapped on the object itself, so that its identity, its prototype and what else it can do
 * stay. Works for sync and async iterators. `within` runs each step, where the iterator's code wants a context.
 */
export function observeIterator(
  iterator: object,
  observer: StreamObserver,
  within?: (run: () => unknown) => unknown,
): void {
  const see = ({ done, value }: IteratorResult<unknown>): void => {
    if (done === true) observer.done();
    else observer.item(value);
  };
  // once per item: no closure is made here
  const onResult = (result: unknown): unknown => {
    try {
      see(result as IteratorResult<unknown>);
    } catch (error) {
      reportFailure("watching a stream", error);
    }
    return result;
  };
  const onError = (error: unknown): never => {
    guard("watching a stream", () => observer.failed(error));
    throw error;
  };
  replaceMethod(
    iterator,
    "next",
    (next) =>
      function (...parameters) {
        let result: unknown;
        try {
          result =
            within === undefined
              ? Reflect.apply(next, this, parameters)
              : within(() => Reflect.apply(next, this, parameters));
        } catch (error) {
          return onError(error);
        }
        return result instanceof Promise ? result.then(onResult, onError) : onResult(result);
      },
  );
  for (const key of ["return", "throw"] as const) {
    replaceMethod(
      iterator,
      key,
      (leave) =>
        function (...parameters) {
          // told first: leaving may wait for the connection to close
          guard("watching a stream", () => (key === "throw" ? observer.failed(parameters[0]) : observer.left()));
          const run = (): unknown => Reflect.apply(leave, this, parameters);
          return within === undefined ? run() : within(run);
        },
    );
  }
}

/**
 * Watches an object that is async iterable, in place. `factory` names the method all its ways of reading go through, where that is not
 * `Symbol.asyncIterator`.
 */
export function observeStream(
  stream: object,
  observer: StreamObserver,
  factory: PropertyKey = Symbol.asyncIterator,
  onIterator?: (iterator: object) => void,
): void {
  replaceMethod(
    stream,
    factory,
    (create) =>
      function (...parameters) {
        const iterator = Reflect.apply(create, this, parameters);
        if (typeof iterator === "object" && iterator !== null) {
          guard("watching a stream", () => {
            observeIterator(iterator, observer);
            onIterator?.(iterator);
          });
        }
        return iterator;
      },
  );
}
