import { inlineMedia, mediaPart } from "../capture/media.ts";
import { arrayOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";

type Part = Readonly<Record<string, unknown>>;

const roles: Readonly<Record<string, string>> = { human: "user", ai: "assistant", tool: "tool", system: "system" };

/** LangChain's messages as the conventions' schema has them. */
export function lcMessages(messages: unknown): readonly Part[] {
  return arrayOf(messages)
    .filter(isObject)
    .map((message) => lcMessage(message));
}

export function lcMessage(message: JsonObject, finishReason?: string): Part {
  const type = stringOf(message["type"]) ?? stringOf(message["role"]) ?? "human";
  const role = roles[type] ?? type;
  const parts: Part[] =
    role === "tool"
      ? [{ type: "tool_call_response", ...idOf(message["tool_call_id"]), response: message["content"] }]
      : [...contentParts(message["content"]), ...callParts(message["tool_calls"])];
  return { role, parts, ...(finishReason === undefined ? {} : { finish_reason: finishReason }) };
}

function callParts(calls: unknown): readonly Part[] {
  return arrayOf(calls)
    .filter(isObject)
    .map((call) => ({ type: "tool_call", ...idOf(call["id"]), name: call["name"] ?? "", arguments: call["args"] }));
}

function contentParts(content: unknown): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return arrayOf(content)
    .filter(isObject)
    .filter(({ type }) => type !== "tool_use" && type !== "tool_call")
    .map((block) => {
      switch (block["type"]) {
        case "text":
          return { type: "text", content: block["text"] ?? "" };
        case "thinking":
        case "reasoning":
          return { type: "reasoning", content: block["thinking"] ?? block["reasoning"] ?? "" };
        case "image_url": {
          const url = block["image_url"];
          return mediaPart(stringOf(url) ?? stringOf(objectOf(url)["url"]) ?? "", "image");
        }
        case "image":
        case "audio":
        case "file":
          return typeof block["data"] === "string"
            ? inlineMedia(block["data"], block["type"], stringOf(block["mime_type"]))
            : mediaPart(stringOf(block["url"]) ?? "", block["type"]);
        default:
          return { type: "generic", generic_type: String(block["type"]) };
      }
    });
}

function idOf(id: unknown): Part {
  return typeof id === "string" ? { id } : {};
}
