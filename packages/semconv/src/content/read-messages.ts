import type { ChatMessage, ChatPart } from "./content.ts";
import { isList, isMap, parseJson, stringOf, textOf } from "./json.ts";
import type { Json, JsonMap } from "./json.ts";

/** Roles by the names that LangChain, Google and others have for them. */
const roles: ReadonlyMap<string, string> = new Map([
  ["human", "user"],
  ["HumanMessage", "user"],
  ["ai", "assistant"],
  ["AIMessage", "assistant"],
  ["AIMessageChunk", "assistant"],
  ["model", "assistant"],
  ["SystemMessage", "system"],
  ["ToolMessage", "tool"],
  ["function", "tool"],
]);

/** Members under which an object holds a list of messages, and the role of those that do not name one. */
const holders: readonly (readonly [key: string, role: string | undefined])[] = [
  ["messages", undefined],
  ["input_messages", undefined],
  ["contents", "user"],
  ["choices", "assistant"],
  ["candidates", "assistant"],
  ["generations", "assistant"],
  ["output_messages", "assistant"],
];

/**
 * Messages of any of the shapes in which libraries record them: lists and single ones; OpenTelemetry's `parts`, OpenAI's `content` and `tool_calls`, Anthropic's and
 * Vercel's content blocks, Google's `contents`, LangChain's serialised classes, whole requests and answers around them. Text that is no JSON is one
 * message of text. Nothing is refused: what no shape fits is shown as JSON.
 */
export function readMessages(json: Json, role: string): ChatMessage[] {
  if (typeof json === "string") {
    const parsed = parseJson(json);
    return parsed === undefined ? [{ role, parts: [{ type: "text", text: json }] }] : readMessages(parsed, role);
  }
  if (isList(json)) {
    // a conversation, a list of conversations (LangChain batches), or the parts of one message
    if (json.length > 0 && json.every((item) => isMap(item) && isPart(item))) return [{ role, parts: readParts(json) }];
    return json.flatMap((item) => readMessages(item, role));
  }
  if (!isMap(json)) return [{ role, parts: [{ type: "text", text: textOf(json) }] }];
  for (const [key, own] of holders) {
    const held = json["role"] === undefined ? json[key] : undefined;
    if (isList(held) || isMap(held)) return [...instructionsOf(json), ...readMessages(held, own ?? role)];
  }
  const { prompt } = json;
  if (typeof prompt === "string" || isList(prompt)) return [...instructionsOf(json), ...readMessages(prompt, role)];
  const inner = json["message"];
  if (isMap(inner)) return readMessages(inner, role).map((message) => withFinishReason(message, json));
  if (isMap(json["kwargs"]) && json["lc"] !== undefined) return readMessages(unwrapLangChain(json), role);
  return [readMessage(json, role)];
}

/** `system` beside `messages`: Anthropic's and Vercel's way to instruct. */
function instructionsOf(json: JsonMap): ChatMessage[] {
  const system = json["system"] ?? json["systemInstruction"];
  return system === undefined || system === null || system === "" ? [] : [{ role: "system", parts: readParts(system) }];
}

function unwrapLangChain(json: JsonMap): Json {
  const path = json["id"];
  const className = isList(path) ? stringOf(path.at(-1)) : undefined;
  return { role: className ?? "", ...(json["kwargs"] as JsonMap) };
}

function withFinishReason(message: ChatMessage, json: JsonMap): ChatMessage {
  const reason = stringOf(json["finish_reason"]) ?? stringOf(json["finishReason"]);
  return reason === undefined || message.finishReason !== undefined ? message : { ...message, finishReason: reason };
}

function isPart(json: JsonMap): boolean {
  const { type, role, lc } = json;
  return typeof type === "string" && role === undefined && lc === undefined && !roles.has(type);
}

