import type { GenAiAttributes } from "@genscope/semconv/genai";
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
import { contentParts } from "./content.ts";

/** Parameters of a request to the Messages API that somebody set. */
export function messagesRequest(body: JsonObject): GenAiAttributes {
  const output = objectOf(body["output_config"]);
  const format = objectOf(output["format"] ?? body["output_format"]);
  return {
    "gen_ai.request.max_tokens": integerOf(body["max_tokens"]),
    "gen_ai.request.temperature": numberOf(body["temperature"]),
    "gen_ai.request.top_p": numberOf(body["top_p"]),
    "gen_ai.request.top_k": integerOf(body["top_k"]),
    "gen_ai.request.stop_sequences": stringsOf(body["stop_sequences"]),
    "gen_ai.request.stream": body["stream"] === true ? true : undefined,
    "gen_ai.request.reasoning.level": stringOf(output["effort"]),
    "gen_ai.output.type": format["type"] === "json_schema" ? "json" : undefined,
  };
}

const finishReasons: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_call",
  refusal: "content_filter",
};

/** Usage as Anthropic counts it: cached tokens are told beside the input, where the conventions have them in it. */
export function readUsage(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const fresh = integerOf(value["input_tokens"]);
  const cacheRead = integerOf(value["cache_read_input_tokens"]);
  const cacheWrite = integerOf(value["cache_creation_input_tokens"]);
  return {
    input: fresh === undefined ? undefined : fresh + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: integerOf(value["output_tokens"]),
    cacheRead,
    cacheWrite,
    reasoning: integerOf(objectOf(value["output_tokens_details"])["thinking_tokens"]),
  };
}

export function messagesAnswer(value: unknown): Answer {
  if (!isObject(value)) return { attributes: {} };
  const reason = stringOf(value["stop_reason"]);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(value["id"]),
      "gen_ai.response.model": stringOf(value["model"]),
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
    },
    usage: readUsage(value["usage"]),
    output: () => [
      {
        role: stringOf(value["role"]) ?? "assistant",
        parts: contentParts(value["content"]),
        finish_reason: reason === undefined ? "error" : (finishReasons[reason] ?? reason),
      },
    ],
  };
}

/** Puts a streamed message together. Keeps texts only if content is captured. */
export function readMessageEvents(call: ModelCall): ChunkReader {
  const { mode } = call.telemetry.content;
  const keepText = mode.events || mode.spans;
  let message: Record<string, unknown> = {};
  let usage: Record<string, unknown> = {};
  const blocks: Record<string, unknown>[] = [];
  return {
    push(event) {
      if (!isObject(event)) return;
      switch (event["type"]) {
        case "message_start":
          message = { ...objectOf(event["message"]) };
          usage = { ...objectOf(message["usage"]) };
          break;
        case "content_block_start":
          if (keepText) blocks[integerOf(event["index"]) ?? blocks.length] = { ...objectOf(event["content_block"]) };
          break;
        case "content_block_delta":
          if (keepText) addDelta(blocks[integerOf(event["index"]) ?? -1], objectOf(event["delta"]));
          break;
        case "message_delta":
          Object.assign(message, objectOf(event["delta"]));
          // what is repeated here is the running total
          for (const [key, count] of Object.entries(objectOf(event["usage"]))) {
            if (count !== null) usage[key] = count;
          }
          break;
        default:
      }
    },
    answer: () =>
      messagesAnswer({
        ...message,
        usage: Object.keys(usage).length === 0 ? undefined : usage,
        content: blocks.filter(isObject).map(({ json, ...block }) => ({
          ...block,
          ...(typeof json === "string" ? { input: parsedOf(json) } : {}),
        })),
      }),
  };
}

const deltaKeys: Readonly<Record<string, readonly [from: string, to: string]>> = {
  text_delta: ["text", "text"],
  thinking_delta: ["thinking", "thinking"],
  input_json_delta: ["partial_json", "json"],
};

function addDelta(block: Record<string, unknown> | undefined, delta: JsonObject): void {
  const keys = deltaKeys[stringOf(delta["type"]) ?? ""];
  if (block === undefined || keys === undefined) return;
  const [from, to] = keys;
  const before = block[to];
  block[to] = (typeof before === "string" ? before : "") + (stringOf(delta[from]) ?? "");
}

/** The model of a batch's requests, where all have the same. */
export function batchModel(body: JsonObject): JsonObject {
  const models = new Set(
    arrayOf(body["requests"])
      .filter(isObject)
      .map((one) => objectOf(one["params"])["model"]),
  );
  const [model] = models;
  return models.size === 1 ? { model } : {};
}
