import type { GenAiAttributes } from "@genscope/semconv/genai";
import { inlineMedia, mediaPart } from "../capture/media.ts";
import type { CallContent } from "../core/call-events.ts";
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
import type { TokenUsage } from "../core/usage.ts";
import type { ChunkReader } from "../core/watch-call.ts";

type Part = Readonly<Record<string, unknown>>;

/** Parameters of `generateContent` that somebody set. */
export function contentRequest({ config }: JsonObject, streamed: boolean): GenAiAttributes {
  const about = objectOf(config);
  const count = integerOf(about["candidateCount"]);
  const thinking = objectOf(about["thinkingConfig"]);
  return {
    "gen_ai.request.temperature": numberOf(about["temperature"]),
    "gen_ai.request.top_p": numberOf(about["topP"]),
    "gen_ai.request.top_k": integerOf(about["topK"]),
    "gen_ai.request.max_tokens": integerOf(about["maxOutputTokens"]),
    "gen_ai.request.stop_sequences": stringsOf(about["stopSequences"]),
    "gen_ai.request.seed": integerOf(about["seed"]),
    "gen_ai.request.frequency_penalty": numberOf(about["frequencyPenalty"]),
    "gen_ai.request.presence_penalty": numberOf(about["presencePenalty"]),
    "gen_ai.request.choice.count": count === 1 ? undefined : count,
    "gen_ai.request.reasoning.level": stringOf(thinking["thinkingLevel"])?.toLowerCase(),
    "gen_ai.request.stream": streamed ? true : undefined,
    "gen_ai.output.type": about["responseMimeType"] === "application/json" ? "json" : undefined,
  };
}

/** What a request says: contents come as text, as one, or as a list of texts, parts or messages. */
export function requestContent({ contents, config }: JsonObject): CallContent {
  const about = objectOf(config);
  const instructions = messagesOf(about["systemInstruction"]).flatMap(({ parts }) => parts as readonly Part[]);
  const tools = arrayOf(about["tools"])
    .filter(isObject)
    .flatMap((tool) => arrayOf(tool["functionDeclarations"]))
    .filter(isObject)
    .map((tool) => {
      const description = stringOf(tool["description"]);
      return { type: "function", name: tool["name"] ?? "", ...(description === undefined ? {} : { description }) };
    });
  return {
    ...(instructions.length === 0 ? {} : { "gen_ai.system_instructions": instructions }),
    "gen_ai.input.messages": messagesOf(contents),
    "gen_ai.tool.definitions": tools.length === 0 ? undefined : tools,
  };
}

function messagesOf(contents: unknown): readonly Part[] {
  if (contents === undefined || contents === null) return [];
  const list = Array.isArray(contents) ? (contents as unknown[]) : [contents];
  const messages: { role: string; parts: Part[] }[] = [];
  for (const item of list) {
    if (isObject(item) && Array.isArray(item["parts"])) {
      const parts = item["parts"].filter(isObject).map(partOf);
      const isTool = parts.length > 0 && parts.every(({ type }) => type === "tool_call_response");
      messages.push({ role: isTool ? "tool" : item["role"] === "model" ? "assistant" : "user", parts });
    } else {
      messages.push({
        role: "user",
        parts: [typeof item === "string" ? { type: "text", content: item } : partOf(objectOf(item))],
      });
    }
  }
  return messages;
}

function partOf(part: JsonObject): Part {
  if (typeof part["text"] === "string") {
    return { type: part["thought"] === true ? "reasoning" : "text", content: part["text"] };
  }
  const call = part["functionCall"];
  if (isObject(call)) {
    return { type: "tool_call", ...idOf(call["id"]), name: call["name"] ?? "", arguments: call["args"] };
  }
  const response = part["functionResponse"];
  if (isObject(response)) {
    return { type: "tool_call_response", ...idOf(response["id"] ?? response["name"]), response: response["response"] };
  }
  const inline = part["inlineData"];
  if (isObject(inline)) {
    const mimeType = stringOf(inline["mimeType"]);
    return inlineMedia(stringOf(inline["data"]) ?? "", modalityOf(mimeType), mimeType);
  }
  const file = part["fileData"];
  if (isObject(file)) return mediaPart(stringOf(file["fileUri"]) ?? "", modalityOf(stringOf(file["mimeType"])));
  return { type: "generic", generic_type: Object.keys(part)[0] ?? "unknown" };
}

function modalityOf(mimeType: string | undefined): string {
  const kind = mimeType?.split("/")[0];
  return kind === "image" || kind === "audio" || kind === "video" ? kind : "document";
}

function idOf(id: unknown): Part {
  return typeof id === "string" ? { id } : {};
}

