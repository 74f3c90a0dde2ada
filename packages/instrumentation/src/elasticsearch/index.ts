import { integerOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { hitsOf, watchSearch } from "../retrieval/watch-search.ts";
import { packageVersion } from "../version.ts";

export type ElasticsearchInstrumentationOptions = InstrumentationOptions;

/** Traces k-nearest-neighbour searches of `@elastic/elasticsearch`: a search with `knn`, a `knn` query or a `knn` retriever. Other searches are left alone. */
export class ElasticsearchInstrumentation extends LibraryInstrumentation<ElasticsearchInstrumentationOptions> {
  constructor(options: ElasticsearchInstrumentationOptions = {}) {
    super("@genscope/instrumentation/elasticsearch", packageVersion, ["@elastic/elasticsearch"], options);
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
          const run = (): unknown => Reflect.apply(original, this, parameters);
          const given = objectOf(parameters[0]);
          const knn = knnOf(given);
          if (knn === undefined) return run();
          return watchSearch(
            telemetry,
            () => ({
              system: "elasticsearch",
              dataSource: stringOf(given["index"]),
              topK: integerOf(knn["k"]) ?? integerOf(given["size"]),
              url: urlOf(this),
              query: stringOf(objectOf(objectOf(knn["query_vector_builder"])["text_embedding"])["model_text"]),
            }),
            run,
            (result) => {
              const body = objectOf(objectOf(result)["body"] ?? result);
              return hitsOf(objectOf(body["hits"])["hits"], { id: "_id", score: "_score", fields: "_source" });
            },
          );
        },
    );
    return () => undo?.();
  }
}

/** The part of a search that says what to be near to, wherever it stands. */
function knnOf(search: JsonObject): JsonObject | undefined {
  const body = isObject(search["body"]) ? search["body"] : search;
  for (const holder of [body, objectOf(body["query"]), objectOf(body["retriever"])]) {
    const knn: unknown = Array.isArray(holder["knn"]) ? holder["knn"][0] : holder["knn"];
    if (isObject(knn)) return knn;
  }
  return undefined;
}

/** The first node that a client knows. */
function urlOf(client: unknown): string | undefined {
  const pool = objectOf(objectOf(objectOf(client)["transport"])["connectionPool"]);
  const connections: unknown = pool["connections"];
  const url = Array.isArray(connections) ? objectOf(connections[0])["url"] : undefined;
  return url instanceof URL ? url.href : undefined;
}
