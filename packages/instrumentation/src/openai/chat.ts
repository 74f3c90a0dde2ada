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
import { put, type WritableAttributes } from "../core/put.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import { contentParts, messageParts, textIn, thinkingIn } from "./messages.ts";
import { speaksOpenAi } from "./provider.ts";
import { readUsage } from "./usage.ts";

/** Parameters that chat, completions and responses have in common. A parameter nobody set is not sent; one set to 0 is. */
export function commonRequest(body: JsonObject, provider: string): WritableAttributes {
  const out: WritableAttributes = {};
  put(out, "gen_ai.request.temperature", numberOf(body["temperature"]));
  put(out, "gen_ai.request.top_p", numberOf(body["top_p"]));
  if (body["stream"] === true) out["gen_ai.request.stream"] = true;
  const tier = stringOf(body["service_tier"]);
  if (tier !== "auto" && speaksOpenAi(provider)) put(out, "openai.request.service_tier", tier);
  return out;
}

export function chatRequest(body: JsonObject, provider: string): GenAiAttributes {
  const out = commonRequest(body, provider);
  put(out, "gen_ai.request.max_tokens", integerOf(body["max_completion_tokens"]) ?? integerOf(body["max_tokens"]));
  put(out, "gen_ai.request.frequency_penalty", numberOf(body["frequency_penalty"]));
  put(out, "gen_ai.request.presence_penalty", numberOf(body["presence_penalty"]));
  put(out, "gen_ai.request.stop_sequences", stringsOf(body["stop"]));
  put(out, "gen_ai.request.seed", integerOf(body["seed"]) ?? integerOf(body["random_seed"]));
  put(out, "gen_ai.request.top_k", integerOf(body["top_k"]));
  const count = integerOf(body["n"]);
  if (count !== 1) put(out, "gen_ai.request.choice.count", count);
  const level = stringOf(body["reasoning_effort"]) ?? stringOf(objectOf(body["reasoning"])["effort"]);
  put(out, "gen_ai.request.reasoning.level", level);
  put(out, "gen_ai.output.type", outputType(objectOf(body["response_format"])["type"], body["modalities"]));
  if (speaksOpenAi(provider)) out["openai.api.type"] = "chat_completions";
  return out;
}

/** `json` for either way to ask for it, `speech` where audio is wanted, `text` where somebody says so. */
export function outputType(format: unknown, modalities?: unknown): string | undefined {
  if (arrayOf(modalities).includes("audio")) return "speech";
  if (format === "json_object" || format === "json_schema") return "json";
  return format === "text" ? "text" : undefined;
}

/** What a completion says about itself, a whole one or a chunk. */
function aboutAnswer(value: JsonObject, provider: string): WritableAttributes {
  const out: WritableAttributes = {
    "gen_ai.response.id": stringOf(value["id"]),
    "gen_ai.response.model": stringOf(value["model"]),
  };
  if (!speaksOpenAi(provider)) return out;
  put(out, "openai.response.service_tier", stringOf(value["service_tier"]));
  put(out, "openai.response.system_fingerprint", stringOf(value["system_fingerprint"]));
  return out;
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
  const attributes = aboutAnswer(value, provider);
  if (reasons.length > 0) attributes["gen_ai.response.finish_reasons"] = reasons;
  return {
    attributes,
    usage: readUsage(value["usage"]),
    output: () =>
      choices.map((choice, index) => {
        const message = objectOf(choice["message"]);
        return {
          role: stringOf(message["role"]) ?? "assistant",
          parts: messageParts(message, spokenParts(message["content"] ?? choice["text"])),
          finish_reason: messageFinishReason(reasons[index] ?? "error"),
        };
      }),
  };
}

/** What was said; an empty text, beside tool calls say, is nothing said. */
function spokenParts(content: unknown): ReturnType<typeof contentParts> {
  return content === "" ? [] : contentParts(content).filter((part) => part["content"] !== "");
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
  const { mode } = call.telemetry.content;
  return new ChatChunks(call.start.provider, mode.events || mode.spans);
}

