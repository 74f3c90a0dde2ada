import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { openAiEndpoints } from "../openai/endpoints.ts";
import { readOwnServer } from "../openai/provider.ts";
import { patchClient } from "../stainless/patch-client.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export interface TogetherInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that are others: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** Traces the `together-ai` package, which speaks OpenAI's format: as `OpenAIInstrumentation` does its own. */
export class TogetherInstrumentation extends LibraryInstrumentation<TogetherInstrumentationOptions> {
  constructor(options: TogetherInstrumentationOptions = {}) {
    super("@genscope/instrumentation/together", packageVersion, specifiersOf("together"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry, options: TogetherInstrumentationOptions): () => void {
    return patchClient(module, telemetry, {
      className: "Together",
      endpoints: openAiEndpoints,
      readServer: (client) => readOwnServer(client, "together_ai", options.hosts),
    });
  }
}
