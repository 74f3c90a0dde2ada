import type { ServerResponse } from "node:http";
import { ApiError } from "../api-error.ts";
import { embed } from "../brain/embed.ts";
import type { Prompt, Reply, Turn } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens, respond } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import type { Model } from "../models.ts";
import { isObject, type JsonObject, readArray, readObject, readString } from "../read.ts";
import { sendEvents, sendJson, wholeMs } from "../send.ts";
import type { WireCall, WireFormat } from "../wire-format.ts";

const models: readonly Model[] = [
  { id: "llama3.2", snapshot: "llama3.2", kind: "chat" },
  { id: "deepseek-r1", snapshot: "deepseek-r1", kind: "chat", reasoning: true },
  { id: "nomic-embed-text", snapshot: "nomic-embed-text", kind: "embedding", dimensions: 768 },
];

/** Ollama's own API: chat with tools and thinking, generation, embeddings; a stream is JSON by lines, and the default. */
export const ollamaFormat: WireFormat = {
  handles: (path) => /^\/api\/(?:chat|generate|embed|embeddings)$/u.test(path),
  modelOf: (_path, body) => (isObject(body) && typeof body["model"] === "string" ? body["model"] : ""),
  async post({ path, body, reply, fault, pace }: WireCall) {
    const request = readObject(body, "body");
    const model = findModel(readString(request["model"], "model"));
    if (path === "/api/embeddings") {
      const embedding = [...embed(readString(request["prompt"], "prompt"), model.dimensions ?? 768)];
      await sendJson(reply, { embedding }, fault, 0);
      return;
    }
    if (path === "/api/embed") {
      const input = Array.isArray(request["input"])
        ? (request["input"] as unknown[]).map(String)
        : [String(request["input"])];
      const embeddings = input.map((text) => [...embed(text, model.dimensions ?? 768)]);
      const count = input.reduce((sum, text) => sum + tokens(text).length, 0);
      await sendJson(reply, { model: model.id, embeddings, total_duration: 1, prompt_eval_count: count }, fault, 0);
      return;
    }
    const isChat = path === "/api/chat";
    const prompt = isChat ? chatPrompt(request, model) : generatePrompt(request, model);
    const answer = respond(prompt, 0);
    const lines = linesOf(prompt, answer, isChat, request["think"] === true);
    if (request["stream"] === false) {
      const { last, ...whole } = joined(lines, isChat);
      await sendJson(reply, { ...last, ...whole }, fault, wholeMs(pace, countReplyTokens(answer)));
      return;
    }
    await sendEvents(
      reply,
      lines.map((line) => `${JSON.stringify(line)}\n`),
      fault,
      pace,
      {
        contentType: "application/x-ndjson",
        error: () => `${JSON.stringify({ error: "an error was encountered while running the model" })}\n`,
      },
    );
  },
  sendError,
};

function sendError(reply: ServerResponse, error: ApiError): void {
  const body = JSON.stringify({ error: error.message });
  reply.writeHead(error.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

function findModel(name: string): Model {
  const bare = name.split("#")[0]?.replace(/:latest$/u, "");
  const model = models.find(({ id }) => id === bare);
  if (model === undefined) throw new ApiError(404, "not_found", `model '${bare}' not found`);
  return model;
}

function chatPrompt(request: JsonObject, model: Model): Prompt {
  const turns = readArray(request["messages"], "messages")
    .filter(isObject)
    .map((message): Turn => {
      const calls = Array.isArray(message["tool_calls"]) ? (message["tool_calls"] as unknown[]).filter(isObject) : [];
      const role = readString(message["role"], "role") as Turn["role"];
      return {
        role,
        text: typeof message["content"] === "string" ? message["content"] : "",
        toolCalls: calls.map((call) => {
          const called = readObject(call["function"], "function");
          const name = String(called["name"]);
          return { id: name, name, arguments: JSON.stringify(called["arguments"] ?? {}) };
        }),
        ...(role === "tool"
          ? { toolCallId: typeof message["tool_name"] === "string" ? message["tool_name"] : "" }
          : {}),
      };
    });
  const tools = readArray(request["tools"] ?? [], "tools").filter(isObject);
  return {
    ...basePrompt(request, model),
    turns,
    tools: tools.map((tool) => {
      const described = readObject(tool["function"], "tools.function");
      return {
        name: String(described["name"]),
        description: typeof described["description"] === "string" ? described["description"] : "",
        parameters: isObject(described["parameters"]) ? described["parameters"] : {},
      };
    }),
  };
}

function generatePrompt(request: JsonObject, model: Model): Prompt {
  const user: Turn = { role: "user", text: readString(request["prompt"], "prompt"), toolCalls: [] };
  const { system } = request;
  const first: Turn[] = typeof system === "string" ? [{ role: "system", text: system, toolCalls: [] }] : [];
  return { ...basePrompt(request, model), turns: [...first, user], tools: [] };
}

function basePrompt(request: JsonObject, model: Model): Omit<Prompt, "turns" | "tools"> {
  const options = isObject(request["options"]) ? request["options"] : {};
  const { format } = request;
  return {
    model,
    toolChoice: "auto",
    parallelToolCalls: true,
    json: format === "json" ? { schema: {} } : isObject(format) ? { schema: format } : undefined,
    maxTokens: typeof options["num_predict"] === "number" ? options["num_predict"] : 4096,
    stop: Array.isArray(options["stop"]) ? (options["stop"] as unknown[]).map(String) : [],
  };
}

/** What a stream's lines say; the last has the counts. */
function linesOf(prompt: Prompt, reply: Reply, isChat: boolean, thinks: boolean): JsonObject[] {
  const head = { model: prompt.model.id, created_at: new Date().toISOString() };
  const say = (text: string, more: JsonObject = {}): JsonObject =>
    isChat ? { message: { role: "assistant", content: text, ...more } } : { response: text, ...more };
  const pieces = tokens(reply.text);
  const size = 4;
  const lines: JsonObject[] = [];
  if (thinks) lines.push({ ...head, ...say("", { thinking: "The question is plain." }), done: false });
  for (let at = 0; at < pieces.length; at += size) {
    lines.push({ ...head, ...say(pieces.slice(at, at + size).join("")), done: false });
  }
  if (reply.toolCalls.length > 0) {
    const calls = reply.toolCalls.map(({ name, arguments: given }) => ({
      function: { name, arguments: JSON.parse(given) as unknown },
    }));
    lines.push({ ...head, ...say("", { tool_calls: calls }), done: false });
  }
  lines.push({
    ...head,
    ...say(""),
    done: true,
    done_reason: reply.finishReason === "length" ? "length" : "stop",
    total_duration: 2_000_000,
    load_duration: 1000,
    prompt_eval_count: countPromptTokens(prompt.turns, prompt.tools),
    prompt_eval_duration: 1000,
    eval_count: countReplyTokens(reply),
    eval_duration: 1000,
  });
  return lines;
}

/** The lines as one answer. */
function joined(lines: readonly JsonObject[], isChat: boolean): JsonObject & { last: JsonObject } {
  const last = lines.at(-1) ?? {};
  if (!isChat) return { last, response: lines.map(({ response }) => String(response)).join("") };
  const messages = lines.map(({ message }) => message).filter(isObject);
  const calls = messages.flatMap(({ tool_calls: some }) => (Array.isArray(some) ? (some as unknown[]) : []));
  const thinking = messages.map(({ thinking: some }) => (typeof some === "string" ? some : "")).join("");
  return {
    last,
    message: {
      role: "assistant",
      content: messages.map(({ content }) => String(content)).join(""),
      ...(thinking === "" ? {} : { thinking }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  };
}
