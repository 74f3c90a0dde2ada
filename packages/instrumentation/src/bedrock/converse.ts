import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallContent } from "../core/call-events.ts";
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
import type { ChunkReader } from "../core/watch-call.ts";
import type { BedrockCall } from "./commands.ts";
import { messagesOf, partsOf } from "./content.ts";

export function converseCommand(input: JsonObject): BedrockCall {
  return {
    operation: "chat",
    measured: "inference",
    attributes: requestAttributes(input),
    content: () => converseContent(input),
    reader: { answer: converseAnswer },
  };
}

export function converseStreamCommand(input: JsonObject): BedrockCall {
  const call = converseCommand(input);
  return {
    ...call,
    attributes: { ...call.attributes, "gen_ai.request.stream": true },
    reader: { ...call.reader, stream: streamOf("stream"), chunks: readConverseEvents },
  };
}

/** The object under a key of the answer that is iterated. */
export function streamOf(key: string): (value: unknown) => object | undefined {
  return (value) => {
    const stream = isObject(value) ? value[key] : undefined;
    return typeof stream === "object" && stream !== null && Symbol.asyncIterator in stream ? stream : undefined;
  };
}

function requestAttributes(input: JsonObject): GenAiAttributes {
  const inference = objectOf(input["inferenceConfig"]);
  const more = objectOf(input["additionalModelRequestFields"]);
  return {
    "gen_ai.request.max_tokens": integerOf(inference["maxTokens"]),
    "gen_ai.request.temperature": numberOf(inference["temperature"]),
    "gen_ai.request.top_p": numberOf(inference["topP"]),
    "gen_ai.request.top_k": integerOf(more["top_k"]) ?? integerOf(objectOf(more["inferenceConfig"])["topK"]),
    "gen_ai.request.stop_sequences": stringsOf(inference["stopSequences"]),
    "aws.bedrock.guardrail.id": stringOf(objectOf(input["guardrailConfig"])["guardrailIdentifier"]),
  };
}

function converseContent(input: JsonObject): CallContent {
  const system = partsOf(input["system"]);
  const tools = arrayOf(objectOf(input["toolConfig"])["tools"]).flatMap((tool) => {
    const { toolSpec } = objectOf(tool);
    if (!isObject(toolSpec)) return [];
    const { name, description, inputSchema } = toolSpec;
    return [{ type: "function", name, description, parameters: objectOf(inputSchema)["json"] }];
  });
  return {
    "gen_ai.input.messages": messagesOf(input["messages"]),
    ...(system.length === 0 ? {} : { "gen_ai.system_instructions": system }),
    ...(tools.length === 0 ? {} : { "gen_ai.tool.definitions": tools }),
  };
}

/** Converse counts tokens read from and written to the cache beside the input's; the conventions count them in it. */
export function converseUsage(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const cacheRead = integerOf(value["cacheReadInputTokens"]) ?? integerOf(value["cacheReadInputTokenCount"]);
  const cacheWrite = integerOf(value["cacheWriteInputTokens"]) ?? integerOf(value["cacheWriteInputTokenCount"]);
  const fresh = integerOf(value["inputTokens"]);
  return {
    input: fresh === undefined ? undefined : fresh + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: integerOf(value["outputTokens"]),
    cacheRead,
    cacheWrite,
  };
}

function converseAnswer(value: unknown): Answer {
  if (!isObject(value)) return { attributes: {} };
  const reason = stringOf(value["stopReason"]);
  const { message } = objectOf(value["output"]);
  const { invokedModelId } = objectOf(objectOf(value["trace"])["promptRouter"]);
  return {
    attributes: {
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
      "gen_ai.response.model": stringOf(invokedModelId),
    },
    usage: converseUsage(value["usage"]),
    output: () => messagesOf([message]).map((said) => ({ ...said, finish_reason: reason ?? "error" })),
  };
}

/** Puts the events of Converse's (or Nova's) stream together to the answer that would have come in one piece. */
export function readConverseEvents(): ChunkReader {
  const blocks = new Map<unknown, { text: string; thought: string; tool?: JsonObject; input: string }>();
  let stopReason: unknown;
  let metadata: JsonObject = {};
  const blockOf = (index: unknown): { text: string; thought: string; tool?: JsonObject; input: string } => {
    const block = blocks.get(index) ?? { text: "", thought: "", input: "" };
    blocks.set(index, block);
    return block;
  };
  return {
    push(event) {
      const { contentBlockStart, contentBlockDelta, messageStop, metadata: last } = objectOf(event);
      if (isObject(contentBlockStart)) {
        const { toolUse } = objectOf(contentBlockStart["start"]);
        if (isObject(toolUse)) blockOf(contentBlockStart["contentBlockIndex"]).tool = toolUse;
      }
      if (isObject(contentBlockDelta)) {
        const block = blockOf(contentBlockDelta["contentBlockIndex"]);
        const { text, toolUse, reasoningContent } = objectOf(contentBlockDelta["delta"]);
        block.text += stringOf(text) ?? "";
        block.input += stringOf(objectOf(toolUse)["input"]) ?? "";
        block.thought += stringOf(objectOf(reasoningContent)["text"]) ?? "";
      }
      if (isObject(messageStop)) ({ stopReason } = messageStop);
      if (isObject(last)) metadata = last;
    },
    answer() {
      const content = [...blocks.values()].map(({ text, thought, tool, input }) => {
        if (tool !== undefined) return { toolUse: { ...tool, input } };
        return thought === "" ? { text } : { reasoningContent: { reasoningText: { text: thought } } };
      });
      return converseAnswer({ ...metadata, stopReason, output: { message: { role: "assistant", content } } });
    },
  };
}
