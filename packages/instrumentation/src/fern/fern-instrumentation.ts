import { context } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { isObject } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type Attempts, setAttempts } from "../fetch/attempts.ts";
import { watchFetch } from "../fetch/watch-fetch.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { type LibraryName, specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export interface FernInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that the list does not know: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** A library made by Fern: Cohere's, Voyage's … */
export interface FernLibrary {
  /** The subpath of this package with its instrumentation. */
  readonly name: LibraryName;
  readonly package: string;
  readonly provider: string;
  /** Whose methods make calls: prototypes, of what the package exports, a class or a client. */
  readonly clients: (module: unknown) => readonly unknown[];
}

/**
 * Traces a library made by Fern. Its requests are seen where they go over the wire, at the global `fetch`, by the header that names the library; and the
 * methods that make them say which of them are one call, tried again.
 */
export abstract class FernInstrumentation extends LibraryInstrumentation<FernInstrumentationOptions> {
  readonly #library: FernLibrary;
  #unwatch: (() => void) | undefined;

  constructor(library: FernLibrary, options: FernInstrumentationOptions) {
    super(`@genscope/instrumentation/${library.name}`, packageVersion, specifiersOf(library.name), options);
    this.#library = library;
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry, { hosts }: FernInstrumentationOptions): () => void {
    const { package: packageName, provider, clients } = this.#library;
    // one watch does for every copy of the package
    this.#unwatch ??= watchFetch(globalThis, telemetry, {
      ...(hosts === undefined ? {} : { hosts }),
      accepts: (_input, init) => isObject(init) && headerOf(init["headers"], "X-Fern-SDK-Name") === packageName,
      provider,
    });
    const undo = (guard("finding a library's clients", () => clients(module)) ?? []).flatMap(wrapCalls);
    return () => {
      for (const step of undo) step();
      this.#unwatch?.();
      this.#unwatch = undefined;
    };
  }
}

/** The methods below the public ones, which take two underscores, give a promise, and each make one call. */
function wrapCalls(prototype: unknown): (() => void)[] {
  if (!isObject(prototype)) return [];
  const names = Object.getOwnPropertyNames(prototype).filter((name) => /^__[a-z]/u.test(name));
  const undo = names.map((name) =>
    wrapMethod(
      prototype,
      name,
      (original) =>
        function (...parameters) {
          const active = context.active();
          const make = (): unknown => Reflect.apply(original, this, parameters);
          if (isRecordedElsewhere(active)) return make();
          const attempts: Attempts = {};
          const made = context.with(setAttempts(active, attempts), make);
          if (!(made instanceof Promise)) return made;
          return made.catch((error: unknown) => {
            attempts.call?.fail(error);
            throw error;
          });
        },
    ),
  );
  return undo.filter((step) => step !== undefined);
}

/** The prototypes of a class, or of a client, up to what every object has. */
export function prototypesOf(held: unknown): readonly object[] {
  const found: object[] = [];
  let at: unknown =
    typeof held === "function" ? held.prototype : isObject(held) ? Object.getPrototypeOf(held) : undefined;
  while (isObject(at) && at !== Object.prototype) {
    found.push(at);
    at = Object.getPrototypeOf(at);
  }
  return found;
}

function headerOf(headers: unknown, name: string): unknown {
  if (!isObject(headers)) return undefined;
  const { get } = headers;
  return typeof get === "function" ? (get.call(headers, name) as unknown) : headers[name];
}
