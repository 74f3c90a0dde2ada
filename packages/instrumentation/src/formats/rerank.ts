import type { Answer } from "../core/model-call.ts";
import { arrayOf, integerOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import type { ModelFormat } from "./model-format.ts";

/** A request that puts documents in order, as Cohere, Voyage, Jina and Together have it. `request`: its body, for the documents that the answer names by number. */
export function rerankFormat(request: JsonObject): ModelFormat {
  const documents = arrayOf(request["documents"] ?? request["texts"]);
  return {
    operation: "rerank",
    measured: "other",
    request: (body) => ({
      "gen_ai.retrieval.top_k": integerOf(body["top_n"]) ?? integerOf(body["top_k"]),
    }),
    content: (body) => ({ "gen_ai.retrieval.query.text": stringOf(body["query"]) }),
    answer: (value) => rerankAnswer(value, documents),
  };
}

function rerankAnswer(value: unknown, documents: readonly unknown[]): Answer {
  const { results, data, id, model, usage, meta } = objectOf(value);
  const ranked = arrayOf(results ?? data).filter(isObject);
  const counts = objectOf(usage ?? objectOf(meta)["tokens"]);
  const input = integerOf(counts["input_tokens"]) ?? integerOf(counts["total_tokens"]);
  return {
    attributes: { "gen_ai.response.id": stringOf(id), "gen_ai.response.model": stringOf(model) },
    ...(input === undefined ? {} : { usage: { input } }),
    found: ranked.length,
    documents: () =>
      ranked.map(({ index, relevance_score: score, document }) => ({
        id: idOf(documents, index),
        score: numberOf(score),
        content: textOf(document ?? documents[integerOf(index) ?? -1]),
      })),
  };
}

/** A document's own id, else its number in the request. */
function idOf(documents: readonly unknown[], index: unknown): string {
  const { id } = objectOf(documents[integerOf(index) ?? -1]);
  return stringOf(id) ?? String(integerOf(index));
}

function textOf(document: unknown): unknown {
  return isObject(document) ? (stringOf(document["text"]) ?? document) : document;
}
