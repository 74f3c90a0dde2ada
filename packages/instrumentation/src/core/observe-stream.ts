import { guard, reportFailure } from "./guard.ts";

/** Told what happens to a stream while the application reads it. */
export interface StreamObserver<Item = unknown> {
  item(item: Item): void;
  /** Read to its end. */
  done(): void;
  failed(error: unknown): void;
  /** The reader left before the end. */
  left(): void;
  /** Somebody begins to read, with this iterator. */
  begin?(iterator: object): void;
}

type AnyFunction = (this: unknown, ...parameters: readonly unknown[]) => unknown;

/** Replaces a method on this one object, with the property's flags as they were; a method of the prototype becomes one that no listing shows. */
export function replaceMethod(object: object, key: PropertyKey, wrap: (original: AnyFunction) => AnyFunction): void {
  const original = (object as Record<PropertyKey, unknown>)[key];
  if (typeof original !== "function") return;
  const own = Object.getOwnPropertyDescriptor(object, key);
  if (own === undefined ? !Object.isExtensible(object) : own.writable !== true) return;
  const value = wrap(original as AnyFunction);
  // an assignment keeps the flags, and costs a tenth
  if (own === undefined) Object.defineProperty(object, key, { value, writable: true, configurable: true });
  else (object as Record<PropertyKey, unknown>)[key] = value;
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
  const { onResult, onError } = handlersOf(observer);
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

interface Handlers {
  readonly onResult: (result: unknown) => unknown;
  readonly onError: (error: unknown) => never;
}

/** What is told of each step. Once per item: no closure is made in here. */
function handlersOf(observer: StreamObserver): Handlers {
  return {
    onResult(result) {
      try {
        const { done, value } = result as IteratorResult<unknown>;
        if (done === true) observer.done();
        else observer.item(value);
      } catch (error) {
        reportFailure("watching a stream", error);
      }
      return result;
    },
    onError(error) {
      guard("watching a stream", () => observer.failed(error));
      throw error;
    },
  };
}

type Step = IteratorResult<unknown>;

const generatorPrototype = Object.getPrototypeOf(async function* () {}.prototype) as object;

/** Whether an iterator is an async generator as the language makes it: all one can do with it is on the prototype of them all. */
function isGenerator(iterator: object): iterator is AsyncGenerator {
  const own = Object.getPrototypeOf(iterator) as object | null;
  return own !== null && Object.getPrototypeOf(own) === generatorPrototype;
}

/** Stands for a generator that nobody has seen yet and tells of its steps: the same to whoever reads it, and far cheaper than methods put on each. */
class WatchedGenerator {
  readonly #generator: AsyncGenerator;
  readonly #observer: StreamObserver;
  readonly #handlers: Handlers;

  constructor(generator: AsyncGenerator, observer: StreamObserver) {
    this.#generator = generator;
    this.#observer = observer;
    this.#handlers = handlersOf(observer);
  }

  next(value?: unknown): Promise<Step> {
    const { onResult, onError } = this.#handlers;
    return this.#generator.next(value).then(onResult, onError) as Promise<Step>;
  }

  return(value?: unknown): Promise<Step> {
    // told first: leaving may wait for the connection to close
    guard("watching a stream", () => this.#observer.left());
    return this.#generator.return(value);
  }

  throw(error: unknown): Promise<Step> {
    guard("watching a stream", () => this.#observer.failed(error));
    return this.#generator.throw(error);
  }
}
Reflect.deleteProperty(WatchedGenerator.prototype, "constructor");
Object.setPrototypeOf(WatchedGenerator.prototype, generatorPrototype);

/**
 * Watches an object that is async iterable, in place. `factory` names the method all its ways of reading go through, where that is not
 * `Symbol.asyncIterator`.
 */
export function observeStream(
  stream: object,
  observer: StreamObserver,
  factory: PropertyKey = Symbol.asyncIterator,
): void {
  replaceMethod(
    stream,
    factory,
    (create) =>
      function (...parameters) {
        const iterator = Reflect.apply(create, this, parameters);
        if (typeof iterator !== "object" || iterator === null) return iterator;
        return guard("watching a stream", () => watched(iterator, observer)) ?? iterator;
      },
  );
}

function watched(iterator: object, observer: StreamObserver): object {
  let read = iterator;
  if (isGenerator(iterator)) read = new WatchedGenerator(iterator, observer);
  else observeIterator(iterator, observer);
  observer.begin?.(read);
  return read;
}
