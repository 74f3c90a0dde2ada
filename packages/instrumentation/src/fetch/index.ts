import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { packageVersion } from "../version.ts";
import { watchFetch } from "./watch-fetch.ts";

export interface FetchInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that the list does not know: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/**
 * Traces model calls made with `fetch` and no library, recognized by host, path and body: OpenAI's format at whichever host, Anthropic, Gemini, Bedrock,
 * Cohere, Mistral, Ollama, Hugging Face, Replicate. A call that an instrumented library makes is left to that library's span. What `fetch` resolves to is the response
 * it would have been.
 */
export class FetchInstrumentation extends LibraryInstrumentation<FetchInstrumentationOptions> {
  #patched: (() => void) | undefined;

  constructor(options: FetchInstrumentationOptions = {}) {
    super("@genscope/instrumentation/fetch", packageVersion, [], options);
    if (options.enabled !== false) this.enable();
  }

  override enable(): void {
    if (this.#patched !== undefined) return;
    this.#patched = () => {
      this.#patched = undefined;
    };
    this.instrumentModule(globalThis);
  }

  override disable(): void {
    this.#patched?.();
    super.disable();
  }

  /** `holder`: an object whose `fetch` is called as its method, as the global one's is. */
  protected override patch(holder: unknown, telemetry: Telemetry, options: FetchInstrumentationOptions): () => void {
    return watchFetch(holder as { fetch: typeof globalThis.fetch }, telemetry, options);
  }
}
