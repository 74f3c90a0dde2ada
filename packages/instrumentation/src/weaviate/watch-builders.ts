import { guard } from "../core/guard.ts";
import { integerOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { contentOf, type Found, foundOf, type SearchServer, serverOf, watchSearch } from "../retrieval/watch-search.ts";

/** Steps of a builder that make it a search, and what each keeps. */
const searches = ["nearText", "bm25", "hybrid", "nearVector", "nearObject", "nearMedia", "ask"] as const;

/** Watches searches of the clients that a library's `client()` makes from now on: `client.graphql.get()…do()`. */
export function watchBuilders(library: unknown, telemetry: Telemetry): (() => void) | undefined {
  return wrapMethod(
    library,
    "client",
    (original) =>
      function (...parameters) {
        // the library writes the scheme into the host it was given
        const { scheme, host } = objectOf(parameters[0]);
        const client = Reflect.apply(original, this, parameters);
        guard("watching a client", () => {
          const server = serverOf(`${stringOf(scheme) ?? "https"}://${String(host)}`);
          watchClient(objectOf(client)["graphql"], server, telemetry);
        });
        return client;
      },
  );
}

function watchClient(graphql: unknown, server: SearchServer | undefined, telemetry: Telemetry): void {
  wrapMethod(
    graphql,
    "get",
    (original) =>
      function (...parameters) {
        const builder = Reflect.apply(original, this, parameters);
        guard("watching a search", () => watchBuilder(builder, server, telemetry));
        return builder;
      },
  );
}

/** A builder keeps what it was given as text of a query, so the text that is searched for is read where it comes in. */
function watchBuilder(builder: unknown, server: SearchServer | undefined, telemetry: Telemetry): void {
  let query: string | undefined;
  for (const step of ["withNearText", "withBm25", "withHybrid", "withAsk"]) {
    wrapMethod(
      builder,
      step,
      (original) =>
        function (...parameters) {
          query = textOf(objectOf(parameters[0]));
          return Reflect.apply(original, this, parameters);
        },
    );
  }
  wrapMethod(
    builder,
    "do",
    (original) =>
      function (...parameters) {
        const built = objectOf(builder);
        const dataSource = stringOf(built["className"]);
        return watchSearch(
          telemetry,
          () =>
            searches.some((name) => typeof built[`${name}String`] === "string")
              ? { system: "weaviate", dataSource, topK: integerOf(built["limit"]), server, query }
              : undefined,
          () => Reflect.apply(original, this, parameters),
          (result) => readObjects(result, dataSource),
        );
      },
  );
}

function textOf({ concepts, query, question }: JsonObject): string | undefined {
  return Array.isArray(concepts) ? concepts.join("\n") : (stringOf(query) ?? stringOf(question));
}

/** Objects have the fields that were asked for: their id and distance only if `_additional` was. */
function readObjects(result: unknown, className: string | undefined): Found {
  const found = objectOf(objectOf(objectOf(result)["data"])["Get"]);
  return foundOf(found[className ?? ""], ({ _additional, ...fields }) => {
    const about = objectOf(_additional);
    return {
      id: stringOf(about["id"]),
      score: numberOf(Number(about["score"])) ?? numberOf(about["certainty"]) ?? numberOf(about["distance"]),
      content: isObject(fields) ? contentOf(fields) : undefined,
    };
  });
}
