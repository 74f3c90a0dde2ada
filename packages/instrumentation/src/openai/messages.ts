import { inlineMedia, mediaPart } from "../capture/media.ts";
import type { CallContent } from "../core/call-events.ts";
import { arrayOf, isObject, type JsonObject, objectOf, parsedOf, stringOf } from "../core/read.ts";

type Part = Readonly<Record<string, unknown>>;

/** Messages of a chat as the conventions' schema has them. */
export function chatMessages(messages: unknown): readonly Part[] {
  return arrayOf(messages).filter(isObject).map(chatMessage);
}

function chatMessage(message: JsonObject): Part {
  const role = stringOf(message["role"]) ?? "user";
  const isResult = role === "tool" || role === "function";
  const parts = isResult ? [toolResult(message)] : messageParts(message, contentParts(message["content"]));
  const name = stringOf(message["name"]);
  return name === undefined ? { role, parts } : { role, parts, name };
}

function toolResult(message: JsonObject): Part {
  return {
    type: "tool_call_response",
    ...idOf(message["tool_call_id"]),
    response: textContent(message["content"]),
  };
}

/** The parts of a message: its content's, then those that are not its content (reasoning, refusal, audio, tool calls). */
export function messageParts(message: JsonObject, content: readonly Part[]): readonly Part[] {
  const more = answerParts(message);
  if (more.length === 0) return content;
  return [...content, ...more];
}

/** The parts of an assistant's message that are not its content: refusal, reasoning, audio, tool calls. */
function answerParts(message: JsonObject): readonly Part[] {
  const parts: Part[] = [];
  const reasoning = stringOf(message["reasoning_content"]) ?? stringOf(message["reasoning"]);
  if (reasoning !== undefined) parts.push({ type: "reasoning", content: reasoning });
  const refusal = stringOf(message["refusal"]);
  if (refusal !== undefined) parts.push({ type: "text", content: refusal });
  const { transcript } = objectOf(message["audio"]);
  if (typeof transcript === "string") parts.push({ type: "text", content: transcript });
  for (const call of arrayOf(message["tool_calls"])) {
    if (!isObject(call)) continue;
    const called = isObject(call["function"]) ? call["function"] : objectOf(call["custom"]);
    parts.push({
      type: "tool_call",
      ...idOf(call["id"]),
      name: stringOf(called["name"]) ?? "",
      arguments: parsedOf(called["arguments"] ?? called["input"]),
    });
  }
  const legacy = message["function_call"];
  if (isObject(legacy)) {
    parts.push({ type: "tool_call", name: stringOf(legacy["name"]) ?? "", arguments: parsedOf(legacy["arguments"]) });
  }
  return parts;
}

/** Content of a message, a string or a list of parts, of either API. */
export function contentParts(content: unknown): readonly Part[] {
  if (typeof content === "string") return [{ type: "text", content }];
  return arrayOf(content).filter(isObject).map(contentPart);
}

function contentPart(part: JsonObject): Part {
  const type = stringOf(part["type"]) ?? "";
  switch (type) {
    case "text":
    case "input_text":
    case "output_text":
    case "summary_text":
    case "reasoning_text":
      return { type: "text", content: part["text"] ?? "" };
    case "audio":
    case "output_audio":
      return { type: "text", content: part["transcript"] ?? "" };
    case "refusal":
      return { type: "text", content: part["refusal"] ?? "" };
    case "thinking":
      return { type: "reasoning", content: textIn(part["thinking"]) ?? "" };
    case "image_url":
      return mediaPart(stringOf(part["image_url"]) ?? stringOf(objectOf(part["image_url"])["url"]) ?? "", "image");
    case "document_url":
      return mediaPart(stringOf(part["document_url"]) ?? "", "document");
    case "input_image":
      return typeof part["image_url"] === "string"
        ? mediaPart(part["image_url"], "image")
        : { type: "file", modality: "image", file_id: part["file_id"] ?? "" };
    case "input_audio": {
      if (typeof part["transcript"] === "string") return { type: "text", content: part["transcript"] };
      const audio = isObject(part["input_audio"]) ? part["input_audio"] : { data: part["input_audio"] };
      const format = stringOf(audio["format"]);
      const mimeType = format === undefined ? undefined : `audio/${format}`;
      return inlineMedia(stringOf(audio["data"]) ?? "", "audio", mimeType);
    }
    case "file":
    case "input_file":
      return filePart(isObject(part["file"]) ? part["file"] : part);
    default:
      return { type: "generic", generic_type: type };
  }
}

/** The text of a content, alone or in parts; `undefined` if there is none. */
export function textIn(content: unknown): string | undefined {
  if (!Array.isArray(content)) return stringOf(content);
  return stringOf(content.map((part) => stringOf(objectOf(part)["text"]) ?? "").join(""));
}

