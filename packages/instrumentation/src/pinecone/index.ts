import { integerOf, isObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { foundIn, serverOf, watchSearch } from "../retrieval/watch-search.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export type PineconeInstrumentationOptions = InstrumentationOptions;

/** Traces searches of `@pinecone-database/pinecone`: `query` and `searchRecords` of an index. */
export class PineconeInstrumentation extends LibraryInstrumentation<PineconeInstrumentationOptions> {
  constructor(options: PineconeInstrumentationOptions = {}) {
    super("@genscope/instrumentation/pinecone", packageVersion, specifiersOf("pinecone"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const Index = isObject(module) ? module["Index"] : module;
    const prototype: unknown = typeof Index === "function" ? Index.prototype : undefined;
    const search = (
      name: string,
      read: (given: unknown) => { topK?: number | undefined; query?: string | undefined },
    ) =>
      wrapMethod(
        prototype,
        name,
        (original) =>
          function (...parameters) {
            const { indexName, indexHostUrl } = objectOf(objectOf(this)["target"]);
            return watchSearch(
              telemetry,
              () => ({
                system: "pinecone",
                dataSource: stringOf(indexName),
                server: serverOf(indexHostUrl),
                ...read(parameters[0]),
              }),
              () => Reflect.apply(original, this, parameters),
              (result) => {
                const about = objectOf(result);
                return isObject(about["result"])
                  ? foundIn(about["result"]["hits"], { id: "_id", score: "_score", fields: "fields" })
                  : foundIn(about["matches"], { id: "id", score: "score", fields: "metadata" });
              },
            );
          },
      );
    const undo = [
      search("query", (given) => ({ topK: integerOf(objectOf(given)["topK"]) })),
      search("searchRecords", (given) => {
        const query = objectOf(objectOf(given)["query"]);
        return { topK: integerOf(query["topK"]), query: stringOf(objectOf(query["inputs"])["text"]) };
      }),
    ];
    return () => {
      for (const step of undo) step?.();
    };
  }
}
