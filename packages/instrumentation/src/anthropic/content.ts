import { inlineMedia, mediaPart } from "../capture/media.ts";
import type { CallContent } from "../core/call-events.ts";
import { arrayOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";

type Part = Readonly<Record<string, unknown>>;

/** What a request to the Messages API says. */
export function messagesContent(body: JsonObject): CallContent {
  const instructions = contentParts(body["system"]);
  return {
    ...(instructions.length === 0 ? {} : { "gen_ai.system_instructions": instructions }),
    "gen_ai.input.messages": arrayOf(body["messages"])
      .filter(isObject)
      .map((message) => ({ role: roleOf(message), parts: contentParts(message["content"]) })),
    "gen_ai.tool.definitions": toolDefinitions(body["tools"]),
  };
}

/** A user's message of nothing but results of tools is the tools'. */
function roleOf(message: JsonObject): string {
  const blocks = arrayOf(message["content"]).filter(isObject);
  const isResults = blocks.length > 0 && blocks.every(({ type }) => type === "tool_result");
  return isResults ? "tool" : (stringOf(message["role"]) ?? "user");
}

/** Content, a string or blocks, as parts of the conventions' schema. */
export function contentParts(content: unknown): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return arrayOf(content).filter(isObject).map(contentPart);
}

function contentPart(block: JsonObject): Part {
  const type = stringOf(block["type"]) ?? "";
  switch (type) {
    case "text":
      return { type: "text", content: block["text"] ?? "" };
    case "thinking":
      return { type: "reasoning", content: block["thinking"] ?? "" };
    case "tool_use":
      return { type: "tool_call", ...idOf(block["id"]), name: block["name"] ?? "", arguments: block["input"] };
    case "tool_result":
      return {
        type: "tool_call_response",
        ...idOf(block["tool_use_id"]),
        response: typeof block["content"] === "string" ? block["content"] : resultOf(block["content"]),
      };
    case "image":
      return sourcePart(objectOf(block["source"]), "image");
    case "document":
      return sourcePart(objectOf(block["source"]), "document");
    case "server_tool_use":
    case "mcp_tool_use":
      return {
        type: "server_tool_call",
        ...idOf(block["id"]),
        name: block["name"] ?? "",
        server_tool_call: { type: block["name"] ?? type, input: block["input"] },
      };
    default:
      return { type: "generic", generic_type: type };
  }
}

function resultOf(content: unknown): unknown {
  const parts = contentParts(content);
  return parts.every(({ type }) => type === "text") ? parts.map((part) => String(part["content"])).join("\n") : parts;
}

function sourcePart(source: JsonObject, modality: string): Part {
  switch (source["type"]) {
    case "base64":
      return inlineMedia(stringOf(source["data"]) ?? "", modality, stringOf(source["media_type"]));
    case "url":
      return mediaPart(stringOf(source["url"]) ?? "", modality);
    case "file":
      return { type: "file", modality, file_id: source["file_id"] ?? "" };
    case "text":
      return { type: "text", content: source["data"] ?? "" };
    default:
      return { type: "generic", generic_type: modality };
  }
}

function idOf(id: unknown): Part {
  return typeof id === "string" ? { id } : {};
}

/** Tools on offer, without their schemas. */
function toolDefinitions(tools: unknown): unknown {
  const list = arrayOf(tools).filter(isObject);
  if (list.length === 0) return undefined;
  return list.map((tool) => {
    const description = stringOf(tool["description"]);
    return {
      type: tool["input_schema"] === undefined ? (stringOf(tool["type"]) ?? "function") : "function",
      name: stringOf(tool["name"]) ?? "",
      ...(description === undefined ? {} : { description }),
    };
  });
}
