import type { ServerResponse } from "node:http";
import { ApiError } from "../api-error.ts";
import { embed } from "../brain/embed.ts";
import type { Prompt, Reply, Turn } from "../brain/prompt.ts";
import { countReplyTokens, respond } from "../brain/respond.ts";
import { keywords, tokens } from "../brain/text.ts";
import type { Model } from "../models.ts";
import { isObject, type JsonObject, readArray, readInteger, readObject, readString } from "../read.ts";
import { sendEvents, sendJson, wholeMs } from "../send.ts";
import type { WireCall, WireFormat } from "../wire-format.ts";
import { cohereFinishReason, cohereUsage } from "./cohere-usage.ts";
import { answerV1 } from "./cohere-v1.ts";
import { readContent, readFunction } from "./chat-request.ts";

const models: readonly Model[] = [
  { id: "command-a-03-2025", snapshot: "command-a-03-2025", kind: "chat" },
  { id: "embed-v4.0", snapshot: "embed-v4.0", kind: "embedding", dimensions: 1536 },
  { id: "rerank-v3.5", snapshot: "rerank-v3.5", kind: "embedding" },
];

const pathPattern = /^\/(v1|v2)\/(chat|embed|rerank|generate|classify)$/u;

/** Cohere's API, both versions: chats with tools and their plan, embeddings, rerankings, streams and errors as it has them. */
export const cohereFormat: WireFormat = {
  handles: (path) => pathPattern.test(path),
  modelOf: (_path, body) => (isObject(body) && typeof body["model"] === "string" ? body["model"] : ""),
  async post(call: WireCall) {
    const { path, body, id, reply, fault, pace } = call;
    const request = readObject(body, "body");
    const [, version, kind] = pathPattern.exec(path) ?? [];
    // version 1 has models of its own where none is named
    const model = findModel(readString(request["model"] ?? (version === "v1" ? models[0]?.id : undefined), "model"));
    switch (kind) {
      case "embed":
        return sendJson(reply, embeddings(request, model, id), fault, 0);
      case "rerank":
        return sendJson(reply, ranking(request, id, version === "v1"), fault, 0);
      case "classify":
        return sendJson(reply, classification(request, id), fault, 0);
      default: {
        if (version === "v1") return answerV1({ kind: kind === "chat" ? kind : "generate", request, model, call });
        const prompt = readPrompt(request, model);
        const said = respond(prompt, 0);
        if (request["stream"] === true) {
          return sendEvents(reply, encoded(eventsOf(prompt, said, id)), fault, pace, {
            contentType: "text/event-stream",
            error: () => encodedEvent({ type: "error", error: { type: "server_error", message: "internal error" } }),
          });
        }
        const answer = {
          id,
          finish_reason: cohereFinishReason(said),
          message: messageOf(said),
          usage: cohereUsage(prompt, said),
        };
        return sendJson(reply, answer, fault, wholeMs(pace, countReplyTokens(said)));
      }
    }
  },
  sendError,
};

