import type { ServerResponse } from "node:http";
import { ApiError } from "../api-error.ts";
import { embed } from "../brain/embed.ts";
import { keywords, tokens } from "../brain/text.ts";
import { isObject, type JsonObject, readArray, readInteger, readObject, readString } from "../read.ts";
import { sendJson } from "../send.ts";
import type { WireFormat } from "../wire-format.ts";

const pathPattern = /^\/voyage\/v1\/(embeddings|multimodalembeddings|contextualizedembeddings|rerank)$/u;
const models = ["voyage-3.5", "voyage-multimodal-3", "voyage-context-3", "rerank-2.5"];

/** Voyage's API: embeddings of texts, of texts with pictures and of texts in their context, and rerankings. */
export const voyageFormat: WireFormat = {
  handles: (path) => pathPattern.test(path),
  modelOf: (_path, body) => (isObject(body) && typeof body["model"] === "string" ? body["model"] : ""),
  async post({ path, body, reply, fault }) {
    const request = readObject(body, "body");
    const model = readString(request["model"], "model").split("#")[0]!;
    if (!models.includes(model)) throw new ApiError(400, "invalid_request_error", `Model ${model} is not supported.`);
    const kind = pathPattern.exec(path)?.[1];
    return sendJson(reply, kind === "rerank" ? ranking(request, model) : embeddings(request, model, kind), fault, 0);
  },
  sendError,
};

function sendError(reply: ServerResponse, error: ApiError): void {
  const body = JSON.stringify({ detail: error.message });
  reply.writeHead(error.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

/** The text of an input, whichever kind it is of. */
function textOf(input: unknown): string {
  if (typeof input === "string") return input;
  const { content } = readObject(input, "inputs");
  const texts = readArray(content, "content").map((part) => readObject(part, "content")["text"]);
  return texts.filter((text) => typeof text === "string").join(" ");
}

function embeddings(request: JsonObject, model: string, kind: string | undefined): JsonObject {
  const given = request["input"] ?? request["inputs"];
  const inputs = typeof given === "string" ? [given] : readArray(given, "input");
  const dimensions = readInteger(request["output_dimension"], "output_dimension", 1) ?? 1024;
  const vector = (text: string, index: number): JsonObject => ({
    object: "embedding",
    embedding: [...embed(text, dimensions)],
    index,
  });
  const isInContext = kind === "contextualizedembeddings";
  const texts = inputs.map((input) => (isInContext ? readArray(input, "inputs").map(String) : [textOf(input)]));
  const total = texts.flat().reduce((sum, text) => sum + tokens(text).length, 0);
  return {
    object: "list",
    data: texts.map((parts, index) =>
      isInContext ? { object: "list", data: parts.map(vector), index } : vector(parts[0] ?? "", index),
    ),
    model,
    usage: { total_tokens: total },
  };
}

/** By the words that a document shares with the query. */
function ranking(request: JsonObject, model: string): JsonObject {
  const asked = new Set(keywords(readString(request["query"], "query")));
  const documents = readArray(request["documents"], "documents").map(String);
  const data = documents
    .map((document, index) => ({
      relevance_score: keywords(document).filter((word) => asked.has(word)).length / Math.max(1, asked.size),
      index,
      ...(request["return_documents"] === true ? { document } : {}),
    }))
    .toSorted((left, right) => right.relevance_score - left.relevance_score)
    .slice(0, readInteger(request["top_k"], "top_k", 1) ?? documents.length);
  const total = [String(request["query"]), ...documents].reduce((sum, text) => sum + tokens(text).length, 0);
  return { object: "list", data, model, usage: { total_tokens: total } };
}
