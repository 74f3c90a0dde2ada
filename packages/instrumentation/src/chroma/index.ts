import { guard } from "../core/guard.ts";
import { arrayOf, integerOf, isObject, numberOf, objectOf, stringOf, stringsOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { type Found, type SearchServer, serverOf, watchSearch } from "../retrieval/watch-search.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export type ChromaInstrumentationOptions = InstrumentationOptions;

/** Methods of a client that give a collection: the class of collections is not exported. */
const giveCollections = ["getCollection", "getOrCreateCollection", "createCollection", "collection"] as const;

/** Traces `query` of collections of `chromadb`, and of `chromadb-client`, which is the same without embedding functions. */
export class ChromaInstrumentation extends LibraryInstrumentation<ChromaInstrumentationOptions> {
  constructor(options: ChromaInstrumentationOptions = {}) {
    super("@genscope/instrumentation/chroma", packageVersion, specifiersOf("chroma"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const Client = isObject(module) ? module["ChromaClient"] : module;
    const prototype: unknown = typeof Client === "function" ? Client.prototype : undefined;
    const undo: ((() => void) | undefined)[] = [];
    const see = (collection: unknown): void => {
      guard("finding the class of collections", () => {
        for (let at: unknown = collection; isObject(at); at = Object.getPrototypeOf(at) as unknown) {
          // the one that does it, not those that hand it on
          const above = Object.getPrototypeOf(at) as unknown;
          if (Object.hasOwn(at, "query") && !(isObject(above) && "query" in above)) undo.push(wrapQuery(at, telemetry));
        }
      });
    };
    for (const name of giveCollections) {
      undo.push(
        wrapMethod(
          prototype,
          name,
          (original) =>
            function (...parameters) {
              const given = Reflect.apply(original, this, parameters);
              if (!(given instanceof Promise)) {
                see(given);
                return given;
              }
              return given.then((collection: unknown) => {
                see(collection);
                return collection;
              });
            },
        ),
      );
    }
    return () => {
      for (const step of undo) step?.();
    };
  }
}

function wrapQuery(prototype: object, telemetry: Telemetry): (() => void) | undefined {
  return wrapMethod(
    prototype,
    "query",
    (original) =>
      function (...parameters) {
        const given = objectOf(parameters[0]);
        const texts = stringsOf(given["queryTexts"]);
        return watchSearch(
          telemetry,
          () => ({
            system: "chroma",
            dataSource: stringOf(objectOf(this)["name"]),
            topK: integerOf(given["nResults"]) ?? 10,
            server: serverOfCollection(this),
            query: texts?.join("\n"),
          }),
          () => Reflect.apply(original, this, parameters),
          readFound,
        );
      },
  );
}

/** Of the client that a collection keeps: made by a generator of clients, whichever it was. */
function serverOfCollection(collection: unknown): SearchServer | undefined {
  const { apiClient, client, api } = objectOf(collection);
  const held = objectOf(apiClient ?? api ?? objectOf(client)["api"]);
  const config: unknown = typeof held["getConfig"] === "function" ? held["getConfig"]() : {};
  return serverOf(objectOf(config)["baseUrl"] ?? held["basePath"]);
}

/** Chroma answers by columns, a list for each query. */
function readFound(result: unknown): Found {
  const columns = objectOf(result);
  const column = (name: string): readonly unknown[] => arrayOf(columns[name]).flatMap((list) => arrayOf(list));
  const ids = column("ids");
  return {
    count: ids.length,
    hits() {
      const distances = column("distances");
      const documents = column("documents");
      return ids.map((id, i) => ({
        id: stringOf(id),
        score: numberOf(distances[i]),
        content: stringOf(documents[i]),
      }));
    },
  };
}
