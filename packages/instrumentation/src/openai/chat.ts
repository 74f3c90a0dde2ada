import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { Answer, ModelCall } from "../core/model-call.ts";
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
import type { ChunkReader } from "../core/watch-call.ts";
import { answerParts, contentParts, textIn, thinkingIn } from "./messages.ts";
import { speaksOpenAi } from "./provider.ts";
import { readUsage } from "./usage.ts";

/** Parameters that chat, completions and responses have in common. A parameter nobody set is not sent; one set to 0 is. */
export function commonRequest(body: JsonObject, provider: string): GenAiAttributes {
  const tier = stringOf(body["service_tier"]);
  return {
    "gen_ai.request.temperature": numberOf(body["temperature"]),
    "gen_ai.request.top_p": numberOf(body["top_p"]),
    "gen_ai.request.stream": body["stream"] === true ? true : undefined,
    "openai.request.service_tier": speaksOpenAi(provider) && tier !== "auto" ? tier : undefined,
  };
}

export function chatRequest(body: JsonObject, provider: string): GenAiAttributes {
  const count = integerOf(body["n"]);
  return {
    ...commonRequest(body, provider),
    "gen_ai.request.max_tokens": integerOf(body["max_completion_tokens"]) ?? integerOf(body["max_tokens"]),
    "gen_ai.request.frequency_penalty": numberOf(body["frequency_penalty"]),
    "gen_ai.request.presence_penalty": numberOf(body["presence_penalty"]),
    "gen_ai.request.stop_sequences": stringsOf(body["stop"]),
    "gen_ai.request.seed": integerOf(body["seed"]) ?? integerOf(body["random_seed"]),
    "gen_ai.request.top_k": integerOf(body["top_k"]),
    "gen_ai.request.choice.count": count === 1 ? undefined : count,
    "gen_ai.request.reasoning.level":
      stringOf(body["reasoning_effort"]) ?? stringOf(objectOf(body["reasoning"])["effort"]),
    "gen_ai.output.type": outputType(objectOf(body["response_format"])["type"], body["modalities"]),
    "openai.api.type": speaksOpenAi(provider) ? "chat_completions" : undefined,
  };
}

/** `json` for either way to ask for it, `speech` where audio is wanted, `text` where somebody says so. */
export function outputType(format: unknown, modalities?: unknown): string | undefined {
  if (arrayOf(modalities).includes("audio")) return "speech";
  if (format === "json_object" || format === "json_schema") return "json";
  return format === "text" ? "text" : undefined;
}

/** What a completion says about itself, a whole one or a chunk. */
function aboutAnswer(value: JsonObject, provider: string): GenAiAttributes {
  const openAi = speaksOpenAi(provider);
  return {
    "gen_ai.response.id": stringOf(value["id"]),
    "gen_ai.response.model": stringOf(value["model"]),
    "openai.response.service_tier": openAi ? stringOf(value["service_tier"]) : undefined,
    "openai.response.system_fingerprint": openAi ? stringOf(value["system_fingerprint"]) : undefined,
  };
}

const messageReasons: Readonly<Record<string, string>> = {
  tool_calls: "tool_call",
  function_call: "tool_call",
  model_length: "length",
};

/** A finish reason in the words of the message schema. */
export function messageFinishReason(reason: string): string {
  return messageReasons[reason] ?? reason;
}

export function chatAnswer(value: unknown, provider: string): Answer {
  if (!isObject(value)) return { attributes: {} };
  const choices = arrayOf(value["choices"]).filter(isObject);
  const reasons = choices.map((choice) => stringOf(choice["finish_reason"]) ?? "error");
  return {
    attributes: {
      ...aboutAnswer(value, provider),
      "gen_ai.response.finish_reasons": reasons.length === 0 ? undefined : reasons,
    },
    usage: readUsage(value["usage"]),
    output: () =>
      choices.map((choice, index) => {
        const message = objectOf(choice["message"]);
        return {
          role: stringOf(message["role"]) ?? "assistant",
          parts: [
            ...contentParts(message["content"] ?? choice["text"]).filter(({ content }) => content !== ""),
            ...answerParts(message),
          ],
          finish_reason: messageFinishReason(reasons[index] ?? "error"),
        };
      }),
  };
}

