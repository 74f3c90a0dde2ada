import type { ServerResponse } from "node:http";
import { ApiError, badRequest } from "../api-error.ts";
import type { Prompt, Reply, ToolCall, Turn } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens, respond } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import type { Fault } from "../fault.ts";
import type { Model } from "../models.ts";
import { isObject, type JsonObject, readArray, readInteger, readObject, readString } from "../read.ts";
import { sendEvents, sendJson, wholeMs } from "../send.ts";
import type { WireCall, WireFormat } from "../wire-format.ts";

const models: readonly Model[] = [
  { id: "claude-opus-5", snapshot: "claude-opus-5", kind: "chat" },
  { id: "claude-sonnet-5", snapshot: "claude-sonnet-5", kind: "chat" },
  { id: "claude-haiku-4-5", snapshot: "claude-haiku-4-5-20251001", kind: "chat" },
];

interface Request {
  readonly prompt: Prompt;
  readonly stream: boolean;
  readonly thinking: boolean;
  /** Tokens up to the last `cache_control`: what is found in the cache. */
  readonly cachedTokens: number;
}

/** Azure has Anthropic's paths below one of its own. */
const ownPath = /^(?:\/anthropic)?\/v1\/messages(?:\/count_tokens)?$/u;
/** Vertex has the model in the path. */
const vertexPath = /\/publishers\/anthropic\/models\/([^/:]+):(?:rawPredict|streamRawPredict)$/u;

function vertexModel(path: string): string | undefined {
  const name = vertexPath.exec(path)?.[1];
  return name === undefined || name === "count-tokens" ? undefined : decodeURIComponent(name);
}

/** Anthropic's Messages API, also as Vertex and Azure have it: answers, tools, thinking, streams, token counts and errors. */
export const anthropicFormat: WireFormat = {
  handles: (path) => ownPath.test(path) || vertexPath.test(path),
  modelOf: (path, body) =>
    vertexModel(path) ?? (isObject(body) && typeof body["model"] === "string" ? body["model"] : ""),
  async post({ path, body, id, reply, fault, pace }: WireCall) {
    reply.setHeader("request-id", `req_${id}`);
    const model = vertexModel(path);
    const request = readRequest(isObject(body) && model !== undefined ? { ...body, model } : body);
    const { prompt } = request;
    if (/count[_-]tokens/u.test(path)) {
      await sendJson(reply, { input_tokens: countPromptTokens(prompt.turns, prompt.tools) }, fault, 0);
      return;
    }
    const answer = respond(prompt, 0);
    const message = messageOf(request, answer, id);
    if (!request.stream) {
      await sendJson(reply, message, fault, wholeMs(pace, countReplyTokens(answer)));
      return;
    }
    await sendEvents(reply, encoded(eventsOf(message)), fault, pace, {
      contentType: "text/event-stream; charset=utf-8",
      error: () => encodedEvent({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }),
    });
  },
  sendError,
};

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error",
};

