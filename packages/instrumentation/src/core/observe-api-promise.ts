import { guard } from "./guard.ts";
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

/**
 * Watches the promise that clients made by Stainless return (openai, Anthropic, Groq …), in place: it is lazy (the body is parsed when somebody reads the
 * promise) and has helpers of its own. Everything an application can do with it goes through `parse`, `asResponse` and `_thenUnwrap`; these are wrapped on the
 * object, so the body is read once, by the library, when the application asks. A promise nobody reads stays unread, and its rejection unhandled.
 */
export function observeApiPromise(promise: object, observer: ApiPromiseObserver): void {
  let parsed: Promise<unknown> | undefined;
  replaceMethod(
    promise,
    "parse",
    (parse) =>
      function () {
        if (parsed !== undefined) return parsed;
        guard("watching a promise", () => observer.consumed());
        parsed = (Reflect.apply(parse, this, []) as Promise<unknown>).then(
          (value) => {
            guard("reading an answer", () => observer.value(value));
            return value;
          },
          (error: unknown) => {
            guard("reading an error", () => observer.failed(error));
            throw error;
          },
        );
        return parsed;
      },
  );
  replaceMethod(
    promise,
    "asResponse",
    (asResponse) =>
      function () {
        const alone = parsed === undefined;
        guard("watching a promise", () => observer.consumed());
        return (Reflect.apply(asResponse, this, []) as Promise<unknown>).then(
          (response) => {
            if (alone) guard("reading a response", () => observer.response(response));
            return response;
          },
          (error: unknown) => {
            guard("reading an error", () => observer.failed(error));
            throw error;
          },
        );
      },
  );
  replaceMethod(
    promise,
    "_thenUnwrap",
    (unwrap) =>
      function (transform) {
        const watched = (value: unknown, ...more: readonly unknown[]): unknown => {
          guard("reading an answer", () => observer.value(value));
          return (transform as (...parameters: readonly unknown[]) => unknown)(value, ...more);
        };
        const derived = Reflect.apply(unwrap, this, [watched]);
        if (typeof derived === "object" && derived !== null) observeApiPromise(derived, observer);
        return derived;
      },
  );
}

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