interface ChoiceSoFar {
  reason: string | undefined;
  content: string;
  reasoning: string;
  refusal: string;
  transcript: string;
  readonly calls: { id: string | undefined; name: string; arguments: string }[];
}

/** Puts a streamed chat together. Keeps texts only if content is captured. */
export function readChatChunks(call: ModelCall): ChunkReader {
  const { provider } = call.start;
  const { mode } = call.telemetry.content;
  const keepText = mode.events || mode.spans;
  const choices: ChoiceSoFar[] = [];
  let about: GenAiAttributes = {};
  let usage: unknown;

  return {
    push(chunk) {
      if (!isObject(chunk)) return;
      if (about["gen_ai.response.id"] === undefined) about = aboutAnswer(chunk, provider);
      else if (about["openai.response.service_tier"] === undefined && chunk["service_tier"] !== undefined) {
        about = {
          ...about,
          "openai.response.service_tier": aboutAnswer(chunk, provider)["openai.response.service_tier"],
        };
      }
      usage = chunk["usage"] ?? objectOf(chunk["x_groq"])["usage"] ?? usage;
      for (const choice of arrayOf(chunk["choices"])) {
        if (!isObject(choice)) continue;
        const index = integerOf(choice["index"]) ?? 0;
        const soFar = (choices[index] ??= newChoice());
        soFar.reason = stringOf(choice["finish_reason"]) ?? soFar.reason;
        if (keepText) addDelta(soFar, choice);
      }
    },
    answer() {
      const known = choices.filter((choice) => choice !== undefined);
      // a choice that never said why it ended was cut short; if none did, nobody knows
      const reasons = known.some(({ reason }) => reason !== undefined)
        ? known.map(({ reason }) => reason ?? "error")
        : undefined;
      return {
        attributes: { ...about, "gen_ai.response.finish_reasons": reasons },
        usage: readUsage(usage),
        output: () => known.map(toMessage),
      };
    },
  };
}

function newChoice(): ChoiceSoFar {
  return { reason: undefined, content: "", reasoning: "", refusal: "", transcript: "", calls: [] };
}

function addDelta(soFar: ChoiceSoFar, choice: JsonObject): void {
  const delta = objectOf(choice["delta"]);
  soFar.content += textIn(delta["content"]) ?? stringOf(choice["text"]) ?? "";
  soFar.reasoning += thinkingIn(delta["content"]);
  soFar.reasoning += stringOf(delta["reasoning_content"]) ?? stringOf(delta["reasoning"]) ?? "";
  soFar.refusal += stringOf(delta["refusal"]) ?? "";
  soFar.transcript += stringOf(objectOf(delta["audio"])["transcript"]) ?? "";
  const legacy = isObject(delta["function_call"]) ? [{ index: 0, function: delta["function_call"] }] : [];
  for (const call of [...arrayOf(delta["tool_calls"]), ...legacy]) {
    if (!isObject(call)) continue;
    const called = isObject(call["function"]) ? call["function"] : objectOf(call["custom"]);
    const known = (soFar.calls[integerOf(call["index"]) ?? 0] ??= { id: undefined, name: "", arguments: "" });
    known.id ??= stringOf(call["id"]);
    known.name += stringOf(called["name"]) ?? "";
    known.arguments += stringOf(called["arguments"]) ?? stringOf(called["input"]) ?? "";
  }
}

function toMessage(soFar: ChoiceSoFar): Readonly<Record<string, unknown>> {
  const message: JsonObject = {
    reasoning_content: soFar.reasoning,
    refusal: soFar.refusal,
    audio: { transcript: soFar.transcript === "" ? undefined : soFar.transcript },
    tool_calls: soFar.calls
      .filter((call) => call !== undefined)
      .map(({ id, name, arguments: text }) => ({ id, function: { name, arguments: text } })),
  };
  return {
    role: "assistant",
    parts: [...(soFar.content === "" ? [] : contentParts(soFar.content)), ...answerParts(message)],
    finish_reason: messageFinishReason(soFar.reason ?? "error"),
  };
}
