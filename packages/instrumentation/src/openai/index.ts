import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { patchClient } from "../stainless/patch-client.ts";
import { openAiEndpoints } from "./endpoints.ts";
import { readOpenAiServer } from "./provider.ts";
import { patchRealtime } from "./realtime.ts";

export interface OpenAIInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that the list does not know: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/**
 * Traces the `openai` package, major versions 4 to 7, with its clients of the Realtime API, and through it Azure OpenAI and every host that speaks the same format: one CLIENT span per call,
 * with the metrics and events of the GenAI conventions. What a call returns, throws and streams is what it is without it.
 *
 * @example
 * ```ts
 * new NodeSDK({ instrumentations: [new OpenAIInstrumentation()] }).start();
 * ```
 */
export class OpenAIInstrumentation extends LibraryInstrumentation<OpenAIInstrumentationOptions> {
  constructor(options: OpenAIInstrumentationOptions = {}) {
    super("@genscope/instrumentation/openai", packageVersion, specifiersOf("openai"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry, options: OpenAIInstrumentationOptions): () => void {
    const undoRealtime = patchRealtime(module, telemetry, options.hosts);
    if (undoRealtime !== undefined) return undoRealtime;
    return patchClient(module, telemetry, {
      className: "OpenAI",
      endpoints: openAiEndpoints,
      readServer: (client) => readOpenAiServer(client, options.hosts),
    });
  }
}

export { openAiCompatibleHosts } from "./provider.ts";
