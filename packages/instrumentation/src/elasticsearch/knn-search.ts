import { integerOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import { type Found, foundIn, type SearchServer, serverOf } from "../retrieval/watch-search.ts";

/** What the body of a search is near to, as far as it says. */
export interface KnnSearch {
  readonly topK: number | undefined;
  readonly query: string | undefined;
  readonly model: string | undefined;
}

/** Queries that hold others, and the key they do it by. */
const holders: Readonly<Record<string, string>> = {
  bool: "must",
  hybrid: "queries",
  script_score: "query",
  nested: "query",
};

/** Reads a search by nearness (`knn` as an option, a query or a retriever; OpenSearch's `knn` and `neural`); `undefined` if it is another. */
export function readKnnSearch(search: JsonObject): KnnSearch | undefined {
  const body = isObject(search["body"]) ? search["body"] : search;
  const size = integerOf(body["size"]) ?? integerOf(search["size"]);
  for (const holder of [body, objectOf(body["query"]), objectOf(body["retriever"])]) {
    const knn = knnIn(holder, 4);
    if (knn === undefined) continue;
    const embedding = objectOf(objectOf(knn["query_vector_builder"])["text_embedding"]);
    return {
      topK: integerOf(knn["k"]) ?? size,
      query: stringOf(embedding["model_text"]) ?? stringOf(knn["query_text"]),
      model: stringOf(embedding["model_id"]) ?? stringOf(knn["model_id"]),
    };
  }
  return undefined;
}

/** `depth`: how many queries that hold others are looked into. */
function knnIn(holder: JsonObject, depth: number): JsonObject | undefined {
  const given = holder["knn"] ?? holder["neural"];
  const knn: unknown = Array.isArray(given) ? given[0] : given;
  if (isObject(knn)) return "field" in knn ? knn : ofField(knn);
  if (depth === 0) return undefined;
  for (const [name, key] of Object.entries(holders)) {
    const held = objectOf(holder[name])[key];
    for (const one of Array.isArray(held) ? (held as unknown[]) : [held]) {
      const found = isObject(one) ? knnIn(one, depth - 1) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** OpenSearch keeps it under the name of the field. */
function ofField(knn: JsonObject): JsonObject {
  return Object.values(knn).find(isObject) ?? knn;
}

/** What a search gave, with or without the response around it. */
export function readSearchHits(result: unknown): Found {
  const body = objectOf(objectOf(result)["body"] ?? result);
  return foundIn(objectOf(body["hits"])["hits"], { id: "_id", score: "_score", fields: "_source" });
}

/** The first node that a transport knows. */
export function nodeOf(transport: unknown): SearchServer | undefined {
  const { connections } = objectOf(objectOf(transport)["connectionPool"]);
  const url = Array.isArray(connections) ? objectOf(connections[0])["url"] : undefined;
  return url instanceof URL ? serverOf(url.href) : undefined;
}
