import type { CallStart } from "../core/call-start.ts";
import type { Answer } from "../core/model-call.ts";
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
import { partsOf } from "../vercel-ai/ai-messages.ts";
import { providerOf } from "../vercel-ai/ai-model.ts";
import type { MastraSpan } from "./mastra-data.ts";

type Message = Readonly<Record<string, unknown>>;

/** The messages of an input: text, a list, or an object with one. */
export function messagesOf(input: unknown): readonly Message[] {
  if (typeof input === "string")
    return input === "" ? [] : [{ role: "user", parts: [{ type: "text", content: input }] }];
  if (isObject(input) && "messages" in input) return messagesOf(input["messages"]);
  if (isObject(input) && "role" in input) return messagesOf([input]);
  return arrayOf(input).flatMap((message): readonly Message[] => {
    if (typeof message === "string") return messagesOf(message);
    if (!isObject(message)) return [];
    const content = parsedOf(message["content"]);
    const known = Array.isArray(content) ? { ...message, content } : message;
    return [{ role: message["role"] ?? "user", parts: partsOf(known) }];
  });
}

/** What was said in the end: text, an object, calls of tools. */
export function answerOf(output: unknown, finishReason?: string): readonly Message[] {
  const { text, object, toolCalls } = objectOf(output);
  const parts = [
    ...(typeof text === "string" && text !== "" ? [{ type: "text", content: text }] : []),
    ...(isObject(object) && text === undefined ? [{ type: "text", content: JSON.stringify(object) }] : []),
    ...arrayOf(toolCalls)
      .filter(isObject)
      .map((call) => ({
        type: "tool_call",
        ...(typeof call["toolCallId"] === "string" ? { id: call["toolCallId"] } : {}),
        name: call["toolName"] ?? "",
        arguments: call["args"] ?? parsedOf(call["input"]),
      })),
  ];
  if (parts.length === 0 && finishReason === undefined) return [];
  return [{ role: "assistant", parts, ...(finishReason === undefined ? {} : { finish_reason: finishReason }) }];
}

/** `asked`: what the model was given, which the span of the step around it tells; `tools`: their definitions, which that of the whole answer tells. */
export function inferenceStart({ attributes }: MastraSpan, asked: unknown, tools: unknown): CallStart {
  const parameters = objectOf(attributes["parameters"]);
  const format = attributes["responseFormat"];
  return {
    operation: "chat",
    provider: providerOf(attributes),
    measured: "inference",
    model: stringOf(attributes["model"]),
    serverAddress: stringOf(attributes["serverAddress"]),
    serverPort: integerOf(attributes["serverPort"]),
    attributes: {
      "gen_ai.request.stream": attributes["streaming"] === true ? true : undefined,
      "gen_ai.request.temperature": numberOf(parameters["temperature"]),
      "gen_ai.request.top_p": numberOf(parameters["topP"]),
      "gen_ai.request.top_k": integerOf(parameters["topK"]),
      "gen_ai.request.max_tokens": integerOf(parameters["maxOutputTokens"]),
      "gen_ai.request.frequency_penalty": numberOf(parameters["frequencyPenalty"]),
      "gen_ai.request.presence_penalty": numberOf(parameters["presencePenalty"]),
      "gen_ai.request.stop_sequences": stringsOf(parameters["stopSequences"]),
      "gen_ai.request.seed": integerOf(parameters["seed"]),
      "gen_ai.output.type": (isObject(format) ? format["type"] : format) === "json" ? "json" : undefined,
    },
    content: () => {
      const messages = messagesOf(asked);
      const instructions = messages.filter(({ role }) => role === "system").flatMap(({ parts }) => arrayOf(parts));
      return {
        ...(instructions.length === 0 ? {} : { "gen_ai.system_instructions": instructions }),
        "gen_ai.input.messages": messages.filter(({ role }) => role !== "system"),
        ...(Array.isArray(tools) ? { "gen_ai.tool.definitions": tools } : {}),
      };
    },
  };
}

const finishReasons: Readonly<Record<string, string>> = {
  "tool-calls": "tool_call",
  "content-filter": "content_filter",
};

export function inferenceAnswer({ attributes, output }: MastraSpan): Answer {
  const reason = stringOf(attributes["finishReason"]);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(attributes["responseId"]),
      "gen_ai.response.model": stringOf(attributes["responseModel"]),
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
    },
    usage: usageOf(attributes["usage"]),
    output: () => answerOf(output, reason === undefined ? "error" : (finishReasons[reason] ?? reason)),
  };
}

function usageOf(usage: unknown): TokenUsage | undefined {
  if (!isObject(usage)) return undefined;
  const [input, output] = [objectOf(usage["inputDetails"]), objectOf(usage["outputDetails"])];
  return {
    input: integerOf(usage["inputTokens"]),
    output: integerOf(usage["outputTokens"]),
    cacheRead: integerOf(input["cacheRead"]),
    cacheWrite: integerOf(input["cacheWrite"]),
    reasoning: integerOf(output["reasoning"]),
    inputAudio: integerOf(input["audio"]),
    inputImage: integerOf(input["image"]),
    outputAudio: integerOf(output["audio"]),
    outputImage: integerOf(output["image"]),
  };
}

export function embeddingStart({ attributes }: MastraSpan): CallStart {
  return {
    operation: "embeddings",
    provider: providerOf(attributes),
    measured: "embeddings",
    model: stringOf(attributes["model"]),
  };
}

export function embeddingAnswer({ attributes }: MastraSpan): Answer {
  return {
    attributes: { "gen_ai.embeddings.dimension.count": integerOf(attributes["dimensions"]) },
    usage: { input: usageOf(attributes["usage"])?.input },
  };
}

/** Arguments and results are objects by the conventions' schema. */
export function asObject(value: unknown, key: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  return isObject(value) ? value : { [key]: value };
}
