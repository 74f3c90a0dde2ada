import { type Context, context as contextApi } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { observeIterator } from "../core/observe-stream.ts";
import { arrayOf, isObject, objectOf } from "../core/read.ts";
import { getModelRun, setModelRun } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { RunHandler } from "./run-handler.ts";

export type LangChainInstrumentationOptions = InstrumentationOptions;

/**
 * Traces LangChain.js and LangGraph through their callbacks: agents, graphs and their nodes, tools, retrievers. What a run does is done in its context, so that
 * an application's own spans and those of instrumented model libraries lie below it; a call to a model that no such library records has a span from here.
 */
export class LangChainInstrumentation extends LibraryInstrumentation<LangChainInstrumentationOptions> {
  #handler: RunHandler | undefined;

  constructor(options: LangChainInstrumentationOptions = {}) {
    super("@genscope/instrumentation/langchain", packageVersion, specifiersOf("langchain"), options);
    if (options.enabled !== false) this.enable();
  }

  /** `module`: what one of these modules exports. */
  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    this.#handler ??= new RunHandler(telemetry);
    const handler = this.#handler;
    const exported = objectOf(module);
    const undo = [
      addHandler(exported["CallbackManager"], handler),
      ...runInContext(exported["AsyncLocalStorageProviderSingleton"], handler),
      ...markModels(exported["BaseChatModel"], handler),
      ...markModels(exported["BaseLLM"], handler),
    ];
    return () => {
      for (const step of undo) step?.();
    };
  }
}

type Undo = (() => void) | undefined;

/** Every manager of callbacks that LangChain makes for a run has the handler, and hands it on to the runs below. */
function addHandler(CallbackManager: unknown, handler: RunHandler): Undo {
  return wrapMethod(
    CallbackManager,
    "_configureSync",
    (original) =>
      function (...parameters) {
        const [inherited, ...rest] = parameters;
        const isList = inherited === undefined || inherited === null || Array.isArray(inherited);
        if (isList && !arrayOf(inherited).includes(handler)) {
          return Reflect.apply(original, this, [[...arrayOf(inherited), handler], ...rest]);
        }
        const manager = Reflect.apply(original, this, parameters);
        guard("adding callbacks", () => {
          if (!isObject(manager) || arrayOf(manager["handlers"]).includes(handler)) return;
          const { addHandler: add } = manager as { addHandler?: unknown };
          if (typeof add === "function") Reflect.apply(add, manager, [handler, true]);
        });
        return manager;
      },
  );
}

/** The run that callbacks are handed on from. */
function runIdOf(callbacks: unknown): unknown {
  if (!isObject(callbacks)) return undefined;
  const { getParentRunId: ask } = callbacks as { getParentRunId?: unknown };
  return typeof ask === "function" ? Reflect.apply(ask, callbacks, []) : undefined;
}

/** Functions, tools and nodes run through here. */
function runInContext(provider: unknown, handler: RunHandler): readonly Undo[] {
  if (!isObject(provider)) return [];
  return [
    wrapMethod(
      Object.getPrototypeOf(provider),
      "runWithConfig",
      (original) =>
        function (...parameters) {
          const [config, callback, ...rest] = parameters;
          const context = guard("finding a run", () => handler.contextOf(runIdOf(objectOf(config)["callbacks"])));
          if (context === undefined || typeof callback !== "function") return Reflect.apply(original, this, parameters);
          const within = (...given: unknown[]): unknown =>
            contextApi.with(context, () => Reflect.apply(callback, undefined, given));
          return Reflect.apply(original, this, [config, within, ...rest]);
        },
    ),
  ];
}

/** The context of a call to a model, with a mark that a layer below leaves its sign on. */
function modelContext(handler: RunHandler, callbacks: unknown): Context {
  const context = handler.contextOf(runIdOf(callbacks)) ?? contextApi.active();
  return setModelRun(context, { recorded: false });
}

function markModels(Model: unknown, handler: RunHandler): readonly Undo[] {
  if (typeof Model !== "function") return [];
  return [
    wrapMethod(
      Model.prototype,
      "_generateUncached",
      (original) =>
        function (...parameters) {
          const context = guard("preparing a model", () => modelContext(handler, objectOf(parameters[2])["callbacks"]));
          const run = (): unknown => Reflect.apply(original, this, parameters);
          return context === undefined ? run() : contextApi.with(context, run);
        },
    ),
    wrapMethod(
      Model.prototype,
      "_streamIterator",
      (original) =>
        function (...parameters) {
          const iterator = Reflect.apply(original, this, parameters);
          guard("watching a model's stream", () => {
            if (typeof iterator !== "object" || iterator === null) return;
            const context = modelContext(handler, objectOf(parameters[1])["callbacks"]);
            // of a stream that is left nobody tells the callbacks
            const left = (): void => handler.leave(getModelRun(context));
            observeIterator(iterator, { ...silent, left }, (step) => contextApi.with(context, step));
          });
          return iterator;
        },
    ),
  ];
}

const ignore = (): void => {};
const silent = { item: ignore, done: ignore, failed: ignore, left: ignore };
