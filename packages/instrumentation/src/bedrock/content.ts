import { inlineMedia, mediaPart } from "../capture/media.ts";
import { arrayOf, isObject, type JsonObject, objectOf, parsedOf, stringOf } from "../core/read.ts";

export type Part = Readonly<Record<string, unknown>>;

/** Messages in the shape of Converse, Nova (`{ text }`, `{ toolUse }`), Anthropic (`{ type: "text" }`) or OpenAI, as the conventions' schema has them. */
export function messagesOf(messages: unknown): readonly Part[] {
  return arrayOf(messages)
    .filter(isObject)
    .map((message) => ({ role: stringOf(message["role"]) ?? "user", parts: partsOf(message["content"]) }));
}

export function partsOf(content: unknown): readonly Part[] {
  if (typeof content === "string") return [{ type: "text", content }];
  return arrayOf(content).filter(isObject).flatMap(partOf);
}

export function textMessage(role: string, content: string): Part {
  return { role, parts: [{ type: "text", content }] };
}

function partOf(block: JsonObject): readonly Part[] {
  if (typeof block["text"] === "string") return [{ type: "text", content: block["text"] }];
  const type = block["type"];
  const thought = reasoningOf(block);
  if (thought !== undefined) return [{ type: "reasoning", content: thought }];
  const use = type === "tool_use" ? block : block["toolUse"];
  if (isObject(use)) {
    const id = stringOf(use["toolUseId"]) ?? stringOf(use["id"]);
    return [{ type: "tool_call", ...idOf(id), name: stringOf(use["name"]) ?? "", arguments: parsedOf(use["input"]) }];
  }
  const result = type === "tool_result" ? block : block["toolResult"];
  if (isObject(result)) {
    const id = stringOf(result["toolUseId"]) ?? stringOf(result["tool_use_id"]);
    return [{ type: "tool_call_response", ...idOf(id), response: responseOf(result["content"]) }];
  }
  for (const modality of ["image", "video", "audio", "document"]) {
    const media = type === modality ? block : block[modality];
    if (isObject(media)) return [mediaOf(modality, media)];
  }
  return [];
}

function reasoningOf(block: JsonObject): string | undefined {
  const { reasoningText } = objectOf(block["reasoningContent"]);
  return stringOf(objectOf(reasoningText)["text"]) ?? stringOf(block["thinking"]);
}

/** A tool's result: its only text or JSON, else all of them. */
function responseOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const all = content.filter(isObject).map((item) => item["text"] ?? item["json"] ?? null);
  return all.length === 1 ? all[0] : all;
}

/** What names the media without carrying it: its address, or the hash of its bytes. */
function mediaOf(modality: string, media: JsonObject): Part {
  const source = objectOf(media["source"]);
  const address = stringOf(objectOf(source["s3Location"])["uri"]) ?? stringOf(source["url"]);
  if (address !== undefined) return mediaPart(address, modality);
  const { bytes } = source;
  const base64 = bytes instanceof Uint8Array ? Buffer.from(bytes).toString("base64") : (bytes ?? source["data"]);
  return inlineMedia(stringOf(base64) ?? "", modality, stringOf(source["media_type"]));
}

function idOf(id: string | undefined): { readonly id?: string } {
  return id === undefined ? {} : { id };
}
