import { isObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { nodeOf, readKnnSearch, readSearchHits } from "../elasticsearch/knn-search.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { watchSearchWithCallback } from "../retrieval/watch-search.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export type OpenSearchInstrumentationOptions = InstrumentationOptions;

/** Traces searches by nearness of `@opensearch-project/opensearch`: `knn` and `neural` queries, alone or within `hybrid` and `bool`. Other searches are left alone. */
export class OpenSearchInstrumentation extends LibraryInstrumentation<OpenSearchInstrumentationOptions> {
  constructor(options: OpenSearchInstrumentationOptions = {}) {
    super("@genscope/instrumentation/opensearch", packageVersion, specifiersOf("opensearch"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const Transport = isObject(module) ? module["Transport"] : module;
    const prototype: unknown = typeof Transport === "function" ? Transport.prototype : undefined;
    // a client binds its methods for itself; all of them go through this
    const undo = wrapMethod(
      prototype,
      "request",
      (original) =>
        function (...parameters) {
          return watchSearchWithCallback(
            telemetry,
            () => {
              const { path, body } = objectOf(parameters[0]);
              const [, index] = (typeof path === "string" ? /^\/(?:([^/]+)\/)?_search$/u.exec(path) : null) ?? [""];
              const knn = isObject(body) && index !== "" ? readKnnSearch(body) : undefined;
              if (knn === undefined) return undefined;
              return { system: "opensearch", dataSource: stringOf(index), server: nodeOf(this), ...knn };
            },
            parameters,
            (given) => Reflect.apply(original, this, given),
            readSearchHits,
          );
        },
    );
    return () => undo?.();
  }
}
