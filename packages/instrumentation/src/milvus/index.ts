import { arrayOf, integerOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { contentOf, type Found, foundOf, type Hit, serverOf, watchSearch } from "../retrieval/watch-search.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export type MilvusInstrumentationOptions = InstrumentationOptions;

/** Traces `search` and `hybridSearch` of `@zilliz/milvus2-sdk-node`, over gRPC and HTTP. Queries by filter are left alone. */
export class MilvusInstrumentation extends LibraryInstrumentation<MilvusInstrumentationOptions> {
  constructor(options: MilvusInstrumentationOptions = {}) {
    super("@genscope/instrumentation/milvus", packageVersion, specifiersOf("milvus"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const classes = isObject(module) ? [module["MilvusClient"], module["HttpClient"]] : [module];
    const undo = classes.flatMap((Client) => {
      const prototype: unknown = typeof Client === "function" ? Client.prototype : undefined;
      return ["search", "hybridSearch"].map((name) => wrapSearch(prototype, name, telemetry));
    });
    return () => {
      for (const step of undo) step?.();
    };
  }
}

function wrapSearch(prototype: unknown, name: string, telemetry: Telemetry): (() => void) | undefined {
  return wrapMethod(
    prototype,
    name,
    (original) =>
      function (...parameters) {
        const given = objectOf(parameters[0]);
        return watchSearch(
          telemetry,
          () => {
            const { address, endpoint } = objectOf(objectOf(this)["config"]);
            return {
              system: "milvus",
              dataSource: stringOf(given["collection_name"]) ?? stringOf(given["collectionName"]),
              topK: integerOf(given["limit"]) ?? integerOf(given["topk"]),
              server: serverOf(address ?? endpoint),
              query: textOf(given),
            };
          },
          () => Reflect.apply(original, this, parameters),
          readFound,
        );
      },
  );
}

/** What is searched for, where the server makes vectors of texts: one or several, or in each request of a hybrid search. */
function textOf(given: JsonObject): string | undefined {
  const { data } = given;
  const texts = (Array.isArray(data) ? (data as unknown[]) : [data])
    .flatMap((one) => (isObject(one) ? arrayOf(one["data"]).concat(one["data"]) : [one]))
    .filter((one) => typeof one === "string");
  return texts.length === 0 ? undefined : [...new Set(texts)].join("\n");
}

/** A failure is a result: a status over gRPC, a code over HTTP. */
function readFound(result: unknown): Found {
  const { status, results, code, message, data } = objectOf(result);
  const { error_code: type, reason } = objectOf(status);
  if (typeof type === "string" && type !== "Success") return failed(type, reason);
  if (typeof code === "number" && code !== 0 && code !== 200) return failed(String(code), message);
  // several vectors have a list each
  return foundOf(arrayOf(results ?? data).flat(), readHit);
}

function failed(type: string, message: unknown): Found {
  return { count: 0, hits: () => [], failure: { type, message: stringOf(message) ?? "" } };
}

function readHit({ id, score, distance, ...fields }: JsonObject): Hit {
  return {
    id: typeof id === "string" || typeof id === "number" ? id : undefined,
    score: numberOf(score) ?? numberOf(distance),
    content: contentOf(fields),
  };
}
