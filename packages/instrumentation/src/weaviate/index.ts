import { isObject } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { watchBuilders } from "./watch-builders.ts";
import { watchConnections } from "./watch-connections.ts";

export type WeaviateInstrumentationOptions = InstrumentationOptions;

/**
 * Traces searches of `weaviate-client` (`nearText`, `nearVector`, `hybrid`, `bm25` …, of `query` and of `generate`) and of `weaviate-ts-client`, whose
 * builders are also in the former as `weaviateV2`. Fetching by id or by filter is left alone.
 */
export class WeaviateInstrumentation extends LibraryInstrumentation<WeaviateInstrumentationOptions> {
  constructor(options: WeaviateInstrumentationOptions = {}) {
    super("@genscope/instrumentation/weaviate", packageVersion, specifiersOf("weaviate"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    if (!isObject(module)) return () => {};
    const { ConnectionGRPC, weaviateV2 } = module;
    const undo =
      typeof ConnectionGRPC === "function"
        ? [watchConnections(ConnectionGRPC, telemetry), watchBuilders(weaviateV2, telemetry)]
        : [watchBuilders(isObject(module["default"]) ? module["default"] : module, telemetry)];
    return () => {
      for (const step of undo) step?.();
    };
  }
}
