import type { ReadDocument } from "./content.ts";
import { isList, isMap, stringOf, textOf } from "./json.ts";
import type { Json, JsonMap } from "./json.ts";

/** Where the text of a document is, in order of precedence. */
const textKeys = ["content", "text", "page_content", "pageContent", "document", "body"] as const;
const titleKeys = ["title", "source", "name", "file_name", "url"] as const;
const scoreKeys = ["score", "relevance_score", "relevanceScore", "similarity"] as const;

/** Documents that a retrieval found: OpenTelemetry's, OpenInference's, LangChain's and the like. */
export function readDocuments(json: Json): ReadDocument[] {
  return (isList(json) ? json : [json]).map((item): ReadDocument => {
    if (!isMap(item)) return { content: textOf(item) };
    const document = isMap(item["document"]) ? item["document"] : item;
    return readDocument(document);
  });
}

function readDocument(document: JsonMap): ReadDocument {
  const contentKey = textKeys.find((key) => document[key] !== undefined);
  const scoreKey = scoreKeys.find((key) => document[key] !== undefined);
  const metadata = metadataOf(document["metadata"]);
  const titles = [document, ...(metadata === undefined ? [] : [metadata])];
  const title = titles.flatMap((map) => titleKeys.map((key) => stringOf(map[key]))).find((text) => text !== undefined);
  const used = new Set<string>([contentKey ?? "", scoreKey ?? "", "id", "title", "metadata"]);
  const rest = { ...Object.fromEntries(Object.entries(document).filter(([key]) => !used.has(key))), ...metadata };
  const score = scoreKey === undefined ? Number.NaN : numberOf(document[scoreKey]!);
  const { id } = document;
  return {
    content: textOf(contentKey === undefined ? "" : document[contentKey]),
    ...(id !== undefined && id !== null && { id: textOf(id) }),
    ...(title !== undefined && { title }),
    ...(Number.isFinite(score) && { score }),
    ...(Object.keys(rest).length > 0 && { metadata: JSON.stringify(rest) }),
  };
}

function metadataOf(json: Json | undefined): JsonMap | undefined {
  if (isMap(json)) return json;
  if (typeof json !== "string") return undefined;
  try {
    const parsed = JSON.parse(json) as Json;
    return isMap(parsed) ? parsed : { metadata: json };
  } catch {
    return { metadata: json };
  }
}

function numberOf(json: Json): number {
  return typeof json === "number" ? json : typeof json === "string" && json.trim() !== "" ? Number(json) : Number.NaN;
}
