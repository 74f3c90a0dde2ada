import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallContent } from "../core/call-events.ts";
import type { ModelCall } from "../core/model-call.ts";
import { integerOf, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import type { Endpoint } from "../stainless/endpoint.ts";
import { chatAnswer, chatRequest, readChatChunks } from "./chat.ts";
import { chatContent, responseContent } from "./messages.ts";
import {
  batchAnswer,
  embeddingsAnswer,
  embeddingsRequest,
  imageRequest,
  plainAnswer,
  readPlainEvents,
  speechRequest,
  transcriptionRequest,
} from "./other.ts";
import { speaksOpenAi } from "./provider.ts";
import { runEndpoints } from "./runs.ts";
import { fetchedAnswer, readResponseEvents, responsesAnswer, responsesRequest } from "./responses.ts";

const chat = {
  operation: "chat",
  measured: "inference",
  request: chatRequest,
  content: chatContent,
  answer: chatAnswer,
  chunks: readChatChunks,
} as const;
const response = {
  operation: "chat",
  measured: "inference",
  request: responsesRequest,
  content: responseContent,
  answer: responsesAnswer,
  chunks: (call: ModelCall): ChunkReader => readResponseEvents(call.start.provider, responsesAnswer),
} as const;
const image = {
  operation: "generate_content",
  measured: "inference",
  request: imageRequest,
  content: promptContent,
  answer: plainAnswer,
  chunks: readPlainEvents,
} as const;
const transcription = {
  operation: "generate_content",
  measured: "inference",
  request: transcriptionRequest,
  answer: plainAnswer,
  chunks: readPlainEvents,
} as const;
const fetched = {
  operation: "fetch_response",
  measured: "other",
  body: ([id, query]: readonly unknown[]): JsonObject => ({ ...objectOf(query), id }),
  request: (body: JsonObject, provider: string): GenAiAttributes => ({
    "gen_ai.response.id": stringOf(body["id"]),
    "gen_ai.request.stream_cursor": cursorOf(body["starting_after"]),
    "openai.api.type": speaksOpenAi(provider) ? "responses" : undefined,
  }),
  answer: fetchedAnswer,
  chunks: (call: ModelCall): ChunkReader => readResponseEvents(call.start.provider, fetchedAnswer),
} as const;

/** Every endpoint that is instrumented. Helpers (`parse`, `stream`, `runTools` …) go through these, so each call is recorded once. */
export const openAiEndpoints: readonly Endpoint[] = [
  { path: ["Chat", "Completions"], method: "create", ...chat },
  {
    path: ["Completions"],
    method: "create",
    ...chat,
    operation: "text_completion",
    request: (body, provider) => ({ ...chatRequest(body, provider), "openai.api.type": undefined }),
    content: promptContent,
  },
  { path: ["Responses"], method: "create", ...response },
  { path: ["Beta", "Responses"], method: "create", ...response },
  { path: ["Responses"], method: "retrieve", ...fetched },
  { path: ["Beta", "Responses"], method: "retrieve", ...fetched },
  { path: ["Responses"], method: "compact", ...response, operation: "compact" },
  {
    path: ["Embeddings"],
    method: "create",
    operation: "embeddings",
    measured: "embeddings",
    request: embeddingsRequest,
    answer: embeddingsAnswer,
  },
  { path: ["Images"], method: "generate", ...image },
  { path: ["Images"], method: "edit", ...image },
  { path: ["Images"], method: "createVariation", ...image },
  {
    path: ["Audio", "Speech"],
    method: "create",
    operation: "generate_content",
    measured: "inference",
    request: speechRequest,
    content: (body) => ({ "gen_ai.input.messages": userMessage(body["input"]) }),
    answer: plainAnswer,
    chunks: readPlainEvents,
  },
  { path: ["Audio", "Transcriptions"], method: "create", ...transcription },
  { path: ["Audio", "Translations"], method: "create", ...transcription },
  {
    path: ["Moderations"],
    method: "create",
    operation: "moderation",
    measured: "other",
    request: () => ({}),
    answer: plainAnswer,
  },
  {
    path: ["Batches"],
    method: "create",
    operation: "create_batch",
    measured: "other",
    request: () => ({}),
    answer: batchAnswer,
  },
  ...runEndpoints,
];

function promptContent(body: JsonObject): CallContent {
  return { "gen_ai.input.messages": userMessage(body["prompt"]) };
}

function userMessage(text: unknown): unknown {
  return typeof text === "string" ? [{ role: "user", parts: [{ type: "text", content: text }] }] : undefined;
}

function cursorOf(value: unknown): string | undefined {
  return integerOf(value)?.toString() ?? stringOf(value);
}