function readMessage(json: JsonMap, fallback: string): ChatMessage {
  const named = stringOf(json["role"]) || stringOf(json["type"]);
  const role = named === undefined ? fallback : isPart(json) ? fallback : (roles.get(named) ?? named);
  const name = stringOf(json["name"]);
  const callId = stringOf(json["tool_call_id"]) ?? stringOf(json["toolCallId"]);
  const body = json["parts"] ?? json["content"] ?? json["contents"] ?? json["text"];
  const isAnswer = callId !== undefined && role !== "assistant";
  const parts: ChatPart[] = isPart(json)
    ? readParts([json])
    : isAnswer
      ? [{ type: "tool-result", id: callId, name: name ?? "", result: resultText(body) }]
      : body === undefined || body === null || body === ""
        ? []
        : readParts(body);
  const calls = json["tool_calls"] ?? json["toolCalls"] ?? json["function_call"];
  if (calls !== undefined && calls !== null) parts.push(...readToolCalls(calls));
  // nothing we know of: the one text in the object, or the object itself
  if (parts.length === 0 && body === undefined && named === undefined) {
    const [only, ...others] = Object.values(json);
    if (typeof only === "string" && others.length === 0) parts.push({ type: "text", text: only });
    else parts.push({ type: "other", label: "JSON", json: textOf(json) });
  }
  return withFinishReason({ role, parts, ...(name !== undefined && !isAnswer && { name }) }, json);
}

/** Tool calls as OpenAI, Vercel, OpenLLMetry and OpenInference write them. */
export function readToolCalls(json: Json): ChatPart[] {
  const parsed = typeof json === "string" ? (parseJson(json) ?? json) : json;
  return (isList(parsed) ? parsed : [parsed]).map((item): ChatPart => {
    const outer = isMap(item) && isMap(item["tool_call"]) ? item["tool_call"] : item;
    if (!isMap(outer)) return { type: "other", label: "tool call", json: textOf(outer) };
    const call = isMap(outer["function"]) ? outer["function"] : outer;
    return {
      type: "tool-call",
      id: stringOf(outer["id"]) ?? stringOf(outer["toolCallId"]) ?? "",
      name: stringOf(call["name"]) ?? stringOf(outer["toolName"]) ?? "",
      arguments: textOf(call["arguments"] ?? call["args"] ?? call["input"] ?? ""),
    };
  });
}

/** The parts of a message: text, a list of typed blocks, or one. */
export function readParts(json: Json): ChatPart[] {
  if (typeof json === "string") {
    const parsed = parseJson(json);
    const isBlocks = isList(parsed) && parsed.length > 0 && parsed.every((item) => isMap(item) && isPart(item));
    return isBlocks ? readParts(parsed) : [{ type: "text", text: json }];
  }
  return (isList(json) ? json : [json]).map((part): ChatPart => {
    if (typeof part === "string") return { type: "text", text: part };
    if (!isMap(part)) return { type: "other", label: "content", json: textOf(part) };
    return readPart(part);
  });
}

function readPart(outer: JsonMap): ChatPart {
  // OpenInference: { message_content: { type, text } }
  const part = isMap(outer["message_content"]) ? outer["message_content"] : outer;
  const type = stringOf(part["type"]) ?? "text";
  const text = stringOf(part["content"]) ?? stringOf(part["text"]) ?? stringOf(part["thinking"]);
  switch (type) {
    case "text":
    case "input_text":
    case "output_text":
      if (text !== undefined) return { type: "text", text };
      break;
    case "reasoning":
    case "thinking":
      if (text !== undefined) return { type: "reasoning", text };
      break;
    case "tool_call":
    case "tool-call":
    case "tool_use":
    case "function_call":
      return readToolCalls(part)[0]!;
    case "tool_call_response":
    case "tool-result":
    case "tool_result":
    case "function_call_output":
      return {
        type: "tool-result",
        id:
          stringOf(part["id"]) ??
          stringOf(part["toolCallId"]) ??
          stringOf(part["tool_use_id"]) ??
          stringOf(part["call_id"]) ??
          "",
        name: stringOf(part["name"]) ?? stringOf(part["toolName"]) ?? "",
        result: resultText(part["response"] ?? part["result"] ?? part["output"] ?? part["content"]),
      };
    default:
      break;
  }
  return { type: "other", label: type, json: textOf(part) };
}

/** A tool's result; blocks of text alone are that text. */
function resultText(json: Json | undefined): string {
  if (isMap(json) && json["type"] === "text" && typeof json["value"] === "string") return json["value"];
  if (isMap(json) && json["type"] === "json" && json["value"] !== undefined) return textOf(json["value"]);
  if (!isList(json)) return textOf(json);
  const texts = json.map((item) => (isMap(item) && item["type"] === "text" ? stringOf(item["text"]) : undefined));
  return texts.length > 0 && texts.every((text) => text !== undefined) ? texts.join("\n") : textOf(json);
}
