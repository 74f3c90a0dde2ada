import type { ServerResponse } from "node:http";
import { ApiError } from "../api-error.ts";
import { embed } from "../brain/embed.ts";
import type { Prompt, Reply, Turn } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens, respond } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import type { Model } from "../models.ts";
import { isObject, type JsonObject, readArray, readInteger, readObject, readString } from "../read.ts";
import { sendEvents, sendJson, wholeMs } from "../send.ts";
import type { WireCall, WireFormat } from "../wire-format.ts";
import { readContent, readFormat, readFunction, readToolChoice } from "./chat-request.ts";

const models: readonly Model[] = [
  { id: "mistral-small-latest", snapshot: "mistral-small-2603", kind: "chat" },
  { id: "codestral-latest", snapshot: "codestral-2508", kind: "chat" },
  { id: "mistral-embed", snapshot: "mistral-embed", kind: "embedding", dimensions: 1024 },
  { id: "mistral-moderation-latest", snapshot: "mistral-moderation-2411", kind: "chat" },
  { id: "mistral-ocr-latest", snapshot: "mistral-ocr-2512", kind: "chat" },
];

/** Below the address of the server, as it shares its paths with OpenAI. */
const pathPattern = /^\/mistral\/v1\/(.+)$/u;

/** Turns of the conversations that are kept, by their ids. */
type Conversations = Map<string, { readonly model: Model; readonly turns: readonly Turn[] }>;

/** Mistral's API: chats, completions of code, agents, conversations, embeddings, moderation, OCR, streams and errors as it has them. */
export function createMistralFormat(): WireFormat {
  const conversations: Conversations = new Map();
  return {
    handles: (path) => pathPattern.test(path),
    modelOf: (_path, body) => {
      const { model, agent_id: agent } = isObject(body) ? body : {};
      return typeof model === "string" ? model : typeof agent === "string" ? agent : "";
    },
    async post(call: WireCall) {
      const path = pathPattern.exec(call.path)?.[1] ?? "";
      const request = readObject(call.body, "body");
      if (path.startsWith("conversations")) return converse(path, request, call, conversations);
      switch (path) {
        case "chat/completions":
          return complete(readPrompt(request, findModel(request["model"])), request, call, "chat.completion");
        case "agents/completions":
          readString(request["agent_id"], "agent_id");
          return complete(readPrompt(request, models[0]!), request, call, "chat.completion");
        case "fim/completions":
          return complete(readFim(request), request, call, "chat.completion");
        case "embeddings":
          return sendJson(call.reply, embeddings(request, call.id), call.fault, 0);
        case "moderations":
        case "chat/moderations":
          return sendJson(call.reply, moderation(request, call.id), call.fault, 0);
        case "ocr":
          return sendJson(call.reply, ocr(request), call.fault, 0);
        case "agents":
          return sendJson(call.reply, createAgent(request, call), call.fault, 0);
        default:
          throw new ApiError(404, "invalid_request_error", `no Route matched with those values: ${path}`);
      }
    },
    sendError,
  };
}

function sendError(reply: ServerResponse, error: ApiError): void {
  const { message, type, param, code } = error;
  const body = JSON.stringify({ object: "error", message, type, param, code });
  reply.writeHead(error.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

function findModel(name: unknown): Model {
  const bare = readString(name, "model").split("#")[0];
  const model = models.find(({ id }) => id === bare);
  if (model === undefined) throw new ApiError(400, "invalid_model", `Invalid model: ${bare}`, { code: "1500" });
  return model;
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
          const { name, arguments: given } = readObject(call["function"], `${path}.tool_calls.function`);
          const called = typeof given === "string" ? given : JSON.stringify(given);
          return { id: readString(call["id"], "id"), name: readString(name, "name"), arguments: called };
        }),
      };
    case "tool":
      return { role, text, toolCalls: [], toolCallId: String(message["tool_call_id"]) };
    default:
      throw new ApiError(422, "invalid_request_message_order", `Unexpected role '${role}'`);
  }
}

/** What a chat's body, or the settings of a conversation, says beside its turns. */
function readSettings(settings: JsonObject): Pick<Prompt, "json" | "maxTokens" | "stop"> {
  const { stop } = settings;
  return {
    json: readFormat(settings["response_format"], "response_format"),
    maxTokens: readInteger(settings["max_tokens"], "max_tokens", 1) ?? 4096,
    stop: typeof stop === "string" ? [stop] : Array.isArray(stop) ? stop.map(String) : [],
  };
}

