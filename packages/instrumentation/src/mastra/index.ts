import { createRequire } from "node:module";
import { guard } from "../core/guard.ts";
import { objectOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { createBridge, type MastraBridge } from "./mastra-bridge.ts";
import { MastraTracer } from "./mastra-tracer.ts";

export type MastraInstrumentationOptions = InstrumentationOptions;

/**
 * Traces Mastra through its own tracing: it is told what `@mastra/observability` traces and runs Mastra's work in the context of its spans, as Mastra's bridges do. Exporters and ids stay as they are, and an
 * application that has a bridge of its own is left to that. Where no observability is configured, there is one for this alone, if `@mastra/observability` is installed.
 */
export class MastraInstrumentation extends LibraryInstrumentation<MastraInstrumentationOptions> {
  #bridge: MastraBridge | undefined;

  constructor(options: MastraInstrumentationOptions = {}) {
    super("@genscope/instrumentation/mastra", packageVersion, specifiersOf("mastra"), options);
    if (options.enabled !== false) this.enable();
  }

  /** `module`: what one of these modules exports. */
  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    this.#bridge ??= createBridge(new MastraTracer(telemetry));
    const { BaseObservabilityInstance, Mastra } = objectOf(module);
    const undo = [...addBridge(BaseObservabilityInstance, this.#bridge), observeUnobserved(Mastra, this.#bridge)];
    return () => {
      for (const step of undo) step?.();
    };
  }
}

type Undo = (() => void) | undefined;

/** Makes the bridge that of every instance which has none. */
function addBridge(Instance: unknown, bridge: MastraBridge): Undo[] {
  if (typeof Instance !== "function") return [];
  const joined = new WeakSet();
  const buses = new Set<WeakRef<BridgedBus>>();
  const undo = [
    wrapMethod(
      Instance.prototype,
      "getBridge",
      (original) =>
        function () {
          return Reflect.apply(original, this, []) ?? bridge;
        },
    ),
    // before its first span
    wrapMethod(
      Instance.prototype,
      "startSpan",
      (original) =>
        function (...parameters) {
          guard("joining Mastra's observability", () => {
            const { observabilityBus: bus } = this as { observabilityBus?: BridgedBus };
            if (bus === undefined || joined.has(bus)) return;
            joined.add(bus);
            if (bus.getBridge() !== undefined) return;
            bus.registerBridge(bridge);
            buses.add(new WeakRef(bus));
          });
          return Reflect.apply(original, this, parameters);
        },
    ),
  ];
  const leave = (): void => {
    for (const bus of buses) if (bus.deref()?.getBridge() === bridge) bus.deref()?.unregisterBridge();
  };
  return [...undo, leave];
}

/** Where an instance's events go. */
interface BridgedBus {
  getBridge(): unknown;
  registerBridge(bridge: MastraBridge): void;
  unregisterBridge(): boolean;
}

type ObservabilityClass = new (options: unknown) => object;

/** Gives a `Mastra` that nobody observes an observability that tells this alone. */
function observeUnobserved(Mastra: unknown, bridge: MastraBridge): Undo {
  if (typeof Mastra !== "function") return undefined;
  const { prototype } = Mastra as { prototype: object };
  const own = Object.getOwnPropertyDescriptor(prototype, "observability");
  if (own?.get === undefined || own.configurable !== true) return undefined;
  const get = (mastra: unknown): object | undefined => own.get?.call(mastra) as object | undefined;
  let made: object | undefined;
  let isMade = false;
  const make = (): object | undefined => {
    isMade = true;
    return guard("observing Mastra", () => {
      const Observability = findObservability();
      if (Observability === undefined) return undefined;
      return new Observability({ configs: { genscope: { serviceName: "mastra", bridge } } });
    });
  };
  Object.defineProperty(prototype, "observability", {
    ...own,
    get(this: unknown) {
      const configured = get(this);
      if (configured?.constructor.name !== "NoOpObservability") return configured;
      if (!isMade) made = make();
      return made ?? configured;
    },
  });
  return () => Object.defineProperty(prototype, "observability", own);
}

/** The application's own copy of the package. */
function findObservability(): ObservabilityClass | undefined {
  for (const from of [process.argv[1], `${process.cwd()}/index.js`, import.meta.filename]) {
    if (from === undefined) continue;
    try {
      const { Observability } = createRequire(from)("@mastra/observability") as { Observability?: ObservabilityClass };
      if (Observability !== undefined) return Observability;
    } catch {
      // not installed there
    }
  }
  return undefined;
}
