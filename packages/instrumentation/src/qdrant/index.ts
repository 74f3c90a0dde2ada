import { integerOf, isObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { foundIn, serverOf, watchSearch } from "../retrieval/watch-search.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export type QdrantInstrumentationOptions = InstrumentationOptions;

/** Traces searches of `@qdrant/js-client-rest`: `query`, and in earlier versions `search` and `recommend`. */
export class QdrantInstrumentation extends LibraryInstrumentation<QdrantInstrumentationOptions> {
  constructor(options: QdrantInstrumentationOptions = {}) {
    super("@genscope/instrumentation/qdrant", packageVersion, specifiersOf("qdrant"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const Client = isObject(module) ? module["QdrantClient"] : module;
    const prototype: unknown = typeof Client === "function" ? Client.prototype : undefined;
    const undo = ["query", "search", "recommend"].map((name) =>
      wrapMethod(
        prototype,
        name,
        (original) =>
          function (...parameters) {
            const [collection, given] = parameters;
            return watchSearch(
              telemetry,
              () => ({
                system: "qdrant",
                dataSource: stringOf(collection),
                topK: integerOf(objectOf(given)["limit"]) ?? 10,
                server: serverOf(objectOf(this)["_restUri"]),
                ...textOf(given),
              }),
              () => Reflect.apply(original, this, parameters),
              (result) =>
                foundIn(isObject(result) ? result["points"] : result, { id: "id", score: "score", fields: "payload" }),
            );
          },
      ),
    );
    return () => {
      for (const step of undo) step?.();
    };
  }
}

/** A query that the server turns into a vector: its text, and the model. */
function textOf(given: unknown): { query?: string | undefined; model?: string | undefined } {
  const { query } = objectOf(given);
  const document = objectOf(objectOf(query)["nearest"] ?? query);
  return { query: stringOf(document["text"]), model: stringOf(document["model"]) };
}
