import type { AttributeValue, KeyValue } from "@genscope/server/contract";
import type { ChatMessage, ChatPart } from "./chat.ts";
import { attributeText } from "./attribute-text.ts";

/** What a span carried, as far as it could be read, and which keys told. */
export interface SpanContent {
  readonly input: readonly ChatMessage[];
  readonly output: readonly ChatMessage[];
  readonly toolDefinitions: readonly { name: string; json: string }[];
  readonly tool: ToolContent | undefined;
  readonly query: string | undefined;
  readonly documents: readonly ReadDocument[];
  /** Settings the call was made with (`gen_ai.request.*`), prefix removed. */
  readonly parameters: readonly KeyValue[];
  /** Keys that answered, in the order they were asked. */
  readonly keysRead: readonly string[];
  /** Keys that hold content but not in a form that could be read. */
  readonly keysRefused: readonly string[];
}

export interface ToolContent {
  readonly name: string;
  readonly id: string;
  readonly description: string | undefined;
  readonly arguments: string | undefined;
  readonly result: string | undefined;
}

export interface ReadDocument {
  readonly id?: string;
  readonly title?: string;
  readonly content: string;
  readonly score?: number;
  readonly metadata?: string;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Reads the content of a span from its attributes and, where a library puts it there, from its events. */
export function readContent(
  attributes: readonly KeyValue[],
  events: readonly { name: string; attributes: readonly KeyValue[] }[],
): SpanContent {
  const reader = new Reader([...attributes, ...events.flatMap((event) => event.attributes)]);
  const system = reader.json("gen_ai.system_instructions");
  const input = readMessages(reader, ["gen_ai.input.messages"], "user");
  const output = readMessages(reader, ["gen_ai.output.messages"], "assistant");
  const instructions: ChatMessage[] = system === undefined ? [] : [{ role: "system", parts: readParts(system) }];
  const documents = readDocuments(reader);
  const name = reader.text("gen_ai.tool.name");
  const callArguments = reader.text("gen_ai.tool.call.arguments");
  const result = reader.text("gen_ai.tool.call.result");
  return {
    input: [...instructions, ...(input ?? [])],
    output: output ?? [],
    toolDefinitions: readDefinitions(reader),
    tool:
      name === undefined && callArguments === undefined && result === undefined
        ? undefined
        : {
            name: name ?? "",
            id: reader.text("gen_ai.tool.call.id") ?? "",
            description: reader.text("gen_ai.tool.description"),
            arguments: callArguments,
            result,
          },
    query: reader.text("gen_ai.retrieval.query.text"),
    documents: documents ?? [],
    parameters: attributes
      .filter(({ key }) => key.startsWith("gen_ai.request.") && key !== "gen_ai.request.model")
      .map(({ key, value }) => ({ key: key.slice("gen_ai.request.".length), value })),
    keysRead: [...reader.read],
    keysRefused: [...reader.refused],
  };
}

class Reader {
  readonly read = new Set<string>();
  readonly refused = new Set<string>();
  readonly #values = new Map<string, AttributeValue>();
  constructor(attributes: readonly KeyValue[]) {
    for (const { key, value } of attributes) if (!this.#values.has(key)) this.#values.set(key, value);
  }
  text(key: string): string | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.read.add(key);
    return attributeText(value);
  }
  /** Structured content: an attribute of lists and maps, or JSON in a string, as most SDKs still send it. */
  json(key: string): Json | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    const json = toJson(value);
    if (typeof json !== "string") {
      this.read.add(key);
      return json;
    }
    try {
      const parsed: Json = JSON.parse(json);
      this.read.add(key);
      return parsed;
    } catch {
      this.refused.add(key);
      return undefined;
    }
  }
}

function readMessages(reader: Reader, keys: readonly string[], role: string): ChatMessage[] | undefined {
  for (const key of keys) {
    const json = reader.json(key);
    if (json === undefined) continue;
    return (Array.isArray(json) ? json : [json]).map((item): ChatMessage => {
      if (!isMap(item)) return { role, parts: readParts(item) };
      const name = string(item["name"]);
      const finishReason = string(item["finish_reason"]);
      return {
        role: string(item["role"]) ?? role,
        parts: readParts(item["parts"] ?? item["content"] ?? []),
        ...(name !== undefined && { name }),
        ...(finishReason !== undefined && { finishReason }),
      };
    });
  }
  return undefined;
}

function readParts(json: Json): ChatPart[] {
  return (Array.isArray(json) ? json : [json]).map((part): ChatPart => {
    if (typeof part === "string") return { type: "text", text: part };
    if (!isMap(part)) return { type: "other", label: "content", json: JSON.stringify(part) };
    const type = string(part["type"]) ?? "text";
    const text = string(part["content"]) ?? string(part["text"]);
    switch (type) {
      case "text":
        if (text !== undefined) return { type: "text", text };
        break;
      case "reasoning":
      case "thinking":
        if (text !== undefined) return { type: "reasoning", text };
        break;
      case "tool_call":
        return {
          type: "tool-call",
          id: string(part["id"]) ?? "",
          name: string(part["name"]) ?? "",
          arguments: textOf(part["arguments"]),
        };
      case "tool_call_response":
        return {
          type: "tool-result",
          id: string(part["id"]) ?? "",
          name: string(part["name"]) ?? "",
          result: textOf(part["response"] ?? part["result"]),
        };
      default:
        break;
    }
    return { type: "other", label: type, json: JSON.stringify(part, null, 2) };
  });
}

function readDocuments(reader: Reader): ReadDocument[] | undefined {
  const json = reader.json("gen_ai.retrieval.documents");
  if (json === undefined) return undefined;
  return (Array.isArray(json) ? json : [json]).map((item): ReadDocument => {
    if (!isMap(item)) return { content: textOf(item) };
    const { id, title, score, content, text, ...rest } = item;
    const number = typeof score === "number" ? score : Number(string(score) ?? Number.NaN);
    const name = string(title) ?? string(rest["source"]);
    return {
      content: textOf(content ?? text ?? ""),
      ...(id !== undefined && { id: textOf(id) }),
      ...(name !== undefined && { title: name }),
      ...(Number.isFinite(number) && { score: number }),
      ...(Object.keys(rest).length > 0 && { metadata: JSON.stringify(rest) }),
    };
  });
}

function readDefinitions(reader: Reader): { name: string; json: string }[] {
  const json = reader.json("gen_ai.tool.definitions");
  if (!Array.isArray(json)) return [];
  return json.map((item) => ({
    name: isMap(item) ? (string(item["name"]) ?? "") : "",
    json: JSON.stringify(item, null, 2),
  }));
}

function toJson(value: AttributeValue): Json {
  if ("stringValue" in value) return value.stringValue;
  if ("boolValue" in value) return value.boolValue;
  if ("intValue" in value) return Number(value.intValue);
  if ("doubleValue" in value) return Number(value.doubleValue);
  if ("arrayValue" in value && value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(toJson);
  if ("kvlistValue" in value && value.kvlistValue !== undefined) {
    return Object.fromEntries((value.kvlistValue.values ?? []).map((item) => [item.key, toJson(item.value)]));
  }
  return null;
}

function isMap(json: Json | undefined): json is { [key: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
function string(json: Json | undefined): string | undefined {
  return typeof json === "string" ? json : undefined;
}
function textOf(json: Json | undefined): string {
  return json === undefined ? "" : typeof json === "string" ? json : JSON.stringify(json, null, 2);
}
