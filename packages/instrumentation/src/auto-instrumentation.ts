import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import { errorMessage } from "./core/error-type.ts";
import type { EventLoggerProvider } from "./core/logger.ts";
import { onModule } from "./hook/on-module.ts";
import type { InstrumentationOptions, LibraryInstrumentation } from "./instrumentation.ts";
import { libraries, type Library, type LibraryName } from "./libraries.ts";
import { instrumentations } from "./on-demand.cjs";
import { packageVersion } from "./version.ts";

export interface AutoInstrumentationOptions extends InstrumentationOptions {
  /** Libraries to leave alone. */
  readonly disabled?: readonly LibraryName[];
  /** Providers of hosts that the list does not know: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

type AnyInstrumentation = LibraryInstrumentation<InstrumentationOptions>;

/**
 * All instrumentations of this package as one. The code of each is loaded when its library is: an application pays for those it uses.
 *
 * @example
 * ```ts
 * new NodeSDK({ instrumentations: [new AutoInstrumentation()] }).start();
 * ```
 */
export class AutoInstrumentation {
  readonly instrumentationName = "@genscope/instrumentation";
  readonly instrumentationVersion = packageVersion;
  readonly #options: AutoInstrumentationOptions;
  readonly #libraries: readonly Library[];
  readonly #loaded = new Map<Library, AnyInstrumentation>();
  #tracerProvider: TracerProvider | undefined;
  #meterProvider: MeterProvider | undefined;
  #loggerProvider: EventLoggerProvider | undefined;
  #stop: (() => void) | undefined;

  constructor(options: AutoInstrumentationOptions = {}) {
    this.#options = options;
    const disabled = new Set<string>(options.disabled);
    this.#libraries = libraries.filter(({ name }) => !disabled.has(name));
    if (options.enabled !== false) this.enable();
  }

  enable(): void {
    if (this.#stop !== undefined) return;
    const { alreadyLoaded } = this.#options;
    const bySpecifier = new Map(
      this.#libraries.flatMap((library) => library.specifiers.map((specifier) => [specifier, library] as const)),
    );
    this.#stop = onModule(
      {
        specifiers: [...bySpecifier.keys()],
        locals: this.#libraries.flatMap(({ locals }) => locals ?? []),
        onLoad: (exports, specifier, locals) => {
          const library = bySpecifier.get(specifier);
          if (library !== undefined) this.#instrumentationOf(library).instrumentModule(exports, specifier, locals);
        },
      },
      alreadyLoaded === undefined ? {} : { alreadyLoaded },
    );
  }

  /** Gives the libraries their own methods back. */
  disable(): void {
    this.#stop?.();
    this.#stop = undefined;
    for (const instrumentation of this.#loaded.values()) instrumentation.disable();
  }

  /** For bundled code, where nobody sees the module being loaded: a class, a namespace or a client, and the library it is of (`openai` unless said). */
  instrumentModule(module: unknown, name: LibraryName = "openai"): void {
    const library = this.#libraries.find((one) => one.name === name);
    if (library === undefined) return;
    try {
      this.#instrumentationOf(library).instrumentModule(module);
    } catch (error) {
      process.emitWarning(`The instrumentation of ${name} could not be loaded (${errorMessage(error)}).`, "Genscope");
    }
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#tracerProvider = provider;
    for (const instrumentation of this.#loaded.values()) instrumentation.setTracerProvider(provider);
  }

  setMeterProvider(provider: MeterProvider): void {
    this.#meterProvider = provider;
    for (const instrumentation of this.#loaded.values()) instrumentation.setMeterProvider(provider);
  }

  setLoggerProvider(provider: EventLoggerProvider): void {
    this.#loggerProvider = provider;
    for (const instrumentation of this.#loaded.values()) instrumentation.setLoggerProvider(provider);
  }

  setConfig(): void {}

  getConfig(): AutoInstrumentationOptions & { enabled: boolean } {
    return { ...this.#options, enabled: this.#options.enabled ?? true };
  }

  #instrumentationOf(library: Library): AnyInstrumentation {
    const known = this.#loaded.get(library);
    if (known !== undefined) return known;
    const Instrumentation = instrumentations[library.name]?.()[library.className] as
      | (new (options: AutoInstrumentationOptions) => AnyInstrumentation)
      | undefined;
    if (Instrumentation === undefined) throw new Error(`${library.name} has no ${library.className}`);
    const instrumentation = new Instrumentation({ ...this.#options, enabled: false });
    if (this.#tracerProvider !== undefined) instrumentation.setTracerProvider(this.#tracerProvider);
    if (this.#meterProvider !== undefined) instrumentation.setMeterProvider(this.#meterProvider);
    if (this.#loggerProvider !== undefined) instrumentation.setLoggerProvider(this.#loggerProvider);
    this.#loaded.set(library, instrumentation);
    return instrumentation;
  }
}
