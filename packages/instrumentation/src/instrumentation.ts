import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import type { EventLoggerProvider } from "./core/logger.ts";
import { Telemetry, type TelemetryOptions } from "./core/telemetry.ts";
import { type ModuleLocals, onModule } from "./hook/on-module.ts";

export interface InstrumentationOptions extends TelemetryOptions {
  /** `false` makes an instrumentation that waits for `enable()`. */
  readonly enabled?: boolean;
  /** `false` skips the search for modules that are loaded already, where it is known that there are none. */
  readonly alreadyLoaded?: boolean;
}

/**
 * An instrumentation of one library, with the interface of OpenTelemetry's: for `registerInstrumentations`, `NodeSDK` or alone. Base of those in this
 * package.
 */
export abstract class LibraryInstrumentation<Options extends InstrumentationOptions> {
  readonly instrumentationName: string;
  readonly instrumentationVersion: string;
  readonly #specifiers: readonly string[];
  readonly #locals: readonly string[];
  #options: Options;
  #telemetry: Telemetry;
  #stop: (() => void) | undefined;
  #undo: (() => void)[] = [];

  /**
   * `specifiers`: the modules that it wraps, as an application would import them. `locals`: functions that these do not export and that it replaces.
   */
  constructor(
    name: string,
    version: string,
    specifiers: readonly string[],
    options: Options,
    locals: readonly string[] = [],
  ) {
    this.instrumentationName = name;
    this.instrumentationVersion = version;
    this.#specifiers = specifiers;
    this.#locals = locals;
    this.#options = options;
    this.#telemetry = new Telemetry(name, version, options);
  }

  /**
   * Wraps what a loaded module has and leaves a module that is another library's alone. Gives back what undoes it. `specifier`: which module it is, unless
   * the application handed it over.
   */
  protected abstract patch(
    module: unknown,
    telemetry: Telemetry,
    options: Options,
    specifier?: string,
    locals?: ModuleLocals,
  ): () => void;

  /** What its spans are written with. */
  protected get telemetry(): Telemetry {
    return this.#telemetry;
  }

  enable(): void {
    if (this.#stop !== undefined || this.#specifiers.length === 0) return;
    const onLoad = (exports: unknown, specifier: string, locals: ModuleLocals): void =>
      this.instrumentModule(exports, specifier, locals);
    const { alreadyLoaded } = this.#options;
    this.#stop = onModule(
      { specifiers: this.#specifiers, locals: this.#locals, onLoad },
      alreadyLoaded === undefined ? {} : { alreadyLoaded },
    );
  }

  /** Gives the library its own methods back. */
  disable(): void {
    this.#stop?.();
    this.#stop = undefined;
    for (const undo of this.#undo.splice(0)) undo();
  }

  /** For bundled code, where nobody sees the module being loaded: the class, the namespace or a client. */
  instrumentModule(module: unknown, specifier?: string, locals?: ModuleLocals): void {
    this.#undo.push(this.patch(module, this.#telemetry, this.#options, specifier, locals));
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#telemetry.setTracerProvider(provider);
  }

  setMeterProvider(provider: MeterProvider): void {
    this.#telemetry.setMeterProvider(provider);
  }

  setLoggerProvider(provider: EventLoggerProvider): void {
    this.#telemetry.setLoggerProvider(provider);
  }

  /** Takes effect on what is instrumented from then on; content and conventions are decided at construction. */
  setConfig(options: Options): void {
    this.#options = options;
  }

  getConfig(): Options & { enabled: boolean } {
    return { ...this.#options, enabled: this.#options.enabled ?? true };
  }
}
