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
import type { ModelFormat } from "./model-format.ts";

/** Text Generation Inference: `{ inputs, parameters }`, on Hugging Face's own hosts and on endpoints of one's own. */
export const textGenerationFormat: ModelFormat = {
  operation: "text_completion",
  measured: "inference",
  request: generationRequest,
  content: ({ inputs }) => ({
    "gen_ai.input.messages": [{ role: "user", parts: [{ type: "text", content: stringOf(inputs) ?? "" }] }],
  }),
  answer: generationAnswer,
  chunks: readGenerationChunks,
};

/** Embeddings of Hugging Face's pipelines and of Text Embeddings Inference: a vector, or one for each input. */
export const featureExtractionFormat: ModelFormat = {
  operation: "embeddings",
  measured: "embeddings",
  request: (body) => ({ "gen_ai.embeddings.dimension.count": integerOf(body["dimensions"]) }),
  answer: (value) => {
    let vector: unknown = value;
    while (Array.isArray(vector) && Array.isArray(vector[0])) [vector] = vector as unknown[];
    return { attributes: Array.isArray(vector) ? { "gen_ai.embeddings.dimension.count": vector.length } : {} };
  },
};

/** Parameters that only a generation has: pipelines of other kinds take `inputs`, too. */
export function isGeneration(body: JsonObject): boolean {
  const parameters = objectOf(body["parameters"]);
  const words = ["max_new_tokens", "return_full_text", "do_sample", "temperature", "repetition_penalty", "details"];
  return typeof body["inputs"] === "string" && (body["stream"] === true || words.some((word) => word in parameters));
}

function generationRequest(body: JsonObject): GenAiAttributes {
  const parameters = objectOf(body["parameters"]);
  return {
    "gen_ai.request.temperature": numberOf(parameters["temperature"]),
    "gen_ai.request.top_p": numberOf(parameters["top_p"]),
    "gen_ai.request.top_k": integerOf(parameters["top_k"]),
    "gen_ai.request.max_tokens": integerOf(parameters["max_new_tokens"]),
    "gen_ai.request.seed": integerOf(parameters["seed"]),
    "gen_ai.request.frequency_penalty": numberOf(parameters["frequency_penalty"]),
    "gen_ai.request.stop_sequences": stringsOf(parameters["stop"] ?? parameters["stop_sequences"]),
    "gen_ai.request.stream": body["stream"] === true ? true : undefined,
  };
}

const finishReasons: Readonly<Record<string, string>> = { eos_token: "stop", stop_sequence: "stop", length: "length" };

/** One generation or a list of them. Tokens are told only if `details` were asked for. */
function generationAnswer(value: unknown): Answer {
  const all = (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isObject);
  const details = all.map((one) => objectOf(one["details"]));
  const reasons = details.map((one) => stringOf(one["finish_reason"])).filter((reason) => reason !== undefined);
  const output = details.map((one) => integerOf(one["generated_tokens"])).filter((count) => count !== undefined);
  const input = details.map((one) => integerOf(one["input_length"]) ?? arrayOf(one["prefill"]).length);
  const inputs = input.reduce((sum, count) => sum + count, 0);
  return {
    attributes: { "gen_ai.response.finish_reasons": reasons.length === 0 ? undefined : reasons },
    usage: {
      input: inputs === 0 ? undefined : inputs,
      output: output.length === 0 ? undefined : output.reduce((sum, count) => sum + count, 0),
    },
    output: () =>
      all.map((one, index) => ({
        role: "assistant",
        parts: [{ type: "text", content: stringOf(one["generated_text"]) ?? "" }],
        finish_reason: finishReasons[reasons[index] ?? "eos_token"] ?? "stop",
      })),
  };
}

/** The last event has the whole text; before it there are tokens. */
function readGenerationChunks(call: ModelCall): ChunkReader {
  const { mode } = call.telemetry.content;
  const keepText = mode.events || mode.spans;
  let text = "";
  let last: JsonObject = {};
  return {
    push(event) {
      if (!isObject(event)) return;
      last = event;
      const token = objectOf(event["token"]);
      if (keepText && token["special"] !== true) text += stringOf(token["text"]) ?? "";
    },
    answer: () => generationAnswer({ ...last, generated_text: stringOf(last["generated_text"]) ?? text }),
  };
}
