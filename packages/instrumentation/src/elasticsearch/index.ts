import { isObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { watchSearch } from "../retrieval/watch-search.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { nodeOf, readKnnSearch, readSearchHits } from "./knn-search.ts";

export type ElasticsearchInstrumentationOptions = InstrumentationOptions;

/** Traces k-nearest-neighbour searches of `@elastic/elasticsearch`: a search with `knn`, a `knn` query or a `knn` retriever. Other searches are left alone. */
export class ElasticsearchInstrumentation extends LibraryInstrumentation<ElasticsearchInstrumentationOptions> {
  constructor(options: ElasticsearchInstrumentationOptions = {}) {
    super("@genscope/instrumentation/elasticsearch", packageVersion, specifiersOf("elasticsearch"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const Client = isObject(module) ? module["Client"] : module;
    const prototype: unknown = typeof Client === "function" ? Client.prototype : undefined;
    const undo = wrapMethod(
      prototype,
      "search",
      (original) =>
        function (...parameters) {
          const given = objectOf(parameters[0]);
          return watchSearch(
            telemetry,
            () => {
              const knn = readKnnSearch(given);
              if (knn === undefined) return undefined;
              const { transport } = objectOf(this);
              return {
                system: "elasticsearch",
                dataSource: stringOf(given["index"]),
                server: nodeOf(transport),
                ...knn,
              };
            },
            () => Reflect.apply(original, this, parameters),
            readSearchHits,
          );
        },
    );
    return () => undo?.();
  }
}
