import { guard, reportFailure } from "./guard.ts";
import { replaceMethod } from "./observe-stream.ts";

/** Told what a request's promise came to, as the application consumes it. */
export interface ApiPromiseObserver {
  /** The parsed answer: the very object the application gets. */
  value(value: unknown): void;
  failed(error: unknown): void;
  /** The application took the raw response, and will read the body itself. */
  response(response: unknown): void;
  /** Somebody reads the promise. */
  consumed(): void;
}

/** Hands out an object as the one that is constructed. */
const Given = function (object: object): object {
  return object;
} as unknown as new (object: object) => object;

/**
 * Keeps on a promise who watches it: in a private field that is given to the promise itself, which nobody sees, and which is cheaper than a property or an
 * entry of a map of weak keys.
 */
class Watched extends Given {
  #watch: PromiseWatch;

  constructor(promise: object, watch: PromiseWatch) {
    super(promise);
    this.#watch = watch;
  }

  static get(promise: unknown): PromiseWatch | undefined {
    return typeof promise === "object" && promise !== null && #watch in promise ? promise.#watch : undefined;
  }

  static set(promise: object, watch: PromiseWatch): void {
    if (#watch in promise) promise.#watch = watch;
    else void new Watched(promise, watch);
  }
}

class PromiseWatch {
  readonly observer: ApiPromiseObserver;
  /** Who watched before: a step around a call, say, comes after the call's own. */
  readonly inner: PromiseWatch | undefined;
  #parsed: Promise<unknown> | undefined;

  constructor(observer: ApiPromiseObserver, inner: PromiseWatch | undefined) {
    this.observer = observer;
    this.inner = inner;
  }

  parse(promise: unknown, parse: AnyFunction): Promise<unknown> {
    if (this.#parsed === undefined) {
      this.#tellConsumed();
      const parsed = this.inner?.parse(promise, parse) ?? (Reflect.apply(parse, promise, []) as Promise<unknown>);
      this.#parsed = parsed.then(this.onValue, this.onError);
    }
    return this.#parsed;
  }

  respond(promise: unknown, asResponse: AnyFunction): Promise<unknown> {
    const alone = this.#parsed === undefined;
    this.#tellConsumed();
    const responded =
      this.inner?.respond(promise, asResponse) ?? (Reflect.apply(asResponse, promise, []) as Promise<unknown>);
    return responded.then((response) => {
      if (alone) guard("reading a response", () => this.observer.response(response));
      return response;
    }, this.onError);
  }

  #tellConsumed(): void {
    try {
      this.observer.consumed();
    } catch (error) {
      reportFailure("watching a promise", error);
    }
  }

  /** Tells of a value that was made into another on its way; those who watched first are told first. */
  see(value: unknown): void {
    this.inner?.see(value);
    this.onValue(value);
  }

  /** Watches what was made of the promise, as the promise is watched. */
  follow(derived: object): void {
    this.inner?.follow(derived);
    observeApiPromise(derived, this.observer);
  }

  readonly onValue = (value: unknown): unknown => {
    try {
      this.observer.value(value);
    } catch (error) {
      reportFailure("reading an answer", error);
    }
    return value;
  };

  readonly onError = (error: unknown): never => {
    guard("reading an error", () => this.observer.failed(error));
    throw error;
  };
}

/**
 * Watches the promise that clients made by Stainless return (openai, Anthropic, Groq …), in place: it is lazy (the body is parsed when somebody reads the
 * promise) and has helpers of its own. Everything an application can do with it goes through `parse`, `asResponse` and `_thenUnwrap` of its class; these are
 * wrapped once, and do what they did for promises that nobody watches. The body is read once, by the library, when the application asks. A promise nobody reads
 * stays unread, and its rejection unhandled.
 */
