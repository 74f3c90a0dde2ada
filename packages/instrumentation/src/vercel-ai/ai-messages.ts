import { inlineMedia, mediaPart } from "../capture/media.ts";
import type { CallContent } from "../core/call-events.ts";
import { arrayOf, isObject, type JsonObject, objectOf, parsedOf, stringOf } from "../core/read.ts";

type Part = Readonly<Record<string, unknown>>;

/** What an event of the AI SDK says was asked. */
export function askedContent(event: JsonObject): CallContent {
  const said = event["instructions"] ?? event["system"];
  const instructions =
    typeof said === "string" ? [{ type: "text", content: said }] : arrayOf(said).filter(isObject).flatMap(partsOf);
  const messages = arrayOf(event["promptMessages"] ?? event["messages"]).filter(isObject);
  const tools = isObject(event["tools"]) ? Object.entries(event["tools"]) : [];
  return {
    ...(instructions.length === 0 ? {} : { "gen_ai.system_instructions": instructions }),
    "gen_ai.input.messages":
      messages.length === 0 && typeof event["prompt"] === "string"
        ? [{ role: "user", parts: [{ type: "text", content: event["prompt"] }] }]
        : messages.map((message) => ({ role: message["role"] ?? "user", parts: partsOf(message) })),
    "gen_ai.tool.definitions":
      tools.length === 0
        ? undefined
        : tools.map(([name, tool]) => {
            const description = stringOf(objectOf(tool)["description"]);
            return { type: "function", name, ...(description === undefined ? {} : { description }) };
          }),
  };
}

/** The parts of a message, or of an answer's content. */
export function partsOf(message: JsonObject): readonly Part[] {
  const { content } = message;
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return arrayOf(content).filter(isObject).map(partOf);
}

function partOf(part: JsonObject): Part {
  switch (part["type"]) {
    case "text":
      return { type: "text", content: part["text"] ?? "" };
    case "reasoning":
      return { type: "reasoning", content: part["text"] ?? "" };
    case "tool-call":
      return {
        type: "tool_call",
        ...idOf(part["toolCallId"]),
        name: part["toolName"] ?? "",
        arguments: parsedOf(part["input"]),
      };
    case "tool-result": {
      const output = part["output"];
      const response = isObject(output) && "value" in output ? output["value"] : output;
      return { type: "tool_call_response", ...idOf(part["toolCallId"]), response };
    }
    case "image":
    case "file": {
      const data = part["image"] ?? part["data"];
      const mimeType = stringOf(part["mediaType"]);
      const modality = part["type"] === "image" ? "image" : (mimeType?.split("/")[0] ?? "document");
      if (data instanceof Uint8Array) return inlineMedia(Buffer.from(data).toString("base64"), modality, mimeType);
      const text = data instanceof URL ? data.href : (stringOf(data) ?? "");
      return /^(?:https?|data):/u.test(text) ? mediaPart(text, modality) : inlineMedia(text, modality, mimeType);
    }
    default:
      return { type: "generic", generic_type: String(part["type"]) };
  }
}

function idOf(id: unknown): Part {
  return typeof id === "string" ? { id } : {};
}