const finishReasons: Readonly<Record<string, string>> = {
  STOP: "stop",
  MAX_TOKENS: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  MALFORMED_FUNCTION_CALL: "error",
};

export function contentAnswer(value: unknown): Answer {
  if (!isObject(value)) return { attributes: {} };
  const candidates = arrayOf(value["candidates"]).filter(isObject);
  const reasons = candidates.map((candidate) => stringOf(candidate["finishReason"]) ?? "error");
  // a prompt that is refused has no candidates
  const blocked = stringOf(objectOf(value["promptFeedback"])["blockReason"]);
  const all = reasons.length === 0 && blocked !== undefined ? [blocked] : reasons;
  return {
    attributes: {
      "gen_ai.response.id": stringOf(value["responseId"]),
      "gen_ai.response.model": stringOf(value["modelVersion"]),
      "gen_ai.response.finish_reasons": all.length === 0 ? undefined : all,
    },
    usage: usageOf(value["usageMetadata"]),
    output: () =>
      candidates.map((candidate, index) => ({
        role: "assistant",
        parts: arrayOf(objectOf(candidate["content"])["parts"]).filter(isObject).map(partOf),
        finish_reason: finishReasons[reasons[index] ?? ""] ?? "stop",
      })),
  };
}

/** Google counts thoughts beside the answer, and what tools put into the prompt beside it. */
function usageOf(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const prompt = integerOf(value["promptTokenCount"]);
  const answer = integerOf(value["candidatesTokenCount"]);
  const thoughts = integerOf(value["thoughtsTokenCount"]);
  const byTools = integerOf(value["toolUsePromptTokenCount"]);
  const input = modalities(value["promptTokensDetails"]);
  const output = modalities(value["candidatesTokensDetails"]);
  return {
    input: prompt === undefined ? undefined : prompt + (byTools ?? 0),
    output: answer === undefined && thoughts === undefined ? undefined : (answer ?? 0) + (thoughts ?? 0),
    cacheRead: integerOf(value["cachedContentTokenCount"]),
    reasoning: thoughts,
    inputText: input["TEXT"],
    inputImage: input["IMAGE"],
    inputAudio: input["AUDIO"],
    outputText: output["TEXT"],
    outputImage: output["IMAGE"],
    outputAudio: output["AUDIO"],
  };
}

function modalities(details: unknown): Readonly<Record<string, number | undefined>> {
  return Object.fromEntries(
    arrayOf(details)
      .filter(isObject)
      .map((detail) => [String(detail["modality"]), integerOf(detail["tokenCount"])]),
  );
}

/** Puts a streamed answer together. Keeps parts only if content is captured. */
export function readContentChunks(call: ModelCall): ChunkReader {
  const { mode } = call.telemetry.content;
  const keepParts = mode.events || mode.spans;
  let last: JsonObject = {};
  const candidates: { finishReason?: unknown; parts: JsonObject[] }[] = [];
  return {
    push(chunk) {
      if (!isObject(chunk)) return;
      last = { ...last, ...chunk };
      for (const [position, candidate] of arrayOf(chunk["candidates"]).filter(isObject).entries()) {
        const index = integerOf(candidate["index"]) ?? position;
        const kept = (candidates[index] ??= { parts: [] });
        kept.finishReason = candidate["finishReason"] ?? kept.finishReason;
        if (!keepParts) continue;
        for (const part of arrayOf(objectOf(candidate["content"])["parts"]).filter(isObject)) addPart(kept.parts, part);
      }
    },
    answer: () =>
      contentAnswer({
        ...last,
        candidates: candidates.map(({ finishReason, parts }) => ({ finishReason, content: { parts } })),
      }),
  };
}

/** Pieces of one text are one part. */
function addPart(parts: JsonObject[], part: JsonObject): void {
  const before = parts.at(-1);
  const isText = typeof part["text"] === "string" && typeof before?.["text"] === "string";
  if (isText && before["thought"] === part["thought"]) {
    parts[parts.length - 1] = { ...before, text: `${String(before["text"])}${String(part["text"])}` };
  } else parts.push(part);
}

export function embeddingsAnswer(value: unknown): Answer {
  const all = arrayOf(objectOf(value)["embeddings"]).filter(isObject);
  const counts = all.map((one) => integerOf(objectOf(one["statistics"])["tokenCount"]));
  const known = counts.filter((count) => count !== undefined);
  return {
    attributes: {
      "gen_ai.embeddings.dimension.count": all[0] === undefined ? undefined : arrayOf(all[0]["values"]).length,
    },
    usage: { input: known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0) },
  };
}
