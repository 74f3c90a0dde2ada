import type { CallContent } from "../core/call-events.ts";
import type { Answer } from "../core/model-call.ts";
import { arrayOf, isObject, type JsonObject, objectOf, parsedOf, stringOf } from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import type { BedrockCall } from "./commands.ts";
import { rerankFormat } from "../formats/rerank.ts";
import { messagesOf, partsOf, textMessage } from "./content.ts";
import { readConverseEvents, streamOf } from "./converse.ts";
import { bodyAnswer, bodyRequest } from "./invoke-body.ts";

export function invokeCommand(input: JsonObject): BedrockCall {
  const body = bodyOf(input["body"]);
  const operation = operationOf(stringOf(input["modelId"]) ?? "", body);
  if (operation === "rerank") return rankCommand(body);
  return {
    operation,
    measured: operation === "embeddings" ? "embeddings" : "inference",
    attributes:
      operation === "chat" || operation === "text_completion"
        ? { ...bodyRequest(body), "aws.bedrock.guardrail.id": stringOf(input["guardrailIdentifier"]) }
        : {},
    content: () => (operation === "embeddings" ? {} : invokeContent(body)),
    reader: { answer: (value) => bodyAnswer(bodyOf(objectOf(value)["body"]), operation) },
  };
}

function rankCommand(body: JsonObject): BedrockCall {
  const { operation, measured, request, content, answer } = rerankFormat(body);
  const provider = "aws.bedrock";
  return {
    operation,
    measured,
    attributes: request(body, provider),
    content: () => content?.(body) ?? {},
    reader: { answer: (value) => answer(bodyOf(objectOf(value)["body"]), provider) },
  };
}

export function invokeStreamCommand(input: JsonObject): BedrockCall {
  const call = invokeCommand(input);
  return {
    ...call,
    attributes: { ...call.attributes, "gen_ai.request.stream": true },
    reader: { ...call.reader, stream: streamOf("body"), chunks: () => readChunks(call.operation) },
  };
}

/** JSON as it is sent and received: text or bytes, never a stream. */
function bodyOf(body: unknown): JsonObject {
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
  return objectOf(parsedOf(text));
}

/** From the model's id and the body's shape, which is the maker's. */
function operationOf(model: string, body: JsonObject): string {
  if (/\brerank\b/u.test(model)) return "rerank";
  if (/\bembed\b/u.test(model)) return "embeddings";
  return Array.isArray(body["messages"]) || "message" in body ? "chat" : "text_completion";
}

function invokeContent(body: JsonObject): CallContent {
  const prompt = stringOf(body["prompt"]) ?? stringOf(body["inputText"]) ?? stringOf(body["message"]);
  const system = partsOf(body["system"] ?? body["preamble"]);
  const tools = arrayOf(body["tools"]).flatMap((tool) => {
    const { name, description, input_schema: parameters } = objectOf(tool);
    return typeof name === "string" ? [{ type: "function", name, description, parameters }] : [];
  });
  return {
    "gen_ai.input.messages": prompt === undefined ? messagesOf(body["messages"]) : [textMessage("user", prompt)],
    ...(system.length === 0 ? {} : { "gen_ai.system_instructions": system }),
    ...(tools.length === 0 ? {} : { "gen_ai.tool.definitions": tools }),
  };
}

/** The chunks are the maker's own events, as JSON bytes; Bedrock adds its count of tokens to the last. */
function readChunks(operation: string): ChunkReader {
  const blocks = readConverseEvents();
  let isNova = false;
  let isAnthropic = false;
  let all: JsonObject = {};
  let text = "";
  return {
    push(chunk) {
      const event = bodyOf(objectOf(objectOf(chunk)["chunk"])["bytes"]);
      isNova ||= ["messageStart", "contentBlockDelta", "messageStop"].some((key) => key in event);
      const same = isNova ? event : anthropicBlock(event);
      isAnthropic ||= !isNova && same !== undefined;
      if (same !== undefined) blocks.push(same);
      const message = objectOf(event["message"]);
      const delta = objectOf(event["delta"]);
      text += textOf(event, delta);
      // Anthropic counts the input at the start, the output at the end
      const usage = { ...objectOf(all["usage"]), ...objectOf(message["usage"]), ...objectOf(event["usage"]) };
      const { usage: _usage, ...rest } = { ...all, ...message, ...event, ...stopOf(delta) };
      all = Object.keys(usage).length === 0 ? rest : { ...rest, usage };
    },
    answer(): Answer {
      const answer = bodyAnswer(all, operation);
      if (isNova) {
        const read = blocks.answer();
        return { ...read, usage: read.usage ?? answer.usage };
      }
      if (isAnthropic) return { ...answer, output: () => saidInBlocks(blocks, answer) };
      const [finish = "error"] = answer.attributes["gen_ai.response.finish_reasons"] ?? [];
      return { ...answer, output: () => [{ ...textMessage("assistant", text), finish_reason: finish }] };
    },
  };
}

/** Anthropic's event about a block of content as Converse would have sent it. */
function anthropicBlock(event: JsonObject): JsonObject | undefined {
  const { type, index: contentBlockIndex } = event;
  if (type === "content_block_start") {
    const { type: kind, id, name } = objectOf(event["content_block"]);
    const start = kind === "tool_use" ? { toolUse: { toolUseId: id, name } } : {};
    return { contentBlockStart: { contentBlockIndex, start } };
  }
  if (type !== "content_block_delta") return undefined;
  const { text, thinking, partial_json: input } = objectOf(event["delta"]);
  return {
    contentBlockDelta: { contentBlockIndex, delta: { text, toolUse: { input }, reasoningContent: { text: thinking } } },
  };
}

/** The message that was put together, with the answer's own reason to finish. */
function saidInBlocks(blocks: ChunkReader, answer: Answer): unknown {
  const [finish = "error"] = answer.attributes["gen_ai.response.finish_reasons"] ?? [];
  return arrayOf(blocks.answer().output?.()).map((message) => ({ ...objectOf(message), finish_reason: finish }));
}

function stopOf(delta: JsonObject): JsonObject {
  return "stop_reason" in delta ? { stop_reason: delta["stop_reason"] } : {};
}

/** The text that an event adds: Anthropic's, Llama's, Titan's, Mistral's or Cohere's. */
function textOf(event: JsonObject, delta: JsonObject): string {
  const outputs = arrayOf(event["outputs"] ?? event["choices"]).filter(isObject);
  return (
    stringOf(delta["text"]) ??
    stringOf(event["generation"]) ??
    stringOf(event["outputText"]) ??
    (event["is_finished"] === true ? undefined : stringOf(event["text"])) ??
    outputs.map((one) => stringOf(one["text"]) ?? stringOf(objectOf(one["message"])["content"]) ?? "").join("")
  );
}