function readTools(request: JsonObject): Prompt["tools"] {
  return readArray(request["tools"] ?? [], "tools").map((tool, index) => {
    const path = `tools[${index}].function`;
    return readFunction(readObject(readObject(tool, path)["function"], path), path);
  });
}

function readPrompt(request: JsonObject, model: Model): Prompt {
  const choice = request["tool_choice"];
  return {
    model,
    turns: readArray(request["messages"], "messages").map(readTurn),
    tools: readTools(request),
    toolChoice: choice === "any" ? "required" : readToolChoice(choice),
    parallelToolCalls: request["parallel_tool_calls"] !== false,
    ...readSettings(request),
  };
}

function readFim(request: JsonObject): Prompt {
  const text = readString(request["prompt"], "prompt");
  const model = findModel(request["model"]);
  return {
    model,
    turns: [{ role: "user", text, toolCalls: [] }],
    tools: [],
    toolChoice: "none",
    parallelToolCalls: false,
    ...readSettings(request),
  };
}

function usageOf(prompt: Prompt, said: Reply): JsonObject {
  const [input, output] = [countPromptTokens(prompt.turns, prompt.tools), countReplyTokens(said)];
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: 0 },
  };
}

/** Mistral's ids of tool calls have nine letters. */
function callsOf({ toolCalls }: Reply): JsonObject[] {
  return toolCalls.map(({ id, name, arguments: text }, index) => ({
    id: id.replaceAll(/[^0-9a-z]/giu, "").slice(-9),
    type: "function",
    function: { name, arguments: text },
    index,
  }));
}

async function complete(prompt: Prompt, request: JsonObject, call: WireCall, object: string): Promise<void> {
  const { id, created, reply, fault, pace } = call;
  const said = respond(prompt, 0);
  const head = { id, created, model: prompt.model.snapshot };
  const usage = usageOf(prompt, said);
  if (request["stream"] === true) {
    const chunks = chunksOf(said, { ...head, object: `${object}.chunk` }, usage);
    await sendEvents(reply, encoded(chunks, true), fault, pace);
    return;
  }
  const calls = said.toolCalls.length === 0 ? null : callsOf(said);
  const message = { role: "assistant", tool_calls: calls, content: said.text };
  const choices = [{ index: 0, message, finish_reason: said.finishReason }];
  await sendJson(reply, { ...head, object, usage, choices }, fault, wholeMs(pace, countReplyTokens(said)));
}

/** Calls of tools come whole; the last chunk has the usage. */
function* chunksOf(said: Reply, head: JsonObject, usage: JsonObject): Generator<JsonObject, void, undefined> {
  const chunk = (delta: JsonObject, reason: string | null = null): JsonObject => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  yield chunk({ role: "assistant", content: "" });
  for (const text of tokens(said.text)) yield chunk({ content: text });
  const last = said.toolCalls.length === 0 ? { content: "" } : { content: "", tool_calls: callsOf(said) };
  yield { ...chunk(last, said.finishReason), usage };
}

function* encoded(events: Iterable<JsonObject>, isChat: boolean): Generator<string, void, undefined> {
  for (const event of events) {
    const name = isChat ? "" : `event: ${String(event["type"])}\n`;
    yield `${name}data: ${JSON.stringify(event)}\n\n`;
  }
  if (isChat) yield "data: [DONE]\n\n";
}

/** A conversation begun (`conversations`), or gone on with (`conversations/{id}`, `conversations/{id}/restart`). */
async function converse(path: string, request: JsonObject, call: WireCall, kept: Conversations): Promise<void> {
  const { id, created, reply, fault, pace } = call;
  const known = /^conversations\/([^/]+)/u.exec(path)?.[1];
  const before = known === undefined ? undefined : kept.get(known);
  if (known !== undefined && before === undefined) {
    throw new ApiError(404, "invalid_request_error", `Conversation ${known} not found`);
  }
  const model = before?.model ?? (request["model"] === undefined ? models[0]! : findModel(request["model"]));
  const settings = isObject(request["completion_args"]) ? request["completion_args"] : {};
  const prompt: Prompt = {
    model,
    turns: [...(before?.turns ?? []), ...readEntries(request["inputs"])],
    tools: readTools(request),
    toolChoice: "auto",
    parallelToolCalls: true,
    ...readSettings(settings),
  };
  const said = respond(prompt, 0);
  const conversationId = known ?? `conv_${id}`;
  const turn: Turn = { role: "assistant", text: said.text, toolCalls: said.toolCalls };
  kept.set(conversationId, { model, turns: [...prompt.turns, turn] });
  const { prompt_tokens, completion_tokens, total_tokens } = usageOf(prompt, said);
  const usage = { prompt_tokens, completion_tokens, total_tokens };
  const at = new Date(created * 1000).toISOString();
  if (request["stream"] === true) {
    const events = conversationEvents(said, conversationId, { id, at, model: model.snapshot }, usage);
    await sendEvents(reply, encoded(events, false), fault, pace);
    return;
  }
  const times = { object: "entry", created_at: at, completed_at: at };
  const outputs =
    said.toolCalls.length === 0
      ? [
          {
            ...times,
            type: "message.output",
            id: `msg_${id}`,
            model: model.snapshot,
            role: "assistant",
            content: said.text,
          },
        ]
      : callsOf(said).map(({ id: callId, function: called }) => {
          const { name, arguments: text } = called as JsonObject;
          const entry = { type: "function.call", id: `fc_${String(callId)}`, tool_call_id: callId };
          return { ...times, ...entry, name, arguments: text };
        });
  const answer = { object: "conversation.response", conversation_id: conversationId, outputs, usage };
  await sendJson(reply, answer, fault, wholeMs(pace, countReplyTokens(said)));
}

