import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { openAiEndpoints } from "../openai/endpoints.ts";
import { readOwnServer } from "../openai/provider.ts";
import { patchClient } from "../stainless/patch-client.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export interface GroqInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that are others: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** Traces the `groq-sdk` package, which speaks OpenAI's format: as `OpenAIInstrumentation` does its own. */
export class GroqInstrumentation extends LibraryInstrumentation<GroqInstrumentationOptions> {
  constructor(options: GroqInstrumentationOptions = {}) {
    super("@genscope/instrumentation/groq", packageVersion, specifiersOf("groq"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry, options: GroqInstrumentationOptions): () => void {
    return patchClient(module, telemetry, {
      className: "Groq",
      endpoints: openAiEndpoints,
      readServer: (client) => readOwnServer(client, "groq", options.hosts),
    });
  }
}
