import type { ContentDocument } from "./content-model.ts";
import { isMap, pick, stringOf, textOf, unpack } from "./json.ts";
import type { Json } from "./json.ts";

/** Documents in any of the shapes libraries log: OpenTelemetry's, OpenInference's, LangChain's. Undefined if it is no list of them. */
export function toDocuments(json: Json): ContentDocument[] | undefined {
  if (isMap(json)) {
    const list = pick(json, "documents", "results", "matches");
    return Array.isArray(list) ? list.map(toDocument) : undefined;
  }
  return Array.isArray(json) ? json.map(toDocument) : undefined;
}

function toDocument(json: Json): ContentDocument {
  if (!isMap(json)) return { content: textOf(json) };
  // OpenInference and LangChain keep a document in an envelope.
  const inner = pick(json, "document", "kwargs");
  const score = pick(json, "score", "relevance_score");
  const map = isMap(inner) ? { ...(score !== undefined && { score }), ...inner } : json;
  const { id, title, score: own, relevance_score, content, text, page_content, pageContent, metadata, ...rest } = map;
  const told = own ?? relevance_score;
  const number = typeof told === "number" ? told : Number(stringOf(told) || Number.NaN);
  const details = metadata === undefined ? undefined : unpack(metadata);
  const about = isMap(details)
    ? { ...details, ...rest }
    : details === undefined || details === null
      ? rest
      : { metadata: details, ...rest };
  const name = stringOf(title) ?? stringOf(pick(about, "title", "source"));
  return {
    content: textOf(content ?? page_content ?? pageContent ?? text ?? ""),
    ...(id !== undefined && id !== null && { id: textOf(id) }),
    ...(name !== undefined && { title: name }),
    ...(Number.isFinite(number) && { score: number }),
    ...(Object.keys(about).length > 0 && { metadata: textOf(about) }),
  };
}
