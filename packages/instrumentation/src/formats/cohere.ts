import type { GenAiAttributes } from "@genscope/semconv/genai";
import { mediaPart } from "../capture/media.ts";
import type { CallContent } from "../core/call-events.ts";
import type { Answer, ModelCall } from "../core/model-call.ts";
import {
  arrayOf,
  integerOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  parsedOf,
  stringOf,
  stringsOf,
} from "../core/read.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import { toolDefinitions } from "../openai/messages.ts";
import type { ModelFormat } from "./model-format.ts";

type Part = Readonly<Record<string, unknown>>;

/** Cohere's API, version 2, by the last word of the path. */
export const cohereFormats = {
  chat: {
    operation: "chat",
    measured: "inference",
    request: commonRequest,
    content: chatContent,
    answer: chatAnswer,
    chunks: readChatEvents,
  },
  embed: {
    operation: "embeddings",
    measured: "embeddings",
    request: (body) => ({
      "gen_ai.request.encoding_formats": stringsOf(body["embedding_types"]),
      "gen_ai.embeddings.dimension.count": integerOf(body["output_dimension"]),
    }),
    answer: embedAnswer,
  },
} as const satisfies Readonly<Record<string, ModelFormat>>;

/** Parameters that both versions have. */
export function commonRequest(body: JsonObject): GenAiAttributes {
  const format = objectOf(body["response_format"])["type"];
  return {
    "gen_ai.request.temperature": numberOf(body["temperature"]),
    "gen_ai.request.top_p": numberOf(body["p"]),
    "gen_ai.request.top_k": integerOf(body["k"]),
    "gen_ai.request.max_tokens": integerOf(body["max_tokens"]),
    "gen_ai.request.stop_sequences": stringsOf(body["stop_sequences"]),
    "gen_ai.request.seed": integerOf(body["seed"]),
    "gen_ai.request.frequency_penalty": numberOf(body["frequency_penalty"]),
    "gen_ai.request.presence_penalty": numberOf(body["presence_penalty"]),
    "gen_ai.request.stream": body["stream"] === true ? true : undefined,
    "gen_ai.output.type": format === "json_object" ? "json" : undefined,
  };
}

function chatContent(body: JsonObject): CallContent {
  return {
    "gen_ai.input.messages": arrayOf(body["messages"])
      .filter(isObject)
      .map((message) => {
        const role = stringOf(message["role"]) ?? "user";
        if (role !== "tool") return { role, parts: partsOf(message) };
        const id = stringOf(message["tool_call_id"]);
        const { content } = message;
        const response = typeof content === "string" ? content : arrayOf(content).map(resultOf).join("\n");
        return { role, parts: [{ type: "tool_call_response", ...(id === undefined ? {} : { id }), response }] };
      }),
    "gen_ai.tool.definitions": toolDefinitions(body["tools"]),
  };
}

/** A tool's result comes as text or as a document. */
function resultOf(part: unknown): string {
  const { text, document } = objectOf(part);
  const data = objectOf(document)["data"] ?? document;
  return stringOf(text) ?? (typeof data === "string" ? data : JSON.stringify(data ?? null));
}

function partsOf(message: JsonObject): readonly Part[] {
  const { content } = message;
  const plan = stringOf(message["tool_plan"]);
  return [
    ...(plan === undefined ? [] : [{ type: "reasoning", content: plan }]),
    ...(typeof content === "string" ? [{ type: "text", content }] : arrayOf(content).filter(isObject).map(partOf)),
    ...arrayOf(message["tool_calls"])
      .filter(isObject)
      .map((call) => {
        const called = objectOf(call["function"]);
        const id = stringOf(call["id"]);
        return {
          type: "tool_call",
          ...(id === undefined ? {} : { id }),
          name: stringOf(called["name"]) ?? "",
          arguments: parsedOf(called["arguments"]),
        };
      }),
  ];
}