function* conversationEvents(
  said: Reply,
  conversationId: string,
  { id, at, model }: { readonly id: string; readonly at: string; readonly model: string },
  usage: JsonObject,
): Generator<JsonObject, void, undefined> {
  yield { type: "conversation.response.started", created_at: at, conversation_id: conversationId };
  for (const content of said.toolCalls.length === 0 ? tokens(said.text) : []) {
    const place = { output_index: 0, content_index: 0, id: `msg_${id}` };
    yield { type: "message.output.delta", created_at: at, ...place, model, role: "assistant", content };
  }
  for (const [index, { id: callId, function: called }] of callsOf(said).entries()) {
    const { name, arguments: text } = called as { name: string; arguments: string };
    const place = { output_index: index, id: `fc_${String(callId)}`, tool_call_id: callId, name };
    for (const part of tokens(text)) yield { type: "function.call.delta", created_at: at, ...place, arguments: part };
  }
  yield { type: "conversation.response.done", created_at: at, usage };
}

function readEntries(inputs: unknown): Turn[] {
  if (typeof inputs === "string") return [{ role: "user", text: inputs, toolCalls: [] }];
  return readArray(inputs ?? [], "inputs").map((one, index) => {
    const entry = readObject(one, `inputs[${index}]`);
    if (entry["type"] !== "function.result") return readTurn(entry, index);
    return { role: "tool", text: String(entry["result"]), toolCalls: [], toolCallId: String(entry["tool_call_id"]) };
  });
}

function embeddings(request: JsonObject, id: string): JsonObject {
  const model = findModel(request["model"]);
  const { input } = request;
  const texts = typeof input === "string" ? [input] : readArray(input, "input").map(String);
  const dimensions = readInteger(request["output_dimension"], "output_dimension", 1) ?? model.dimensions ?? 1024;
  const count = texts.reduce((sum, text) => sum + tokens(text).length, 0);
  return {
    id,
    object: "list",
    data: texts.map((text, index) => ({ object: "embedding", embedding: [...embed(text, dimensions)], index })),
    model: model.id,
    usage: { prompt_tokens: count, completion_tokens: 0, total_tokens: count },
  };
}

function moderation(request: JsonObject, id: string): JsonObject {
  const model = findModel(request["model"]);
  const { input } = request;
  const count = typeof input === "string" ? 1 : readArray(input, "input").length;
  const none = { categories: { pii: false, violence_and_threats: false }, category_scores: { pii: 0.01 } };
  return { id, model: model.id, results: Array.from({ length: count }, () => none) };
}

function ocr(request: JsonObject): JsonObject {
  const model = findModel(request["model"]);
  readObject(request["document"], "document");
  const dimensions = { dpi: 200, height: 2200, width: 1700 };
  return {
    pages: [{ index: 0, markdown: "# A page", images: [], dimensions }],
    model: model.snapshot,
    document_annotation: null,
    usage_info: { pages_processed: 1, doc_size_bytes: 1024 },
  };
}

function createAgent(request: JsonObject, { id, created }: WireCall): JsonObject {
  const at = new Date(created * 1000).toISOString();
  const { model, name, description = null, instructions = null } = request;
  findModel(model);
  const about = { model, name, description, instructions, tools: [], completion_args: {} };
  const made = { object: "agent", id: `ag_${id}`, version: 0, versions: [0], created_at: at, updated_at: at };
  return { ...about, ...made, deployment_chat: false, source: "api" };
}
