import type { ContentMessage, ContentPart } from "./content-model.ts";
import { isMap, pick, stringOf, textOf, unpack } from "./json.ts";
import type { Json, JsonMap } from "./json.ts";
import { toPart, toParts } from "./read-parts.ts";

/** Wrappers around messages: LangChain batches them, MLflow and LangSmith log the call's whole arguments. */
const deepest = 5;

const roles: Readonly<Record<string, string>> = {
  human: "user",
  HumanMessage: "user",
  HumanMessageChunk: "user",
  ai: "assistant",
  AIMessage: "assistant",
  AIMessageChunk: "assistant",
  SystemMessage: "system",
  ToolMessage: "tool",
  FunctionMessage: "tool",
};

/**
 * Messages in any of the shapes libraries log: OpenTelemetry's parts, requests and answers of OpenAI, Anthropic, Bedrock and Gemini,
 * LangChain's serialised messages, AI SDK prompts. Undefined if it is none of them.
 */
export function toMessages(json: Json, role: string, depth = 0): ContentMessage[] | undefined {
  if (depth > deepest) return undefined;
  if (Array.isArray(json)) {
    const messages: ContentMessage[] = [];
    for (const item of json) {
      const found = toMessages(item, role, depth + 1);
      if (found === undefined) return undefined;
      for (const message of found) messages.push(message);
    }
    return messages;
  }
  if (!isMap(json)) return undefined;
  return wrapped(json, role, depth) ?? one(json, role);
}

/** The keys under which a call's arguments or answer keep their messages, and who speaks there. */
const wrappers: readonly (readonly [key: string, role: string | undefined])[] = [
  ["messages", undefined],
  ["choices", "assistant"],
  ["generations", "assistant"],
  ["candidates", "assistant"],
  ["contents", undefined],
  ["kwargs", undefined],
  ["message", undefined],
];

function wrapped(json: JsonMap, role: string, depth: number): ContentMessage[] | undefined {
  const call = Array.isArray(json["messages"]) || Array.isArray(json["input"]) || Array.isArray(json["output"]);
  const system = call ? pick(json, "system", "instructions") : undefined;
  const first: ContentMessage[] = system === undefined ? [] : [{ role: "system", parts: toParts(system) }];
  for (const [key, speaker] of wrappers) {
    const inner = pick(json, key);
    if (typeof inner !== "object" || inner === null) continue;
    // LangChain's constructor form keeps the class apart from its arguments.
    if (key === "kwargs" && !Array.isArray(json["id"])) continue;
    const className = key === "kwargs" && Array.isArray(json["id"]) ? stringOf(json["id"].at(-1)) : undefined;
    const found = toMessages(inner, roleOf(className) ?? speaker ?? role, depth + 1);
    if (found === undefined) continue;
    const finish = stringOf(pick(json, "finish_reason", "finishReason", "stop_reason"));
    return finish === undefined ? [...first, ...found] : found.map((message) => ({ finishReason: finish, ...message }));
  }
  // The Responses API: items of a list, or a text.
  for (const [key, speaker] of [
    ["input", "user"],
    ["output", "assistant"],
  ] as const) {
    const inner = json[key];
    if (Array.isArray(inner) && inner.every((item) => isMap(item) && ("role" in item || "type" in item))) {
      const found = inner.flatMap((item) => one(item as JsonMap, speaker) ?? []);
      if (found.length === inner.length) return [...first, ...found];
    }
  }
  return undefined;
}

function one(json: JsonMap, fallback: string): ContentMessage[] | undefined {
  const data =
    isMap(json["data"]) && stringOf(json["type"]) !== undefined ? { ...json["data"], type: json["type"]! } : json;
  const type = stringOf(data["type"]);
  const told = stringOf(data["role"]) ?? (type !== undefined && Object.hasOwn(roles, type) ? type : undefined);
  const content = pick(data, "parts", "content", "contents", "text");
  const calls = pick(data, "tool_calls", "toolCalls");
  const speaks = told !== undefined || content !== undefined || calls !== undefined;
  // A lone item of the Responses API: function_call, function_call_output, reasoning.
  if (told === undefined && type !== undefined && type !== "message") {
    const part = toPart(data);
    if (part.type !== "other" || content === undefined) {
      return part.type === "other" && calls === undefined
        ? undefined
        : [{ role: part.type === "tool-result" ? "tool" : fallback, parts: [part] }];
    }
  }
  if (!speaks) return undefined;
  const role = roleOf(told) ?? fallback;
  const name = stringOf(data["name"]);
  const finishReason = stringOf(pick(data, "finish_reason", "finishReason", "stop_reason", "stopReason"));
  return [
    {
      role,
      parts: messageParts(data, role, content, calls),
      ...(name !== undefined && name !== "" && { name }),
      ...(finishReason !== undefined && { finishReason }),
    },
  ];
}

function messageParts(data: JsonMap, role: string, content: Json | undefined, calls: Json | undefined): ContentPart[] {
  const callId = stringOf(pick(data, "tool_call_id", "toolCallId"));
  const parts: ContentPart[] = [];
  const reasoning = stringOf(pick(data, "reasoning_content", "reasoning"));
  if (reasoning !== undefined && reasoning !== "") parts.push({ type: "reasoning", text: reasoning });
  if (role === "tool" && !Array.isArray(data["parts"]) && (callId !== undefined || typeof content === "string")) {
    const id = callId ?? stringOf(data["id"]) ?? "";
    parts.push({ type: "tool-result", id, name: stringOf(data["name"]) ?? "", result: resultText(content) });
  } else if (content !== undefined && content !== "") {
    for (const part of toParts(content)) parts.push(part);
  }
  const called = typeof calls === "string" ? unpack(calls) : calls;
  if (Array.isArray(called)) {
    // LangChain tells a call twice: as a block of the content and in a list.
    const told = new Set(parts.flatMap((part) => (part.type === "tool-call" && part.id !== "" ? [part.id] : [])));
    for (const call of called) {
      const part = toPart(call, "tool_call");
      if (part.type !== "tool-call" || !told.has(part.id)) parts.push(part);
    }
  }
  const single = pick(data, "function_call");
  if (isMap(single)) parts.push(toPart(single, "tool_call"));
  const oldName = stringOf(data["function_call_name"]);
  if (oldName !== undefined) {
    const text = textOf(data["function_call_arguments_json"]);
    parts.push({ type: "tool-call", id: "", name: oldName, arguments: text });
  }
  return parts;
}

/** A result given as blocks of text is that text. */
function resultText(content: Json | undefined): string {
  if (!Array.isArray(content)) return textOf(content);
  const texts = toParts(content).map((part) => (part.type === "text" ? part.text : undefined));
  return texts.every((text) => text !== undefined) ? texts.join("\n") : textOf(content);
}

function roleOf(told: string | undefined): string | undefined {
  return told !== undefined && Object.hasOwn(roles, told) ? roles[told] : told;
}
