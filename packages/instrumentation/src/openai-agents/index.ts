import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { AgentsTracer } from "./agents-tracer.ts";
import { patchAgents } from "./patch-agents.ts";

export type OpenAIAgentsInstrumentationOptions = InstrumentationOptions;

/**
 * Traces the OpenAI Agents SDK (`@openai/agents`) through the traces and spans that it makes for itself. What an agent, a tool or a model does is done in its context, so that spans of
 * instrumented libraries lie below it. Processors, and what is sent to OpenAI, stay as they are. Where the SDK's tracing is switched off, there is none from here either.
 */
export class OpenAIAgentsInstrumentation extends LibraryInstrumentation<OpenAIAgentsInstrumentationOptions> {
  #tracer: AgentsTracer | undefined;

  constructor(options: OpenAIAgentsInstrumentationOptions = {}) {
    super("@genscope/instrumentation/openai-agents", packageVersion, specifiersOf("openai-agents"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    // one for all copies of the SDK: they share what they are at
    this.#tracer ??= new AgentsTracer(telemetry);
    return patchAgents(module, this.#tracer);
  }
}