/** What was thought, in the parts of a content. */
export function thinkingIn(content: unknown): string {
  return arrayOf(content)
    .map((part) => textIn(objectOf(part)["thinking"]) ?? "")
    .join("");
}

function filePart(file: JsonObject): Part {
  const id = stringOf(file["file_id"]);
  if (id !== undefined) return { type: "file", modality: "document", file_id: id };
  const url = stringOf(file["file_url"]) ?? stringOf(file["file_data"]) ?? "";
  return mediaPart(url, "document");
}

function textContent(content: unknown): unknown {
  if (typeof content === "string" || content === undefined || content === null) return content ?? "";
  const parts = contentParts(content);
  return parts.every(({ type }) => type === "text") ? parts.map((part) => String(part["content"])).join("\n") : parts;
}

function idOf(id: unknown): Part {
  return typeof id === "string" ? { id } : {};
}

/** Tools on offer. Their parameters are left out: large, and the conventions advise against them. */
export function toolDefinitions(tools: unknown): unknown {
  if (tools === undefined) return undefined;
  const list = arrayOf(tools).filter(isObject);
  if (list.length === 0) return undefined;
  return list.map((tool) => {
    const type = stringOf(tool["type"]) ?? "function";
    const described = isObject(tool["function"]) ? tool["function"] : isObject(tool["custom"]) ? tool["custom"] : tool;
    const name = stringOf(described["name"]) ?? stringOf(tool["server_label"]) ?? type;
    const description = stringOf(described["description"]);
    return { type, name, ...(description === undefined ? {} : { description }) };
  });
}

/** What a chat request says. System messages stay in the history, where the API has them. */
export function chatContent(body: JsonObject): CallContent {
  return {
    "gen_ai.input.messages": chatMessages(body["messages"]),
    "gen_ai.tool.definitions": toolDefinitions(body["tools"] ?? body["functions"]),
  };
}

const itemRoles: Readonly<Record<string, string>> = { developer: "system" };

/** The items of a response's input or output as messages. */
export function responseItems(input: unknown): readonly Part[] {
  if (typeof input === "string") return [{ role: "user", parts: [{ type: "text", content: input }] }];
  return arrayOf(input).filter(isObject).map(responseItem);
}

function responseItem(item: JsonObject): Part {
  const type = stringOf(item["type"]) ?? "message";
  if (type === "message") {
    const role = stringOf(item["role"]) ?? "user";
    return { role: itemRoles[role] ?? role, parts: contentParts(item["content"]) };
  }
  if (type.endsWith("_output")) {
    const response = textContent(item["output"]);
    return { role: "tool", parts: [{ type: "tool_call_response", ...idOf(item["call_id"]), response }] };
  }
  return { role: "assistant", parts: [outputPart(type, item)] };
}

function outputPart(type: string, item: JsonObject): Part {
  switch (type) {
    case "function_call":
    case "custom_tool_call":
      return {
        type: "tool_call",
        ...idOf(item["call_id"]),
        name: stringOf(item["name"]) ?? "",
        arguments: parsedOf(item["arguments"] ?? item["input"]),
      };
    case "reasoning": {
      const said = [...arrayOf(item["summary"]), ...arrayOf(item["content"])].filter(isObject);
      return { type: "reasoning", content: said.map(({ text }) => String(text)).join("\n") };
    }
    case "compaction":
      return { type: "compaction", ...idOf(item["id"]) };
    default: {
      // a tool the provider ran itself: web search, file search, code interpreter, MCP …
      const name = stringOf(item["name"]) ?? type.replace(/_call$/u, "");
      return { type: "server_tool_call", ...idOf(item["id"]), name, server_tool_call: { type, ...toolInput(item) } };
    }
  }
}

function toolInput(item: JsonObject): Part {
  const input: Record<string, unknown> = {};
  for (const key of ["action", "queries", "code", "arguments", "server_label"]) {
    if (item[key] !== undefined && item[key] !== null) input[key] = parsedOf(item[key]);
  }
  return input;
}

/** The answer as the one message it is: a response is one choice, whatever number of items it has. */
export function responseMessage(output: unknown, finishReason: string | undefined): readonly Part[] {
  const parts = responseItems(output).flatMap((message) => message["parts"] as readonly Part[]);
  return [{ role: "assistant", parts, ...(finishReason === undefined ? {} : { finish_reason: finishReason }) }];
}

/** What a request to the responses API says. */
export function responseContent(body: JsonObject): CallContent {
  const { instructions } = body;
  return {
    ...(typeof instructions === "string"
      ? { "gen_ai.system_instructions": [{ type: "text", content: instructions }] }
      : {}),
    "gen_ai.input.messages": responseItems(body["input"]),
    "gen_ai.tool.definitions": toolDefinitions(body["tools"]),
  };
}
