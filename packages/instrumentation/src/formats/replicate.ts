import type { GenAiAttributes } from "@genscope/semconv/genai";
import { mediaPart } from "../capture/media.ts";
import type { CallContent } from "../core/call-events.ts";
import type { Answer } from "../core/model-call.ts";
import { arrayOf, integerOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import { chatMessages } from "../openai/messages.ts";
import type { ModelFormat } from "./model-format.ts";

type Part = Readonly<Record<string, unknown>>;

/** A prediction of Replicate's: any model, language or image or sound, whose input is what its maker calls it. */
export const predictionFormat: ModelFormat = {
  operation: "generate_content",
  measured: "inference",
  request: (body) => inputAttributes(objectOf(body["input"])),
  content: (body) => inputContent(objectOf(body["input"])),
  answer: predictionAnswer,
};

/** Parameters by the names that most language models on Replicate give them. */
function inputAttributes(input: JsonObject): GenAiAttributes {
  const stop = stringOf(input["stop_sequences"]);
  return {
    "gen_ai.request.temperature": numberOf(input["temperature"]),
    "gen_ai.request.top_p": numberOf(input["top_p"]),
    "gen_ai.request.top_k": integerOf(input["top_k"]),
    "gen_ai.request.max_tokens":
      integerOf(input["max_tokens"]) ??
      integerOf(input["max_new_tokens"]) ??
      integerOf(input["max_completion_tokens"]) ??
      integerOf(input["max_output_tokens"]),
    "gen_ai.request.seed": integerOf(input["seed"]),
    "gen_ai.request.frequency_penalty": numberOf(input["frequency_penalty"]),
    "gen_ai.request.presence_penalty": numberOf(input["presence_penalty"]),
    "gen_ai.request.stop_sequences": stop?.split(","),
  };
}

function inputContent(input: JsonObject): CallContent {
  const system = stringOf(input["system_prompt"]) ?? stringOf(input["system_instruction"]);
  const prompt = stringOf(input["prompt"]) ?? stringOf(input["text"]);
  const parts: Part[] = [
    ...(prompt === undefined ? [] : [{ type: "text", content: prompt }]),
    ...["image", "audio", "video"].flatMap((modality) => {
      const url = stringOf(input[modality]);
      return url === undefined ? [] : [mediaPart(url, modality)];
    }),
  ];
  const messages = chatMessages(input["messages"]);
  return {
    ...(system === undefined ? {} : { "gen_ai.system_instructions": [{ type: "text", content: system }] }),
    "gen_ai.input.messages": [...messages, ...(parts.length === 0 ? [] : [{ role: "user", parts }])],
  };
}

/** What a status is called elsewhere; one that is not final is no reason to finish. */
const finishReasons: Readonly<Record<string, string>> = { succeeded: "stop", failed: "error", canceled: "error" };

export function predictionAnswer(value: unknown): Answer {
  if (!isObject(value)) return { attributes: {} };
  const reason = finishReasons[String(value["status"])];
  const metrics = objectOf(value["metrics"]);
  const input = integerOf(metrics["input_token_count"]);
  const output = integerOf(metrics["output_token_count"]);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(value["id"]),
      "gen_ai.response.model": stringOf(value["model"]),
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
    },
    ...(input === undefined && output === undefined ? {} : { usage: { input, output } }),
    output: () => [{ role: "assistant", parts: outputParts(value["output"]), finish_reason: reason ?? "error" }],
  };
}

const statuses: Readonly<Record<string, string>> = {
  starting: "queued",
  processing: "in_progress",
  succeeded: "completed",
  failed: "failed",
  canceled: "cancelled",
};

/** A prediction asked for again: what it is now, without its usage, which is its making's. */
export function fetchedPrediction(value: unknown): Answer {
  const { attributes, output } = predictionAnswer(value);
  return {
    attributes: { ...attributes, "gen_ai.response.status": statuses[String(objectOf(value)["status"])] },
    ...(output === undefined ? {} : { output }),
  };
}

/** Why a prediction failed, if it did: that is told in an answer like any other. */
export function predictionFailure(value: unknown): unknown {
  if (!isObject(value) || value["status"] !== "failed") return undefined;
  return { code: "prediction_failed", message: stringOf(value["error"]) ?? "" };
}

/** Output is a text, its pieces, an address, several, or whatever the model's maker likes. */
function outputParts(output: unknown): readonly Part[] {
  if (output === null || output === undefined) return [];
  const all = Array.isArray(output) ? arrayOf(output) : [output];
  if (!all.every((one) => typeof one === "string")) return [{ type: "text", content: JSON.stringify(output) }];
  if (all.length > 0 && all.every((one) => /^(?:https?:|data:)/u.test(one))) {
    return all.map((url) => mediaPart(url, "image"));
  }
  return [{ type: "text", content: all.join("") }];
}
