import type { ServerResponse } from "node:http";
import { ApiError, badRequest } from "../api-error.ts";
import { embed } from "../brain/embed.ts";
import type { Prompt, Reply, ToolCall, Turn } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens, respond } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import type { Model } from "../models.ts";
import { isObject, type JsonObject, readArray, readInteger, readObject } from "../read.ts";
import { sendEvents, sendJson, wholeMs } from "../send.ts";
import type { WireCall, WireFormat } from "../wire-format.ts";

const models: readonly Model[] = [
  { id: "gemini-2.5-flash", snapshot: "gemini-2.5-flash", kind: "chat", reasoning: true },
  { id: "gemini-2.5-flash-lite", snapshot: "gemini-2.5-flash-lite", kind: "chat" },
  { id: "gemini-embedding-001", snapshot: "gemini-embedding-001", kind: "embedding", dimensions: 768 },
];

const pathPattern =
  /\/models\/([^/:]+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents|countTokens)$/u;

/** The Gemini API of Google: answers, function calls, thoughts, streams, embeddings, token counts and errors as it has them. */
export const geminiFormat: WireFormat = {
  handles: (path) => pathPattern.test(path),
  modelOf: (path) => decodeURIComponent(pathPattern.exec(path)?.[1] ?? ""),
  async post({ path, body, id, reply, fault, pace }: WireCall) {
    const [, named = "", method] = pathPattern.exec(path) ?? [];
    const model = findModel(decodeURIComponent(named));
    const request = readObject(body, "body");
    switch (method) {
      case "embedContent":
        return sendJson(reply, { embedding: embeddingOf(request) }, fault, 0);
      case "batchEmbedContents": {
        const requests = readArray(request["requests"], "requests").filter(isObject);
        return sendJson(reply, { embeddings: requests.map(embeddingOf) }, fault, 0);
      }
      case "countTokens": {
        const totalTokens = countPromptTokens(readTurns(request), []);
        return sendJson(reply, { totalTokens }, fault, 0);
      }
      default: {
        const prompt = readPrompt(request, model);
        const answer = respond(prompt, 0);
        const responseId = `gemini-${id}`;
        if (method === "generateContent") {
          const whole = responseOf(prompt, answer, partsOf(answer), responseId, true);
          return sendJson(reply, whole, fault, wholeMs(pace, countReplyTokens(answer)));
        }
        return sendEvents(reply, encoded(prompt, answer, responseId), fault, pace, {
          contentType: "text/event-stream",
          error: () => `data: ${JSON.stringify(errorBody(503, "The model is overloaded."))}\n\n`,
        });
      }
    }
  },
  sendError,
};

const statuses: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

function errorBody(code: number, message: string): JsonObject {
  return { error: { code, message, status: statuses[code] ?? "UNKNOWN" } };
}

