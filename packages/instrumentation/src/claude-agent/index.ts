import type { Telemetry } from "../core/telemetry.ts";
import type { ModuleLocal, ModuleLocals } from "../hook/on-module.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { tracedQuery, tracedTool } from "./claude-run.ts";

export type ClaudeAgentInstrumentationOptions = InstrumentationOptions;

type AnyFunction = (...parameters: never[]) => unknown;

/**
 * Traces the Claude Agent SDK (`@anthropic-ai/claude-agent-sdk`) by the messages that its CLI sends: an agent, its calls to models, the tools and agents that it calls. The messages, and the object that gives them, are
 * the SDK's own. Its functions are replaced while it is loaded: one that is loaded before, or is in a bundle, is traced by {@link trace}.
 */
export class ClaudeAgentInstrumentation extends LibraryInstrumentation<ClaudeAgentInstrumentationOptions> {
  constructor(options: ClaudeAgentInstrumentationOptions = {}) {
    super("@genscope/instrumentation/claude-agent", packageVersion, specifiersOf("claude-agent"), options, [
      "query",
      "tool",
    ]);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(
    _module: unknown,
    telemetry: Telemetry,
    _options: ClaudeAgentInstrumentationOptions,
    _specifier?: string,
    { query, tool }: ModuleLocals = {},
  ): () => void {
    const undo = [
      replace(query, (original) => tracedQuery(original, telemetry)),
      replace(tool, (original) => tracedTool(original)),
    ];
    return () => {
      for (const step of undo) step();
    };
  }

  /** `query` of an SDK that was loaded before, or is in a bundle: a function to call in its place. */
  trace<Query extends AnyFunction>(query: Query): Query {
    return tracedQuery(query, this.telemetry);
  }
}

function replace(local: ModuleLocal | undefined, wrap: (original: AnyFunction) => AnyFunction): () => void {
  const original = local?.get();
  if (local === undefined || typeof original !== "function") return () => {};
  const wrapped = wrap(original as AnyFunction);
  local.set(wrapped);
  return () => {
    if (local.get() === wrapped) local.set(original);
  };
}
