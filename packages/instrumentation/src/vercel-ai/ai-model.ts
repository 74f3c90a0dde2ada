import { addressOf } from "../core/address-of.ts";
import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallStart } from "../core/call-start.ts";
import type { Answer } from "../core/model-call.ts";
import { integerOf, isObject, type JsonObject, numberOf, objectOf, stringOf, stringsOf } from "../core/read.ts";
import type { TokenUsage } from "../core/usage.ts";
import { askedContent, partsOf } from "./ai-messages.ts";

/** Names of providers in the AI SDK (`openai.chat`), by what stands before the first dot, where the conventions have another. */
const providers: Readonly<Record<string, string>> = {
  "azure-openai": "azure.ai.openai",
  azure: "azure.ai.openai",
  google: "gcp.gemini",
  vertex: "gcp.vertex_ai",
  "amazon-bedrock": "aws.bedrock",
  bedrock: "aws.bedrock",
  mistral: "mistral_ai",
  xai: "x_ai",
  togetherai: "together_ai",
  fireworks: "fireworks_ai",
};

/** The provider, from the AI SDK's name for it. */
export function providerOf(event: JsonObject): string {
  const name = stringOf(event["provider"]) ?? "vercel_ai";
  if (name.startsWith("google.vertex")) return "gcp.vertex_ai";
  const maker = name.split(".")[0] ?? name;
  return providers[maker] ?? maker;
}

/** A call to a model of language. `streamed`: whether its answer comes in pieces. */
export function modelStart(event: JsonObject, streamed: boolean): CallStart {
  const attributes: GenAiAttributes = {
    "gen_ai.request.temperature": numberOf(event["temperature"]),
    "gen_ai.request.top_p": numberOf(event["topP"]),
    "gen_ai.request.top_k": integerOf(event["topK"]),
    "gen_ai.request.max_tokens": integerOf(event["maxOutputTokens"]),
    "gen_ai.request.frequency_penalty": numberOf(event["frequencyPenalty"]),
    "gen_ai.request.presence_penalty": numberOf(event["presencePenalty"]),
    "gen_ai.request.stop_sequences": stringsOf(event["stopSequences"]),
    "gen_ai.request.seed": integerOf(event["seed"]),
    "gen_ai.request.reasoning.level": stringOf(event["reasoning"]),
    "gen_ai.request.stream": streamed ? true : undefined,
  };
  return {
    operation: "chat",
    provider: providerOf(event),
    measured: "inference",
    model: stringOf(event["modelId"]),
    attributes,
    content: () => askedContent(event),
  };
}

const finishReasons: Readonly<Record<string, string>> = {
  "tool-calls": "tool_call",
  "content-filter": "content_filter",
};

export function modelAnswer(event: JsonObject): Answer {
  const reason = stringOf(event["rawFinishReason"]) ?? stringOf(event["finishReason"]);
  const first = numberOf(objectOf(event["performance"])["timeToFirstOutputMs"]);
  const response = objectOf(event["response"]);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(event["responseId"]) ?? stringOf(response["id"]),
      "gen_ai.response.model": stringOf(response["modelId"]) ?? stringOf(event["modelId"]),
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
      "gen_ai.response.time_to_first_chunk": first === undefined ? undefined : first / 1000,
      ...serverOf(objectOf(event["request"])["url"]),
    },
    usage: usageOf(event["usage"]),
    output: () => {
      const unified = stringOf(event["finishReason"]) ?? "error";
      const parts = "content" in event ? partsOf(event) : [{ type: "text", content: event["objectText"] ?? "" }];
      return [{ role: "assistant", parts, finish_reason: finishReasons[unified] ?? unified }];
    },
  };
}

function usageOf(usage: unknown): TokenUsage | undefined {
  if (!isObject(usage)) return undefined;
  const input = objectOf(usage["inputTokenDetails"]);
  return {
    input: integerOf(usage["inputTokens"]),
    output: integerOf(usage["outputTokens"]),
    cacheRead: integerOf(input["cacheReadTokens"]),
    cacheWrite: integerOf(input["cacheWriteTokens"]),
    reasoning: integerOf(objectOf(usage["outputTokenDetails"])["reasoningTokens"]),
  };
}

function serverOf(url: unknown): GenAiAttributes {
  const server = addressOf(url);
  return server === undefined ? {} : { "server.address": server.address, "server.port": server.port };
}

export function embeddingStart(event: JsonObject): CallStart {
  return {
    operation: "embeddings",
    provider: providerOf(event),
    measured: "embeddings",
    model: stringOf(event["modelId"]),
  };
}

export function embeddingAnswer(event: JsonObject): Answer {
  const [vector] = Array.isArray(event["embeddings"]) ? (event["embeddings"] as unknown[]) : [];
  return {
    attributes: {
      "gen_ai.response.model": stringOf(event["modelId"]),
      "gen_ai.embeddings.dimension.count": Array.isArray(vector) ? vector.length : undefined,
    },
    usage: { input: integerOf(objectOf(event["usage"])["tokens"]) },
  };
}