export function observeApiPromise(promise: object, observer: ApiPromiseObserver): void {
  prepareClass(Object.getPrototypeOf(promise) as object);
  const inner = Watched.get(promise);
  Watched.set(promise, new PromiseWatch(observer, inner));
  // openai 7 gives some promises methods of their own
  if (inner === undefined)
    for (const key of watchedMethods) if (Object.hasOwn(promise, key)) replaceMethod(promise, key, wrappers[key]);
}

type AnyFunction = (this: unknown, ...parameters: readonly unknown[]) => unknown;

const prepared = new WeakSet<object>();

function prepareClass(prototype: object): void {
  if (prepared.has(prototype)) return;
  prepared.add(prototype);
  for (const key of watchedMethods) replaceMethod(prototype, key, wrappers[key]);
}

const watchedMethods = ["parse", "asResponse", "_thenUnwrap"] as const;

const wrappers: Readonly<Record<(typeof watchedMethods)[number], (original: AnyFunction) => AnyFunction>> = {
  parse: (parse) =>
    function (...parameters) {
      return Watched.get(this)?.parse(this, parse) ?? Reflect.apply(parse, this, parameters);
    },
  asResponse: (asResponse) =>
    function (...parameters) {
      return Watched.get(this)?.respond(this, asResponse) ?? Reflect.apply(asResponse, this, parameters);
    },
  _thenUnwrap: (unwrap) =>
    function (transform, ...more) {
      const watch = Watched.get(this);
      if (watch === undefined || typeof transform !== "function") {
        return Reflect.apply(unwrap, this, [transform, ...more]);
      }
      const watched = (value: unknown, ...others: readonly unknown[]): unknown => {
        watch.see(value);
        return (transform as (...parameters: readonly unknown[]) => unknown)(value, ...others);
      };
      const derived = Reflect.apply(unwrap, this, [watched, ...more]);
      if (typeof derived === "object" && derived !== null) watch.follow(derived);
      return derived;
    },
};

/** Whether a value is such a promise. */
export function isApiPromise(value: unknown): value is Promise<unknown> & { readonly asResponse: unknown } {
  return value instanceof Promise && "parse" in value && "asResponse" in value;
}

/**
 * Watches a raw response: `json` and `text` hand on what they read; every other way to the body is told as `closed`, since what is read there cannot be
 * seen without a copy.
 */
export function observeResponse(
  response: object,
  read: (body: unknown) => void,
  failed: (error: unknown) => void,
  closed: () => void,
): void {
  // node-fetch, under version 4, reads `body` on its way through `json`
  let reading = false;
  const close = (): void => {
    if (!reading) closed();
  };
  for (const key of ["json", "text"] as const) {
    replaceMethod(
      response,
      key,
      (method) =>
        function (...parameters) {
          reading = true;
          return (Reflect.apply(method, this, parameters) as Promise<unknown>).then(
            (body) => {
              guard("reading a response", () => read(body));
              return body;
            },
            (error: unknown) => {
              guard("reading a response", () => failed(error));
              throw error;
            },
          );
        },
    );
  }
  for (const key of ["arrayBuffer", "blob", "bytes", "formData", "clone", "buffer"] as const) {
    replaceMethod(
      response,
      key,
      (method) =>
        function (...parameters) {
          guard("reading a response", close);
          return Reflect.apply(method, this, parameters);
        },
    );
  }
  const accessor = bodyAccessor(Object.getPrototypeOf(response));
  if (accessor === undefined) return;
  Object.defineProperty(response, "body", {
    get(this: unknown) {
      guard("reading a response", close);
      return accessor.get?.call(this) as unknown;
    },
    configurable: true,
    enumerable: false,
  });
}

function bodyAccessor(prototype: unknown): PropertyDescriptor | undefined {
  for (let at = prototype; typeof at === "object" && at !== null; at = Object.getPrototypeOf(at) as unknown) {
    const accessor = Object.getOwnPropertyDescriptor(at, "body");
    if (accessor !== undefined) return accessor;
  }
  return undefined;
}
