import type { GenAiAttributes } from "@genscope/semconv/genai";
import { inlineMedia } from "../capture/media.ts";
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
import type { ChunkReader } from "../core/watch-call.ts";
import type { ModelFormat } from "../formats/model-format.ts";
import { toolDefinitions } from "../openai/messages.ts";

type Part = Readonly<Record<string, unknown>>;

const embeddings = {
  operation: "embeddings",
  measured: "embeddings",
  request: (body: JsonObject): GenAiAttributes => ({
    "gen_ai.embeddings.dimension.count": integerOf(body["dimensions"]),
  }),
  answer: embedAnswer,
} as const;

/** What is read of Ollama's own API, by the last word of the path below `/api/`, which is also the method of its package. */
export const ollamaFormats = {
  chat: {
    operation: "chat",
    measured: "inference",
    request: ollamaRequest,
    content: chatContent,
    answer: ollamaAnswer,
    chunks: readOllamaChunks,
  },
  generate: {
    operation: "text_completion",
    measured: "inference",
    request: ollamaRequest,
    content: generateContent,
    answer: ollamaAnswer,
    chunks: readOllamaChunks,
  },
  embed: embeddings,
  embeddings,
} as const satisfies Readonly<Record<string, ModelFormat>>;

/** Parameters of `chat` and `generate` that somebody set. */
function ollamaRequest(request: JsonObject): GenAiAttributes {
  const options = objectOf(request["options"]);
  return {
    "gen_ai.request.temperature": numberOf(options["temperature"]),
    "gen_ai.request.top_p": numberOf(options["top_p"]),
    "gen_ai.request.top_k": integerOf(options["top_k"]),
    "gen_ai.request.max_tokens": integerOf(options["num_predict"]),
    "gen_ai.request.seed": integerOf(options["seed"]),
    "gen_ai.request.frequency_penalty": numberOf(options["frequency_penalty"]),
    "gen_ai.request.presence_penalty": numberOf(options["presence_penalty"]),
    "gen_ai.request.stop_sequences": stringsOf(options["stop"]),
    "gen_ai.request.reasoning.level": stringOf(request["think"]),
    "gen_ai.request.stream": request["stream"] === true ? true : undefined,
    "gen_ai.output.type": request["format"] === "json" || isObject(request["format"]) ? "json" : undefined,
  };
}

function chatContent(request: JsonObject): CallContent {
  return {
    "gen_ai.input.messages": arrayOf(request["messages"])
      .filter(isObject)
      .map((message) => ({
        role: message["role"] ?? "user",
        parts:
          message["role"] === "tool"
            ? [{ type: "tool_call_response", ...idOf(message["tool_name"]), response: message["content"] }]
            : partsOf(message),
      })),
    "gen_ai.tool.definitions": toolDefinitions(request["tools"]),
  };
}

function generateContent(request: JsonObject): CallContent {
  const { system, prompt, images } = request;
  const parts = partsOf({ content: prompt, images });
  return {
    ...(typeof system === "string" ? { "gen_ai.system_instructions": [{ type: "text", content: system }] } : {}),
    "gen_ai.input.messages": [{ role: "user", parts }],
  };
}

function partsOf(message: JsonObject): readonly Part[] {
  const thinking = stringOf(message["thinking"]);
  const text = stringOf(message["content"]);
  return [
    ...(thinking === undefined ? [] : [{ type: "reasoning", content: thinking }]),
    ...(text === undefined ? [] : [{ type: "text", content: text }]),
    ...arrayOf(message["images"]).map((image) => {
      const base64 = image instanceof Uint8Array ? Buffer.from(image).toString("base64") : stringOf(image);
      return inlineMedia(base64 ?? "", "image", undefined);
    }),
    ...arrayOf(message["tool_calls"])
      .filter(isObject)
      .map((call) => {
        const called = objectOf(call["function"]);
        return { type: "tool_call", name: called["name"] ?? "", arguments: parsedOf(called["arguments"]) };
      }),
  ];
}

function idOf(id: unknown): Part {
  return typeof id === "string" ? { id } : {};
}

/** An answer of either API: `message` or `response`. */
function ollamaAnswer(value: unknown): Answer {
  const about = objectOf(value);
  const message = isObject(about["message"])
    ? about["message"]
    : { content: about["response"], thinking: about["thinking"] };
  const calls = arrayOf(message["tool_calls"]).length > 0;
  const reason = stringOf(about["done_reason"]);
  return {
    attributes: {
      "gen_ai.response.model": stringOf(about["model"]),
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
    },
    usage: { input: integerOf(about["prompt_eval_count"]), output: integerOf(about["eval_count"]) },
    output: () => [{ role: "assistant", parts: partsOf(message), finish_reason: finishReason(reason, calls) }],
  };
}

/** In the words of the message schema. Ollama says `stop` for calls of tools, too, and `load` where it was only to load the model. */
function finishReason(reason: string | undefined, calls: boolean): string {
  if (reason === undefined) return "error";
  if (reason === "length") return reason;
  return calls ? "tool_call" : "stop";
}

/** Puts a streamed answer together. Keeps texts only if content is captured. */
function readOllamaChunks(call: ModelCall): ChunkReader {
  const { mode } = call.telemetry.content;
  const keepText = mode.events || mode.spans;
  let last: JsonObject = {};
  let content = "";
  let thinking = "";
  const calls: unknown[] = [];
  return {
    push(chunk) {
      if (!isObject(chunk)) return;
      last = chunk;
      if (!keepText) return;
      const message = isObject(chunk["message"])
        ? chunk["message"]
        : { content: chunk["response"], thinking: chunk["thinking"] };
      content += stringOf(message["content"]) ?? "";
      thinking += stringOf(message["thinking"]) ?? "";
      calls.push(...arrayOf(message["tool_calls"]));
    },
    answer: () => ollamaAnswer({ ...last, message: { content, thinking, tool_calls: calls } }),
  };
}

function embedAnswer(value: unknown): Answer {
  const about = objectOf(value);
  const vector = about["embedding"] ?? arrayOf(about["embeddings"])[0];
  return {
    attributes: {
      "gen_ai.response.model": stringOf(about["model"]),
      "gen_ai.embeddings.dimension.count": Array.isArray(vector) ? vector.length : undefined,
    },
    usage: { input: integerOf(about["prompt_eval_count"]) },
  };
}
