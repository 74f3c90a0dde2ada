import { inlineMedia, mediaPart } from "../capture/media.ts";
import { arrayOf, isObject, type JsonObject, objectOf, parsedOf, stringOf } from "../core/read.ts";

type Part = Readonly<Record<string, unknown>>;

/** LlamaIndex's messages as the conventions' schema has them. */
export function liMessages(messages: unknown): readonly Part[] {
  return arrayOf(messages)
    .filter(isObject)
    .map((message) => liMessage(message));
}

export function liMessage(message: JsonObject, finishReason?: string): Part {
  const options = objectOf(message["options"]);
  const result = options["toolResult"];
  const ended = finishReason === undefined ? {} : { finish_reason: finishReason };
  if (isObject(result)) {
    return {
      role: "tool",
      parts: [{ type: "tool_call_response", ...idOf(result["id"]), response: result["result"] }],
      ...ended,
    };
  }
  const role = stringOf(message["role"]) ?? "user";
  // what was summed up of an earlier conversation
  const known = role === "memory" || role === "developer" ? "system" : role;
  return { role: known, parts: [...contentParts(message["content"]), ...callParts(options["toolCall"])], ...ended };
}

function callParts(calls: unknown): readonly Part[] {
  return arrayOf(calls)
    .filter(isObject)
    .map((call) => ({
      type: "tool_call",
      ...idOf(call["id"]),
      name: call["name"] ?? "",
      arguments: parsedOf(call["input"]),
    }));
}

/** The parts of a message, of a question, or of what a tool gave. */
export function contentParts(content: unknown): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return arrayOf(content)
    .filter(isObject)
    .map((detail) => {
      const { type } = detail;
      if (type === "text") return { type: "text", content: detail["text"] ?? "" };
      if (type === "image_url") return mediaPart(stringOf(objectOf(detail["image_url"])["url"]) ?? "", "image");
      if (typeof detail["data"] === "string") {
        return inlineMedia(detail["data"], String(type), stringOf(detail["mimeType"]));
      }
      return { type: "generic", generic_type: String(type) };
    });
}

/** A question: text, parts, or an object with one of them. */
export function questionOf(value: unknown): Part {
  const asked = isObject(value) ? (value["query"] ?? value["message"]) : value;
  return { role: "user", parts: contentParts(isObject(asked) ? asked["query"] : asked) };
}

function idOf(id: unknown): Part {
  return typeof id === "string" ? { id } : {};
}