class ChatChunks implements ChunkReader {
  readonly #provider: string;
  readonly #keepsText: boolean;
  readonly #choices: ChoiceSoFar[] = [];
  #about: WritableAttributes = {};
  #isKnown = false;
  #tier: string | undefined;
  #usage: unknown;

  constructor(provider: string, keepsText: boolean) {
    this.#provider = provider;
    this.#keepsText = keepsText;
  }

  /** Once per chunk, of which most have a choice and nothing else that is new. */
  push(chunk: unknown): void {
    if (!isObject(chunk)) return;
    const { service_tier: tier, usage, choices, x_groq: groq } = chunk;
    if (!this.#isKnown) this.#readAbout(chunk);
    if (tier !== undefined) this.#tier ??= stringOf(tier);
    if (usage !== undefined && usage !== null) this.#usage = usage;
    else if (groq !== undefined) this.#usage = objectOf(groq)["usage"] ?? this.#usage;
    if (!Array.isArray(choices)) return;
    for (let at = 0; at < choices.length; at++) this.#choice(choices[at]);
  }

  /** The first chunk that has an id knows the rest, except for the tier. */
  #readAbout(chunk: JsonObject): void {
    this.#about = aboutAnswer(chunk, this.#provider);
    this.#isKnown = this.#about["gen_ai.response.id"] !== undefined;
  }

  #choice(choice: unknown): void {
    if (!isObject(choice)) return;
    const { index, finish_reason: reason } = choice;
    const soFar = (this.#choices[integerOf(index) ?? 0] ??= newChoice());
    if (reason !== undefined && reason !== null) soFar.reason = stringOf(reason) ?? soFar.reason;
    if (this.#keepsText) addDelta(soFar, choice);
  }

  answer(): Answer {
    const known = this.#choices.filter((choice) => choice !== undefined);
    const attributes: WritableAttributes = { ...this.#about };
    if (speaksOpenAi(this.#provider)) put(attributes, "openai.response.service_tier", this.#tier);
    // a choice that never said why it ended was cut short; if none did, nobody knows
    if (known.some(({ reason }) => reason !== undefined)) {
      attributes["gen_ai.response.finish_reasons"] = known.map(({ reason }) => reason ?? "error");
    }
    return { attributes, usage: readUsage(this.#usage), output: () => known.map(toMessage) };
  }
}

function newChoice(): ChoiceSoFar {
  return { reason: undefined, content: "", reasoning: "", refusal: "", transcript: "", calls: [] };
}

/** Once per chunk, of which most have a text and nothing else. */
function addDelta(soFar: ChoiceSoFar, choice: JsonObject): void {
  const delta = objectOf(choice["delta"]);
  const { reasoning_content: thought, reasoning, refusal, audio, tool_calls: calls, function_call: called } = delta;
  const content = delta["content"] ?? choice["text"];
  if (typeof content === "string") soFar.content += content;
  else if (content !== undefined) {
    soFar.content += textIn(content) ?? "";
    soFar.reasoning += thinkingIn(content);
  }
  if (thought !== undefined || reasoning !== undefined)
    soFar.reasoning += stringOf(thought) ?? stringOf(reasoning) ?? "";
  if (typeof refusal === "string") soFar.refusal += refusal;
  if (audio !== undefined) soFar.transcript += stringOf(objectOf(audio)["transcript"]) ?? "";
  if (calls !== undefined) for (const call of arrayOf(calls)) addToolCall(soFar, call);
  if (isObject(called)) addToolCall(soFar, { index: 0, function: called });
}

function addToolCall(soFar: ChoiceSoFar, call: unknown): void {
  if (!isObject(call)) return;
  const called = isObject(call["function"]) ? call["function"] : objectOf(call["custom"]);
  const known = (soFar.calls[integerOf(call["index"]) ?? 0] ??= { id: undefined, name: "", arguments: "" });
  known.id ??= stringOf(call["id"]);
  known.name += stringOf(called["name"]) ?? "";
  known.arguments += stringOf(called["arguments"]) ?? stringOf(called["input"]) ?? "";
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
    parts: messageParts(message, spokenParts(soFar.content)),
    finish_reason: messageFinishReason(soFar.reason ?? "error"),
  };
}
