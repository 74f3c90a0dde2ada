import { guard } from "../core/guard.ts";
import type { Telemetry } from "../core/telemetry.ts";
import type { ModuleLocals } from "../hook/on-module.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { packageVersion } from "../version.ts";
import { patchAgent, patchAgentWorkflow, patchCallTool } from "./patch-agents.ts";
import { patchEngine, patchRetriever } from "./patch-engines.ts";
import { classesOf, isEmbeddingClass, isModelClass, patchEmbedding, patchModel } from "./patch-models.ts";
import { llamaIndexModules } from "./modules.ts";

export type LlamaIndexInstrumentationOptions = InstrumentationOptions;

/**
 * Traces LlamaIndex.TS: agents and what they hand over to, tools, query and chat engines, retrievers. Its events tell nothing of failures and run nothing, so the methods that they are told from are
 * wrapped. What is done is done in its span's context; a call to a model that no instrumented library below records has a span from here.
 */
export class LlamaIndexInstrumentation extends LibraryInstrumentation<LlamaIndexInstrumentationOptions> {
  constructor(options: LlamaIndexInstrumentationOptions = {}) {
    super("@genscope/instrumentation/llamaindex", packageVersion, llamaIndexModules, options, ["callTool"]);
    if (options.enabled !== false) this.enable();
  }

  /** `module`: what one of LlamaIndex's modules exports, or a class of it. */
  protected override patch(
    module: unknown,
    telemetry: Telemetry,
    _options: LlamaIndexInstrumentationOptions,
    _specifier?: string,
    locals: ModuleLocals = {},
  ): () => void {
    const undo = [...classesOf(module)].flatMap(
      (prototype) => guard("instrumenting a class of LlamaIndex", () => patchClass(prototype, telemetry)) ?? [],
    );
    if (locals["callTool"] !== undefined) undo.push(patchCallTool(locals["callTool"], telemetry));
    return () => {
      for (const step of undo) step?.();
    };
  }
}

type Undo = (() => void) | undefined;

/** By what it has of its own: subclasses inherit what is wrapped on their base. */
function patchClass(prototype: object, telemetry: Telemetry): Undo[] {
  const has = (key: string): boolean => Object.hasOwn(prototype, key);
  if (isModelClass(prototype)) return [patchModel(prototype, telemetry)];
  if (isEmbeddingClass(prototype)) return patchEmbedding(prototype, telemetry);
  if (has("runStream") && has("callTool")) return patchAgentWorkflow(prototype, telemetry);
  if (has("takeStep") && has("handleToolCallResults")) return [patchAgent(prototype)];
  if (has("retrieve") && "_handleRecursiveRetrieval" in prototype) return [patchRetriever(prototype, telemetry)];
  // a vector store is queried, too, and retrieves nothing
  if (has("query") && "retrieve" in prototype) return [patchEngine(prototype, "query", telemetry)];
  if (has("chat") && "reset" in prototype) return [patchEngine(prototype, "chat", telemetry)];
  return [];
}
