import { badRequest } from "../api-error.ts";
import type { Prompt, Tool, ToolCall, Turn } from "../brain/prompt.ts";
import { findModel } from "../models.ts";
import { isObject, type JsonObject, readArray, readInteger, readObject, readString } from "../read.ts";

export interface ChatRequest {
  readonly prompt: Prompt;
  readonly choiceCount: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** Text of a message's content: a string, or parts of which those with text count. */
export function readContent(value: unknown, path: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return readArray(value, path)
    .map((part, index) => readObject(part, `${path}[${index}]`))
    .map((part) => (typeof part["text"] === "string" ? part["text"] : ""))
    .join("");
}

function readToolCall(value: unknown, path: string): ToolCall {
  const call = readObject(value, path);
  const called = readObject(call["function"], `${path}.function`);
  return {
    id: readString(call["id"], `${path}.id`),
    name: readString(called["name"], `${path}.function.name`),
    arguments: readString(called["arguments"], `${path}.function.arguments`),
  };
}

function readTurn(value: unknown, index: number): Turn {
  const path = `messages[${index}]`;
  const message = readObject(value, path);
  const role = readString(message["role"], `${path}.role`);
  const text = readContent(message["content"], `${path}.content`);
  const toolCalls = message["tool_calls"] ?? [];
  switch (role) {
    case "developer":
    case "system":
      return { role: "system", text, toolCalls: [] };
    case "user":
      return { role, text, toolCalls: [] };
    case "assistant":
      return {
        role,
        text,
        toolCalls: readArray(toolCalls, `${path}.tool_calls`).map((call, each) =>
          readToolCall(call, `${path}.tool_calls[${each}]`),
        ),
      };
    case "tool":
      return { role, text, toolCalls: [], toolCallId: readString(message["tool_call_id"], `${path}.tool_call_id`) };
    default:
      throw badRequest(
        `${path}.role`,
        `Invalid value: '${role}'. Supported values: system, developer, user, assistant, tool.`,
      );
  }
}

/** A function as Chat Completions nests it and as Responses does not. */
export function readFunction(definition: JsonObject, path: string): Tool {
  return {
    name: readString(definition["name"], `${path}.name`),
    description: typeof definition["description"] === "string" ? definition["description"] : "",
    parameters: isObject(definition["parameters"]) ? definition["parameters"] : {},
  };
}

export function readToolChoice(value: unknown): Prompt["toolChoice"] {
  if (value === undefined || value === null) return "auto";
  if (value === "auto" || value === "none" || value === "required") return value;
  const choice = readObject(value, "tool_choice");
  const named = isObject(choice["function"]) ? choice["function"] : choice;
  return { name: readString(named["name"], "tool_choice.function.name") };
}

/** The JSON asked for by a `response_format` or `text.format`; the schema stands in `json_schema` in the one and beside it in the other. */
export function readFormat(value: unknown, path: string): Prompt["json"] {
  if (value === undefined || value === null) return undefined;
  const format = readObject(value, path);
  const type = readString(format["type"], `${path}.type`);
  if (type === "text") return undefined;
  if (type === "json_object") return { schema: {} };
  if (type !== "json_schema") {
    throw badRequest(`${path}.type`, `Invalid value: '${type}'. Supported values: text, json_object, json_schema.`);
  }
  const holder = isObject(format["json_schema"]) ? format["json_schema"] : format;
  return { schema: readObject(holder["schema"], `${path}.schema`) };
}

function readStop(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const stop = typeof value === "string" ? [value] : readArray(value, "stop").map((one) => readString(one, "stop"));
  if (stop.length > 4) throw badRequest("stop", "Invalid 'stop': at most 4 sequences.");
  return stop.filter((one) => one !== "");
}

/** Reads the body of `POST /v1/chat/completions`. Throws a 400 that names the parameter at fault. */
export function readChatRequest(body: unknown): ChatRequest {
  const request = readObject(body, "body");
  const model = findModel(readString(request["model"], "model"), "chat");
  const messages = readArray(request["messages"], "messages");
  if (messages.length === 0) throw badRequest("messages", "Invalid 'messages': empty array.", "empty_array");
  const tools = readArray(request["tools"] ?? [], "tools").map((tool, index) => {
    const path = `tools[${index}]`;
    return readFunction(readObject(readObject(tool, path)["function"], `${path}.function`), `${path}.function`);
  });
  const streamOptions = isObject(request["stream_options"]) ? request["stream_options"] : {};
  return {
    prompt: {
      model,
      turns: messages.map(readTurn),
      tools,
      toolChoice: readToolChoice(request["tool_choice"]),
      parallelToolCalls: request["parallel_tool_calls"] !== false,
      json: readFormat(request["response_format"], "response_format"),
      maxTokens:
        readInteger(request["max_completion_tokens"], "max_completion_tokens", 1) ??
        readInteger(request["max_tokens"], "max_tokens", 1) ??
        4096,
      stop: readStop(request["stop"]),
    },
    choiceCount: readInteger(request["n"], "n", 1, 128) ?? 1,
    stream: request["stream"] === true,
    includeUsage: streamOptions["include_usage"] === true,
  };
}