function sendError(reply: ServerResponse, error: ApiError, fault?: Fault): void {
  if (fault?.retryAfterMs !== undefined) reply.setHeader("retry-after", String(Math.ceil(fault.retryAfterMs / 1000)));
  const type = errorTypes[error.status] ?? "api_error";
  const body = JSON.stringify({ type: "error", error: { type, message: error.message } });
  reply.writeHead(error.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

function readRequest(body: unknown): Request {
  const request = readObject(body, "body");
  const named = readString(request["model"], "model").split("#")[0];
  const model = models.find(({ id, snapshot }) => id === named || snapshot === named);
  if (model === undefined) throw new ApiError(404, "not_found_error", `model: ${named}`);
  const messages = readArray(request["messages"], "messages");
  if (messages.length === 0) throw badRequest("messages", "messages: at least one message is required");
  const system = textOf(request["system"]);
  const turns: Turn[] = system === "" ? [] : [{ role: "system", text: system, toolCalls: [] }];
  for (const [index, message] of messages.entries()) turns.push(...readTurns(message, index));
  const tools = readArray(request["tools"] ?? [], "tools").map((tool, index) => {
    const definition = readObject(tool, `tools.${index}`);
    return {
      name: readString(definition["name"], `tools.${index}.name`),
      description: typeof definition["description"] === "string" ? definition["description"] : "",
      parameters: isObject(definition["input_schema"]) ? definition["input_schema"] : {},
    };
  });
  const choice = isObject(request["tool_choice"]) ? request["tool_choice"] : {};
  const format = isObject(request["output_config"]) ? request["output_config"]["format"] : request["output_format"];
  const stop = readArray(request["stop_sequences"] ?? [], "stop_sequences").map((one) => readString(one, "stop"));
  return {
    prompt: {
      model,
      turns,
      tools,
      toolChoice:
        choice["type"] === "none"
          ? "none"
          : choice["type"] === "any"
            ? "required"
            : choice["type"] === "tool"
              ? { name: readString(choice["name"], "tool_choice.name") }
              : "auto",
      parallelToolCalls: choice["disable_parallel_tool_use"] !== true,
      json: isObject(format) && isObject(format["schema"]) ? { schema: format["schema"] } : undefined,
      maxTokens: readInteger(request["max_tokens"], "max_tokens", 1) ?? 4096,
      stop,
    },
    stream: request["stream"] === true,
    thinking: isObject(request["thinking"]) && request["thinking"]["type"] !== "disabled",
    cachedTokens: cachedTokens(request),
  };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((block: unknown) => (isObject(block) && typeof block["text"] === "string" ? block["text"] : ""))
    .join("");
}

/** One message is one turn, but that each tool result is a turn of its own. */
function readTurns(value: unknown, index: number): readonly Turn[] {
  const message = readObject(value, `messages.${index}`);
  const role = readString(message["role"], `messages.${index}.role`);
  if (role !== "user" && role !== "assistant")
    throw badRequest("role", `messages.${index}.role: unexpected role '${role}'`);
  const blocks = Array.isArray(message["content"]) ? (message["content"] as unknown[]).filter(isObject) : [];
  const toolCalls: ToolCall[] = blocks
    .filter(({ type }) => type === "tool_use")
    .map((block) => ({
      id: readString(block["id"], "tool_use.id"),
      name: readString(block["name"], "tool_use.name"),
      arguments: JSON.stringify(block["input"] ?? {}),
    }));
  const results = blocks
    .filter(({ type }) => type === "tool_result")
    .map((block): Turn => ({
      role: "tool",
      text: block["is_error"] === true ? JSON.stringify({ error: textOf(block["content"]) }) : textOf(block["content"]),
      toolCalls: [],
      toolCallId: readString(block["tool_use_id"], "tool_result.tool_use_id"),
    }));
  const text = textOf(message["content"]);
  return text === "" && toolCalls.length === 0 ? results : [...results, { role, text, toolCalls }];
}

function cachedTokens(request: JsonObject): number {
  const system = Array.isArray(request["system"]) ? (request["system"] as unknown[]).filter(isObject) : [];
  const last = system.findLastIndex((block) => block["cache_control"] !== undefined);
  return system.slice(0, last + 1).reduce((sum, block) => sum + tokens(textOf([block])).length, 0);
}

const stopReasons = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" } as const;

interface Message {
  readonly content: readonly JsonObject[];
  readonly stop_reason: string;
  readonly usage: JsonObject;
  readonly [key: string]: unknown;
}

function messageOf({ prompt, thinking, cachedTokens: cached }: Request, reply: Reply, id: string): Message {
  const thought = thinking ? "The question is plain, and so is the answer." : "";
  const content: JsonObject[] = [
    ...(thinking ? [{ type: "thinking", thinking: thought, signature: "c2lnbmVk" }] : []),
    ...(reply.text === "" ? [] : [{ type: "text", text: reply.text, citations: null }]),
    ...reply.toolCalls.map((call) => ({
      type: "tool_use",
      id: call.id.replace(/^call_/u, "toolu_"),
      name: call.name,
      input: JSON.parse(call.arguments) as unknown,
    })),
  ];
  return {
    id: `msg_${id}`,
    type: "message",
    role: "assistant",
    model: prompt.model.snapshot,
    content,
    stop_reason: stopReasons[reply.finishReason],
    stop_sequence: null,
    usage: {
      input_tokens: countPromptTokens(prompt.turns, prompt.tools) - cached,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: cached,
      output_tokens: countReplyTokens(reply) + tokens(thought).length,
      service_tier: "standard",
    },
  };
}

/** Pieces of a text as a stream has them. */
function pieces(text: string, size = 4): readonly string[] {
  const all = tokens(text);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size).join(""));
}

function* eventsOf(message: Message): Generator<JsonObject, void, undefined> {
  const { content, stop_reason: stopReason, usage } = message;
  yield {
    type: "message_start",
    message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
  };
  yield { type: "ping" };
  for (const [index, block] of content.entries()) {
    const deltas =
      block["type"] === "text"
        ? pieces(String(block["text"])).map((text) => ({ type: "text_delta", text }))
        : block["type"] === "thinking"
          ? [
              ...pieces(String(block["thinking"])).map((thinking) => ({ type: "thinking_delta", thinking })),
              { type: "signature_delta", signature: block["signature"] },
            ]
          : pieces(JSON.stringify(block["input"])).map((json) => ({ type: "input_json_delta", partial_json: json }));
    const empty =
      block["type"] === "text"
        ? { ...block, text: "" }
        : block["type"] === "thinking"
          ? { ...block, thinking: "", signature: "" }
          : { ...block, input: {} };
    yield { type: "content_block_start", index, content_block: empty };
    for (const delta of deltas) yield { type: "content_block_delta", index, delta };
    yield { type: "content_block_stop", index };
  }
  yield {
    type: "message_delta",
    delta: { stop_reason: stopReason, stop_sequence: null },
    usage: { output_tokens: usage["output_tokens"] },
  };
  yield { type: "message_stop" };
}

function encodedEvent(event: JsonObject): string {
  return `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`;
}

function* encoded(events: Iterable<JsonObject>): Generator<string, void, undefined> {
  for (const event of events) yield encodedEvent(event);
}
