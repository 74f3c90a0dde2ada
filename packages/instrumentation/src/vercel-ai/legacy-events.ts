import { arrayOf, integerOf, isObject, type JsonObject, objectOf, parsedOf, stringOf } from "../core/read.ts";

/** Finish reasons as providers have them, of which these versions tell only their own word. */
const finishReasons: Readonly<Record<string, string>> = {
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
};

/** What a span of version 5 or 6 says of a call's start, as the events of version 7 have it. */
export function legacyStart(attributes: JsonObject): JsonObject {
  const asked = objectOf(parsedOf(attributes["ai.prompt"]));
  const tools = arrayOf(attributes["ai.prompt.tools"])
    .map(parsedOf)
    .filter(isObject)
    .map((tool) => [String(tool["name"]), tool]);
  return {
    functionId: attributes["ai.telemetry.functionId"],
    provider: attributes["ai.model.provider"],
    modelId: attributes["ai.model.id"],
    temperature: attributes["gen_ai.request.temperature"] ?? attributes["ai.settings.temperature"],
    topP: attributes["gen_ai.request.top_p"] ?? attributes["ai.settings.topP"],
    topK: attributes["gen_ai.request.top_k"] ?? attributes["ai.settings.topK"],
    maxOutputTokens: attributes["gen_ai.request.max_tokens"] ?? attributes["ai.settings.maxOutputTokens"],
    frequencyPenalty: attributes["gen_ai.request.frequency_penalty"] ?? attributes["ai.settings.frequencyPenalty"],
    presencePenalty: attributes["gen_ai.request.presence_penalty"] ?? attributes["ai.settings.presencePenalty"],
    stopSequences: attributes["gen_ai.request.stop_sequences"] ?? attributes["ai.settings.stopSequences"],
    seed: attributes["ai.settings.seed"],
    system: asked["system"],
    ...(Array.isArray(asked["prompt"]) ? { messages: asked["prompt"] } : { prompt: asked["prompt"] }),
    ...(Array.isArray(asked["messages"]) ? { messages: asked["messages"] } : {}),
    ...(attributes["ai.prompt.messages"] === undefined
      ? {}
      : { promptMessages: parsedOf(attributes["ai.prompt.messages"]) }),
    tools: Object.fromEntries(tools) as JsonObject,
  };
}

/** What such a span says of an answer, as the events of version 7 have it. */
export function legacyAnswer(attributes: JsonObject): JsonObject {
  const reason = stringOf(attributes["ai.response.finishReason"]);
  const object = attributes["ai.response.object"];
  return {
    finishReason: reason,
    rawFinishReason: reason === undefined ? undefined : (finishReasons[reason] ?? reason),
    responseId: attributes["ai.response.id"],
    modelId: attributes["ai.model.id"],
    response: { modelId: attributes["ai.response.model"] },
    usage: usageOf(attributes),
    ...(object === undefined ? { content: contentOf(attributes) } : { objectText: object }),
  };
}

/** Providers whose `inputTokens` of version 5 leave out what came from the cache. */
const withoutCache = /anthropic|bedrock/u;

function usageOf(attributes: JsonObject): JsonObject {
  const input = integerOf(attributes["gen_ai.usage.input_tokens"]) ?? integerOf(attributes["ai.usage.inputTokens"]);
  const output = integerOf(attributes["gen_ai.usage.output_tokens"]) ?? integerOf(attributes["ai.usage.outputTokens"]);
  const cacheRead =
    integerOf(attributes["ai.usage.inputTokenDetails.cacheReadTokens"]) ??
    integerOf(attributes["ai.usage.cachedInputTokens"]);
  const isExclusive =
    attributes["ai.usage.inputTokenDetails.noCacheTokens"] === undefined &&
    withoutCache.test(String(attributes["ai.model.provider"]));
  return {
    inputTokens: input === undefined || !isExclusive ? input : input + (cacheRead ?? 0),
    outputTokens: output,
    inputTokenDetails: {
      cacheReadTokens: cacheRead,
      cacheWriteTokens: attributes["ai.usage.inputTokenDetails.cacheWriteTokens"],
    },
    outputTokenDetails: {
      reasoningTokens:
        attributes["ai.usage.outputTokenDetails.reasoningTokens"] ?? attributes["ai.usage.reasoningTokens"],
    },
  };
}

function contentOf(attributes: JsonObject): readonly unknown[] {
  const text = stringOf(attributes["ai.response.text"]);
  const reasoning = stringOf(attributes["ai.response.reasoning"]);
  const calls = arrayOf(parsedOf(attributes["ai.response.toolCalls"])).filter(isObject);
  return [
    ...(reasoning === undefined ? [] : [{ type: "reasoning", text: reasoning }]),
    ...(text === undefined ? [] : [{ type: "text", text }]),
    ...calls.map((call) => ({ ...call, type: "tool-call" })),
  ];
}