function sendError(reply: ServerResponse, error: ApiError): void {
  const body = JSON.stringify(errorBody(error.status, error.message));
  reply.writeHead(error.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

function findModel(name: string): Model {
  const bare = name.split("#")[0];
  const model = models.find(({ id }) => id === bare);
  if (model === undefined) throw new ApiError(404, "NOT_FOUND", `models/${bare} is not found for API version v1beta`);
  return model;
}

function textOf(content: unknown): string {
  const parts = isObject(content) ? content["parts"] : content;
  if (!Array.isArray(parts)) return "";
  return parts
    .map((part: unknown) => (isObject(part) && typeof part["text"] === "string" ? part["text"] : ""))
    .join("");
}

function embeddingOf(request: JsonObject): JsonObject {
  const dimensions = readInteger(request["outputDimensionality"], "outputDimensionality", 1) ?? 768;
  return { values: [...embed(textOf(request["content"]), dimensions)] };
}

function readTurns(request: JsonObject): Turn[] {
  const system = textOf(request["systemInstruction"]);
  const turns: Turn[] = system === "" ? [] : [{ role: "system", text: system, toolCalls: [] }];
  for (const content of readArray(request["contents"], "contents").filter(isObject)) {
    const parts = Array.isArray(content["parts"]) ? (content["parts"] as unknown[]).filter(isObject) : [];
    for (const part of parts) {
      const response = part["functionResponse"];
      if (!isObject(response)) continue;
      const name = String(response["name"]);
      turns.push({ role: "tool", text: JSON.stringify(response["response"]), toolCalls: [], toolCallId: name });
    }
    const toolCalls = parts.flatMap((part): ToolCall[] => {
      const call = part["functionCall"];
      if (!isObject(call)) return [];
      const name = String(call["name"]);
      return [{ id: name, name, arguments: JSON.stringify(call["args"] ?? {}) }];
    });
    const text = textOf(parts);
    if (text !== "" || toolCalls.length > 0) {
      turns.push({ role: content["role"] === "model" ? "assistant" : "user", text, toolCalls });
    }
  }
  if (turns.length === 0) throw badRequest("contents", "* GenerateContentRequest.contents: contents is not specified");
  return turns;
}

function readPrompt(request: JsonObject, model: Model): Prompt {
  const config = isObject(request["generationConfig"]) ? request["generationConfig"] : {};
  const declared = readArray(request["tools"] ?? [], "tools")
    .filter(isObject)
    .flatMap((tool) => readArray(tool["functionDeclarations"] ?? [], "functionDeclarations"))
    .filter(isObject);
  const schema = config["responseJsonSchema"] ?? config["responseSchema"];
  return {
    model,
    turns: readTurns(request),
    tools: declared.map((tool) => {
      const parameters = tool["parametersJsonSchema"] ?? tool["parameters"];
      return {
        name: String(tool["name"]),
        description: typeof tool["description"] === "string" ? tool["description"] : "",
        parameters: isObject(parameters) ? parameters : {},
      };
    }),
    toolChoice: "auto",
    parallelToolCalls: true,
    json: config["responseMimeType"] === "application/json" ? { schema: isObject(schema) ? schema : {} } : undefined,
    maxTokens: readInteger(config["maxOutputTokens"], "maxOutputTokens", 1) ?? 4096,
    stop: readArray(config["stopSequences"] ?? [], "stopSequences").map(String),
  };
}

function partsOf(reply: Reply): readonly JsonObject[] {
  return [
    ...(reply.text === "" ? [] : [{ text: reply.text }]),
    ...reply.toolCalls.map((call) => ({
      functionCall: { id: call.id, name: call.name, args: JSON.parse(call.arguments) as unknown },
    })),
  ];
}

function responseOf(
  prompt: Prompt,
  reply: Reply,
  parts: readonly JsonObject[],
  responseId: string,
  isLast: boolean,
): JsonObject {
  const promptTokenCount = countPromptTokens(prompt.turns, prompt.tools);
  const thoughtsTokenCount = reply.reasoningTokens;
  const candidatesTokenCount = countReplyTokens(reply) - thoughtsTokenCount;
  return {
    candidates: [
      {
        content: { role: "model", parts },
        index: 0,
        ...(isLast ? { finishReason: reply.finishReason === "length" ? "MAX_TOKENS" : "STOP" } : {}),
      },
    ],
    usageMetadata: {
      promptTokenCount,
      ...(isLast ? { candidatesTokenCount, thoughtsTokenCount } : {}),
      totalTokenCount: promptTokenCount + (isLast ? candidatesTokenCount + thoughtsTokenCount : 0),
      promptTokensDetails: [{ modality: "TEXT", tokenCount: promptTokenCount }],
    },
    modelVersion: prompt.model.snapshot,
    responseId,
  };
}

function* encoded(prompt: Prompt, reply: Reply, responseId: string): Generator<string, void, undefined> {
  const pieces = tokens(reply.text);
  const size = 4;
  const texts = Array.from({ length: Math.ceil(pieces.length / size) }, (_, i) => [
    { text: pieces.slice(i * size, (i + 1) * size).join("") },
  ]);
  const chunks = reply.toolCalls.length > 0 ? [...texts, partsOf({ ...reply, text: "" })] : texts;
  for (const [index, parts] of chunks.entries()) {
    const response = responseOf(prompt, reply, parts, responseId, index === chunks.length - 1);
    yield `data: ${JSON.stringify(response)}\r\n\r\n`;
  }
}
