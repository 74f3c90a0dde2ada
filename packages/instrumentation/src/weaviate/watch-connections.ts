import { guard } from "../core/guard.ts";
import { arrayOf, countOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import {
  contentOf,
  type Found,
  foundOf,
  type Hit,
  type SearchServer,
  serverOf,
  watchSearch,
} from "../retrieval/watch-search.ts";

/** What a request is near to, or matches, besides filters. */
const searches = ["nearText", "hybridSearch", "bm25Search", "nearVector", "nearObject"] as const;
const media = ["nearImage", "nearAudio", "nearVideo", "nearDepth", "nearThermal", "nearImu"] as const;

/** Watches the requests of the connections that a class makes from now on. The classes of collections and of searchers are not exported. */
export function watchConnections(ConnectionGRPC: object, telemetry: Telemetry): (() => void) | undefined {
  const see = (made: unknown): unknown => {
    guard("watching a connection", () => watchConnection(objectOf(made)["connection"], telemetry));
    return made;
  };
  return wrapMethod(
    ConnectionGRPC,
    "use",
    (original) =>
      function (...parameters) {
        const given = Reflect.apply(original, this, parameters);
        return given instanceof Promise ? given.then(see) : see(given);
      },
  );
}

function watchConnection(connection: unknown, telemetry: Telemetry): void {
  const server = serverOf(objectOf(objectOf(connection)["params"])["grpcAddress"]);
  wrapMethod(
    connection,
    "search",
    (original) =>
      function (...parameters) {
        const given = Reflect.apply(original, this, parameters);
        if (!(given instanceof Promise)) return given;
        return given.then((searcher: unknown) => {
          guard("watching a search", () => watchSearcher(searcher, server, telemetry));
          return searcher;
        });
      },
  );
}

/** A searcher is made for one request, which all its methods send by `call`. */
function watchSearcher(searcher: unknown, server: SearchServer | undefined, telemetry: Telemetry): void {
  wrapMethod(
    searcher,
    "call",
    (original) =>
      function (...parameters) {
        const request = objectOf(parameters[0]);
        return watchSearch(
          telemetry,
          () =>
            [...searches, ...media].some((name) => isObject(request[name]))
              ? {
                  system: "weaviate",
                  dataSource: stringOf(objectOf(searcher)["collection"]),
                  topK: countOf(request["limit"]),
                  server,
                  query: textOf(request),
                }
              : undefined,
          () => Reflect.apply(original, this, parameters),
          readReply,
        );
      },
  );
}

function textOf(request: JsonObject): string | undefined {
  for (const name of searches) {
    const { query } = objectOf(request[name]);
    const text = Array.isArray(query) ? query.join("\n") : query;
    if (typeof text === "string" && text !== "") return text;
  }
  return undefined;
}

function readReply(reply: unknown): Found {
  const { results, groupByResults } = objectOf(reply);
  const grouped = arrayOf(groupByResults).flatMap((group) => arrayOf(objectOf(group)["objects"]));
  return foundOf([...arrayOf(results), ...grouped], readResult);
}

/** Protobuf has zeros where nothing was said, and a word that says so. */
function readResult({ metadata, properties }: JsonObject): Hit {
  const about = objectOf(metadata);
  const score = ["rerankScore", "score", "certainty", "distance"].find((name) => about[`${name}Present`] === true);
  return {
    id: stringOf(about["id"]),
    score: score === undefined ? undefined : numberOf(about[score]),
    content: contentOf(fieldsOf(objectOf(objectOf(properties)["nonRefProps"])["fields"])),
  };
}

/** Fields of objects as plain values; what is no scalar is left out. */
function fieldsOf(fields: unknown): JsonObject {
  const scalars: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(objectOf(fields))) {
    const scalar = Object.values(objectOf(value)).find((one) => /^(?:string|number|boolean)$/u.test(typeof one));
    if (scalar !== undefined) scalars[name] = scalar;
  }
  return scalars;
}