function partOf(part: JsonObject): Part {
  switch (part["type"]) {
    case "text":
      return { type: "text", content: part["text"] ?? "" };
    case "thinking":
      return { type: "reasoning", content: part["thinking"] ?? "" };
    case "image_url":
      return mediaPart(stringOf(objectOf(part["image_url"])["url"]) ?? "", "image");
    default:
      return { type: "generic", generic_type: stringOf(part["type"]) ?? "unknown" };
  }
}

const finishReasons: Readonly<Record<string, string>> = {
  COMPLETE: "stop",
  STOP_SEQUENCE: "stop",
  MAX_TOKENS: "length",
  TOOL_CALL: "tool_call",
};

/** A finish reason in the words of the message schema. */
export function cohereFinishReason(reason: string | undefined): string {
  return finishReasons[reason ?? ""] ?? "error";
}

function chatAnswer(value: unknown): Answer {
  if (!isObject(value)) return { attributes: {} };
  const reason = stringOf(value["finish_reason"]);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(value["id"]),
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
    },
    usage: cohereUsage(value["usage"]),
    output: () => [
      {
        role: "assistant",
        parts: partsOf(objectOf(value["message"])),
        finish_reason: cohereFinishReason(reason),
      },
    ],
  };
}

/** What is billed goes before what was used. */
export function cohereUsage(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const billed = objectOf(value["billed_units"]);
  const used = objectOf(value["tokens"]);
  return {
    input: integerOf(billed["input_tokens"]) ?? integerOf(used["input_tokens"]),
    output: integerOf(billed["output_tokens"]) ?? integerOf(used["output_tokens"]),
    cacheRead: integerOf(value["cached_tokens"]),
  };
}

function embedAnswer(value: unknown): Answer {
  const answer = objectOf(value);
  const { embeddings } = answer;
  const lists = isObject(embeddings) ? (embeddings["float"] ?? embeddings["int8"] ?? embeddings["uint8"]) : embeddings;
  const [first] = arrayOf(lists);
  return {
    attributes: Array.isArray(first) ? { "gen_ai.embeddings.dimension.count": first.length } : {},
    usage: cohereUsage(answer["meta"]),
  };
}

interface CallSoFar {
  readonly id: unknown;
  readonly name: unknown;
  arguments: string;
}

/** Puts a streamed chat together. Keeps texts only if content is captured. */
function readChatEvents(call: ModelCall): ChunkReader {
  const { mode } = call.telemetry.content;
  const keepText = mode.events || mode.spans;
  let about: JsonObject = {};
  let plan = "";
  const contents: { type: unknown; text: string }[] = [];
  const calls: CallSoFar[] = [];

  function add(event: JsonObject, message: JsonObject): void {
    const index = integerOf(event["index"]) ?? 0;
    const content = objectOf(message["content"]);
    const called = objectOf(message["tool_calls"]);
    const given = objectOf(called["function"]);
    switch (event["type"]) {
      case "content-start":
      case "content-delta": {
        const soFar = (contents[index] ??= { type: content["type"] ?? "text", text: "" });
        soFar.text += stringOf(content["text"]) ?? stringOf(content["thinking"]) ?? "";
        break;
      }
      case "tool-plan-delta":
        plan += stringOf(message["tool_plan"]) ?? "";
        break;
      case "tool-call-start":
        calls[index] = { id: called["id"], name: given["name"], arguments: stringOf(given["arguments"]) ?? "" };
        break;
      case "tool-call-delta":
        if (calls[index] !== undefined) calls[index].arguments += stringOf(given["arguments"]) ?? "";
        break;
      default:
    }
  }

  return {
    push(event) {
      if (!isObject(event)) return;
      const delta = objectOf(event["delta"]);
      if (event["type"] === "message-start") about = { ...about, id: event["id"] };
      if (event["type"] === "message-end") about = { ...about, ...delta };
      if (keepText) add(event, objectOf(delta["message"]));
    },
    answer: () =>
      chatAnswer({
        ...about,
        message: {
          tool_plan: plan,
          content: contents.filter(isObject).map(({ type, text }) => ({ type, text, thinking: text })),
          tool_calls: calls
            .filter(isObject)
            .map(({ id, name, arguments: given }) => ({ id, function: { name, arguments: given } })),
        },
      }),
  };
}