function sendError(reply: ServerResponse, error: ApiError): void {
  const body = JSON.stringify({ id: "error", message: error.message });
  reply.writeHead(error.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

function findModel(name: string): Model {
  const bare = name.split("#")[0];
  const model = models.find(({ id }) => id === bare);
  if (model === undefined) throw new ApiError(404, "not_found", `model '${bare}' not found`);
  return model;
}

function embeddings(request: JsonObject, model: Model, id: string): JsonObject {
  const texts = readArray(request["texts"], "texts").map((text, index) => readString(text, `texts[${index}]`));
  readString(request["input_type"], "input_type");
  const dimensions = readInteger(request["output_dimension"], "output_dimension", 1) ?? model.dimensions ?? 1536;
  const count = texts.reduce((sum, text) => sum + tokens(text).length, 0);
  return {
    id,
    texts,
    embeddings: { float: texts.map((text) => [...embed(text, dimensions)]) },
    meta: { api_version: { version: "2" }, billed_units: { input_tokens: count } },
    response_type: "embeddings_by_type",
  };
}

/** Each text as the label of the example that has most words in common with it. */
function classification(request: JsonObject, id: string): JsonObject {
  const examples = readArray(request["examples"], "examples").map((one) => readObject(one, "examples"));
  const classifications = readArray(request["inputs"], "inputs").map((input, index) => {
    const words = new Set(keywords(String(input)));
    const shared = examples.map(({ text }) => keywords(String(text)).filter((word) => words.has(word)).length);
    const label = examples[shared.indexOf(Math.max(...shared))]?.["label"];
    return {
      id: `${id}-${index}`,
      input,
      prediction: label,
      predictions: [label],
      confidence: 0.9,
      confidences: [0.9],
      labels: {},
      classification_type: "single-label",
    };
  });
  return { id, classifications, meta: { billed_units: { classifications: classifications.length } } };
}

/** By the words that a document shares with the query. Version 1 gives documents back where it is asked to. */
function ranking(request: JsonObject, id: string, givesBack: boolean): JsonObject {
  const asked = new Set(keywords(readString(request["query"], "query")));
  const documents = readArray(request["documents"], "documents").map((one) =>
    isObject(one) ? String(one["text"]) : String(one),
  );
  const results = documents
    .map((text, index) => ({
      ...(givesBack && request["return_documents"] === true ? { document: { text } } : {}),
      index,
      relevance_score: keywords(text).filter((word) => asked.has(word)).length / Math.max(1, asked.size),
    }))
    .toSorted((left, right) => right.relevance_score - left.relevance_score);
  const count = readInteger(request["top_n"], "top_n", 1) ?? documents.length;
  return { id, results: results.slice(0, count), meta: { billed_units: { search_units: 1 } } };
}

function readTurn(value: unknown, index: number): Turn {
  const path = `messages[${index}]`;
  const message = readObject(value, path);
  const role = readString(message["role"], `${path}.role`);
  const text = readContent(message["content"], `${path}.content`);
  switch (role) {
    case "system":
    case "user":
      return { role, text, toolCalls: [] };
    case "assistant":
      return {
        role,
        text,
        toolCalls: readArray(message["tool_calls"] ?? [], `${path}.tool_calls`).map((one) => {
          const call = readObject(one, `${path}.tool_calls`);
          const called = readObject(call["function"], `${path}.tool_calls.function`);
          return {
            id: readString(call["id"], "id"),
            name: readString(called["name"], "name"),
            arguments: readString(called["arguments"], "arguments"),
          };
        }),
      };
    case "tool":
      return { role, text, toolCalls: [], toolCallId: readString(message["tool_call_id"], `${path}.tool_call_id`) };
    default:
      throw new ApiError(400, "invalid_request", `invalid request: ${path}.role`);
  }
}

function readPrompt(request: JsonObject, model: Model): Prompt {
  const format = isObject(request["response_format"]) ? request["response_format"] : {};
  const schema = isObject(format["json_schema"]) ? format["json_schema"] : {};
  const choice = request["tool_choice"];
  return {
    model,
    turns: readArray(request["messages"], "messages").map(readTurn),
    tools: readArray(request["tools"] ?? [], "tools").map((tool, index) => {
      const path = `tools[${index}].function`;
      return readFunction(readObject(readObject(tool, path)["function"], path), path);
    }),
    toolChoice: choice === "REQUIRED" ? "required" : choice === "NONE" ? "none" : "auto",
    parallelToolCalls: true,
    json: format["type"] === "json_object" ? { schema } : undefined,
    maxTokens: readInteger(request["max_tokens"], "max_tokens", 1) ?? 4096,
    stop: readArray(request["stop_sequences"] ?? [], "stop_sequences").map(String),
  };
}

const plan = "I will look that up.";

function messageOf(said: Reply): JsonObject {
  if (said.toolCalls.length === 0) return { role: "assistant", content: [{ type: "text", text: said.text }] };
  const calls = said.toolCalls.map(({ id, name, arguments: text }) => ({
    id,
    type: "function",
    function: { name, arguments: text },
  }));
  return { role: "assistant", tool_plan: plan, tool_calls: calls };
}

function inMessage(message: JsonObject): JsonObject {
  return { message };
}

function* eventsOf(prompt: Prompt, said: Reply, id: string): Generator<JsonObject, void, undefined> {
  yield { type: "message-start", id, delta: inMessage({ role: "assistant", content: [], tool_calls: [] }) };
  if (said.toolCalls.length === 0) {
    yield { type: "content-start", index: 0, delta: inMessage({ content: { type: "text", text: "" } }) };
    for (const text of tokens(said.text)) {
      yield { type: "content-delta", index: 0, delta: inMessage({ content: { text } }) };
    }
    yield { type: "content-end", index: 0 };
  } else {
    for (const text of tokens(plan)) yield { type: "tool-plan-delta", delta: inMessage({ tool_plan: text }) };
  }
  for (const [index, call] of said.toolCalls.entries()) {
    const called = { id: call.id, type: "function", function: { name: call.name, arguments: "" } };
    yield { type: "tool-call-start", index, delta: inMessage({ tool_calls: called }) };
    for (const text of tokens(call.arguments)) {
      yield { type: "tool-call-delta", index, delta: inMessage({ tool_calls: { function: { arguments: text } } }) };
    }
    yield { type: "tool-call-end", index };
  }
  yield { type: "message-end", delta: { finish_reason: cohereFinishReason(said), usage: cohereUsage(prompt, said) } };
}

function encodedEvent(event: JsonObject): string {
  return `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`;
}

function* encoded(events: Iterable<JsonObject>): Generator<string, void, undefined> {
  for (const event of events) yield encodedEvent(event);
}
