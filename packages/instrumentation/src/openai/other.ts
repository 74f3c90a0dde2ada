import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { Answer } from "../core/model-call.ts";
import { arrayOf, integerOf, isObject, type JsonObject, objectOf, stringOf, stringsOf } from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import { readUsage } from "./usage.ts";

/** Readers for what is neither chat nor response: embeddings, images, audio, moderation, batches. */
export function embeddingsRequest(body: JsonObject): GenAiAttributes {
  return {
    "gen_ai.request.encoding_formats": stringsOf(body["encoding_format"]),
    "gen_ai.embeddings.dimension.count": integerOf(body["dimensions"]) ?? integerOf(body["output_dimension"]),
  };
}

export function embeddingsAnswer(value: unknown): Answer {
  const answer = objectOf(value);
  const { usage } = answer;
  const item = objectOf(arrayOf(answer["data"])[0]);
  // those of the parts of a text stand in a list of their own
  const first = item["embedding"] ?? objectOf(arrayOf(item["data"])[0])["embedding"];
  return {
    attributes: {
      "gen_ai.response.model": stringOf(answer["model"]),
      // vectors still in base64 have no length of their own; the one that was asked for stands
      ...(Array.isArray(first) || first instanceof Float32Array
        ? { "gen_ai.embeddings.dimension.count": first.length }
        : {}),
    },
    // Mistral tells output tokens, none; Voyage the total alone
    usage: isObject(usage) ? { input: readUsage(usage)?.input ?? integerOf(usage["total_tokens"]) } : undefined,
  };
}

export function imageRequest(body: JsonObject): GenAiAttributes {
  const count = integerOf(body["n"]);
  return {
    "gen_ai.output.type": "image",
    "gen_ai.request.choice.count": count === 1 ? undefined : count,
    "gen_ai.request.stream": body["stream"] === true ? true : undefined,
  };
}

export function speechRequest(): GenAiAttributes {
  return { "gen_ai.output.type": "speech" };
}

export function transcriptionRequest(body: JsonObject): GenAiAttributes {
  return {
    "gen_ai.output.type": body["response_format"] === "json" ? "json" : "text",
    "gen_ai.request.stream": body["stream"] === true ? true : undefined,
  };
}

/** An answer that has at most an id, a model and a usage. */
export function plainAnswer(value: unknown): Answer {
  if (!isObject(value)) return { attributes: {} };
  const usage = readUsage(value["usage"]);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(value["id"]),
      "gen_ai.response.model": stringOf(value["model"]),
    },
    // audio billed by the second has a usage without tokens
    ...(usage?.input === undefined ? {} : { usage }),
  };
}

/** A batch's id is not a response's. */
export function batchAnswer(): Answer {
  return { attributes: {} };
}

/** A stream of events whose last ones carry the usage (images, transcriptions). */
export function readPlainEvents(): ChunkReader {
  let last: JsonObject = {};
  return {
    push(event) {
      if (isObject(event)) last = { ...last, ...(isObject(event["usage"]) ? { usage: event["usage"] } : {}) };
    },
    answer: () => plainAnswer(last),
  };
}
