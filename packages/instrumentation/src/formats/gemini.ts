import { integerOf, isObject, type JsonObject, objectOf } from "../core/read.ts";
import {
  contentAnswer,
  contentRequest,
  embeddingsAnswer,
  readContentChunks,
  requestContent,
} from "../google/gemini.ts";
import type { ModelFormat } from "./model-format.ts";

/** `generateContent` and `streamGenerateContent` of the Gemini API and of Vertex AI. */
export function geminiFormat(streamed: boolean): ModelFormat {
  return {
    operation: "generate_content",
    measured: "inference",
    request: (body) => contentRequest(parametersOf(body), streamed),
    content: (body) => requestContent(parametersOf(body)),
    answer: contentAnswer,
    chunks: readContentChunks,
  };
}

/** `embedContent` and `batchEmbedContents`. */
export const geminiEmbeddings: ModelFormat = {
  operation: "embeddings",
  measured: "embeddings",
  request: (body) => ({ "gen_ai.embeddings.dimension.count": integerOf(body["outputDimensionality"]) }),
  answer: (value) => {
    const { embedding } = objectOf(value);
    return embeddingsAnswer(isObject(embedding) ? { embeddings: [embedding] } : value);
  },
};

/** A body as the parameters of `@google/genai` it would come from. REST takes either spelling. */
function parametersOf(body: JsonObject): JsonObject {
  const config = objectOf(body["generationConfig"] ?? body["generation_config"]);
  const systemInstruction = body["systemInstruction"] ?? body["system_instruction"];
  return { contents: body["contents"], config: { ...config, systemInstruction, tools: body["tools"] } };
}
