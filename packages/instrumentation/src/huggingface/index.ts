import { isObject } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { watchFetch } from "../fetch/watch-fetch.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export interface HuggingFaceInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that the list does not know: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/**
 * Traces `@huggingface/inference`: chats, text generations and feature extractions, streamed or not, of Hugging Face and of the providers behind it. The
 * methods of its clients are fixed on each one as it is made, and its functions cannot be replaced; what all of them come down to is the global `fetch`,
 * where their requests are known by the package's `user-agent`.
 */
export class HuggingFaceInstrumentation extends LibraryInstrumentation<HuggingFaceInstrumentationOptions> {
  #unwatch: (() => void) | undefined;

  constructor(options: HuggingFaceInstrumentationOptions = {}) {
    super("@genscope/instrumentation/huggingface", packageVersion, specifiersOf("huggingface"), options);
    if (options.enabled !== false) this.enable();
  }

  /** One watch does for every copy of the package. */
  protected override patch(
    _module: unknown,
    telemetry: Telemetry,
    { hosts }: HuggingFaceInstrumentationOptions,
  ): () => void {
    this.#unwatch ??= watchFetch(globalThis, telemetry, {
      ...(hosts === undefined ? {} : { hosts }),
      accepts: (_input, init) => isOwnRequest(init),
      provider: "huggingface",
    });
    return () => {
      this.#unwatch?.();
      this.#unwatch = undefined;
    };
  }
}

function isOwnRequest(init: unknown): boolean {
  const headers = isObject(init) ? init["headers"] : undefined;
  const agent = isObject(headers) ? headers["User-Agent"] : undefined;
  return typeof agent === "string" && agent.startsWith("@huggingface/inference/");
}
