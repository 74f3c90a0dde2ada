import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { Answer } from "../core/model-call.ts";
import {
  arrayOf,
  integerOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  stringOf,
  stringsOf,
} from "../core/read.ts";
import type { TokenUsage } from "../core/usage.ts";
import { partsOf, type Part } from "./content.ts";
import { converseUsage } from "./converse.ts";

function firstOf(holders: readonly JsonObject[], keys: readonly string[]): unknown {
  for (const holder of holders) for (const key of keys) if (holder[key] !== undefined) return holder[key];
  return undefined;
}

/** Parameters under whichever names the maker of the model gives them. */
export function bodyRequest(body: JsonObject): GenAiAttributes {
  const holders = [body, objectOf(body["inferenceConfig"]), objectOf(body["textGenerationConfig"])];
  const limit = ["max_tokens", "max_gen_len", "maxTokens", "max_new_tokens", "maxTokenCount", "max_tokens_to_sample"];
  return {
    "gen_ai.request.max_tokens": integerOf(firstOf(holders, limit)),
    "gen_ai.request.temperature": numberOf(firstOf(holders, ["temperature"])),
    "gen_ai.request.top_p": numberOf(firstOf(holders, ["top_p", "topP", "p"])),
    "gen_ai.request.top_k": integerOf(firstOf(holders, ["top_k", "topK", "k"])),
    "gen_ai.request.frequency_penalty": numberOf(body["frequency_penalty"]),
    "gen_ai.request.presence_penalty": numberOf(body["presence_penalty"]),
    "gen_ai.request.seed": integerOf(body["seed"]),
    "gen_ai.request.stop_sequences": stringsOf(firstOf(holders, ["stop_sequences", "stopSequences", "stop"])),
  };
}

/** An answer's body, or the fields of a stream's events together. */
export function bodyAnswer(body: JsonObject, operation: string): Answer {
  const usage = usageOf(body);
  if (operation === "embeddings") {
    const vector = vectorOf(body);
    return { attributes: { "gen_ai.embeddings.dimension.count": vector?.length }, usage };
  }
  const choices = choicesOf(body);
  const reasons = choices.map(({ reason }) => reason).filter((reason) => reason !== undefined);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(body["id"]) ?? stringOf(body["generation_id"]) ?? stringOf(body["response_id"]),
      "gen_ai.response.model": stringOf(body["model"]),
      "gen_ai.response.finish_reasons": reasons.length === 0 ? undefined : reasons,
    },
    usage,
    output: () => choices.map(({ reason, parts }) => ({ role: "assistant", parts, finish_reason: reason ?? "error" })),
  };
}

function choicesOf(
  body: JsonObject,
): readonly { readonly reason: string | undefined; readonly parts: readonly Part[] }[] {
  const { message } = objectOf(body["output"]);
  const many = [body["results"], body["outputs"], body["choices"], body["generations"]].find(Array.isArray);
  const list = many === undefined ? [body] : arrayOf(many).filter(isObject);
  return list.map((one) => {
    const reason = firstOf([one], ["stop_reason", "stopReason", "finish_reason", "completionReason"]);
    const said = objectOf(isObject(message) ? message : one["message"])["content"];
    const text = firstOf([one], ["content", "outputText", "generation", "text", "completion"]);
    return { reason: stringOf(reason), parts: partsOf(said ?? text) };
  });
}

function vectorOf(body: JsonObject): readonly unknown[] | undefined {
  const { embedding, embeddings } = body;
  if (Array.isArray(embedding)) return embedding;
  // Cohere's, one list or one for each type that was asked for
  const lists = isObject(embeddings) ? embeddings["float"] : embeddings;
  const first = arrayOf(lists)[0];
  return Array.isArray(first) ? first : undefined;
}

function usageOf(body: JsonObject): TokenUsage | undefined {
  const { usage } = body;
  if (isObject(usage) && "input_tokens" in usage) return anthropicUsage(usage);
  if (isObject(usage) && "inputTokens" in usage) return converseUsage(usage);
  if (isObject(usage)) {
    return { input: integerOf(usage["prompt_tokens"]), output: integerOf(usage["completion_tokens"]) };
  }
  const metrics = body["amazon-bedrock-invocationMetrics"];
  if (isObject(metrics)) {
    const { inputTokenCount, outputTokenCount } = metrics;
    return converseUsage({ ...metrics, inputTokens: inputTokenCount, outputTokens: outputTokenCount });
  }
  const results = arrayOf(body["results"]).filter(isObject);
  const input = integerOf(firstOf([body], ["inputTextTokenCount", "prompt_token_count"]));
  const output =
    results.length > 0
      ? results.reduce((sum, result) => sum + (integerOf(result["tokenCount"]) ?? 0), 0)
      : integerOf(firstOf([body], ["generation_token_count", "totalOutputTextTokenCount"]));
  return input === undefined && output === undefined ? undefined : { input, output };
}

/** Anthropic counts tokens read from and written to the cache beside the input's; the conventions count them in it. */
function anthropicUsage(usage: JsonObject): TokenUsage {
  const cacheRead = integerOf(usage["cache_read_input_tokens"]);
  const cacheWrite = integerOf(usage["cache_creation_input_tokens"]);
  return {
    input: (integerOf(usage["input_tokens"]) ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: integerOf(usage["output_tokens"]),
    cacheRead,
    cacheWrite,
  };
}
