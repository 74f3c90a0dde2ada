import type { ContentPart } from "./content-model.ts";
import { isMap, pick, stringOf, textOf, unpack } from "./json.ts";
import type { Json, JsonMap } from "./json.ts";

type Kind = "text" | "reasoning" | "tool-call" | "tool-result";

/** What the types of parts are called, by OpenTelemetry, OpenAI, Anthropic and the AI SDK. */
const kinds: Readonly<Record<string, Kind>> = {
  text: "text",
  input_text: "text",
  output_text: "text",
  refusal: "text",
  reasoning: "reasoning",
  thinking: "reasoning",
  tool_call: "tool-call",
  "tool-call": "tool-call",
  tool_use: "tool-call",
  function: "tool-call",
  function_call: "tool-call",
  server_tool_call: "tool-call",
  tool_call_response: "tool-result",
  server_tool_call_response: "tool-result",
  "tool-result": "tool-result",
  tool_result: "tool-result",
  function_call_output: "tool-result",
};

/** Envelopes that name the kind by their key: OpenInference's, Bedrock's and Gemini's. */
const envelopes: readonly (readonly [key: string, type: string | undefined])[] = [
  ["message_content", undefined],
  ["tool_call", "tool_call"],
  ["toolUse", "tool_call"],
  ["functionCall", "tool_call"],
  ["toolResult", "tool_call_response"],
  ["functionResponse", "tool_call_response"],
];

/** The parts of a message's content: a text, a list of blocks, or such a list as JSON in a string. */
export function toParts(content: Json): ContentPart[] {
  if (typeof content === "string") {
    const blocks = content.startsWith("[{") ? unpack(content) : undefined;
    if (Array.isArray(blocks)) {
      const parts = blocks.map((block) => toPart(block));
      if (parts.every((part) => part.type !== "other" || isTyped(part))) return parts;
    }
    return [{ type: "text", text: content }];
  }
  return (Array.isArray(content) ? content : [content]).map((part) => toPart(part));
}

function isTyped(part: ContentPart): boolean {
  return part.type === "other" && part.label !== "content";
}

/** One part; `assumed` is its type where it does not tell. */
export function toPart(json: Json, assumed?: string): ContentPart {
  if (typeof json === "string") return { type: "text", text: json };
  if (!isMap(json)) return { type: "other", label: "content", json: textOf(json) };
  for (const [key, type] of envelopes) {
    const inner = json[key];
    if (Object.hasOwn(json, key) && isMap(inner)) return readPart(inner, type ?? stringOf(inner["type"]));
  }
  return readPart(json, stringOf(json["type"]) ?? assumed);
}

function readPart(part: JsonMap, told: string | undefined): ContentPart {
  const text = stringOf(pick(part, "content", "text", "thinking", "refusal"));
  const type = told ?? (text === undefined ? undefined : "text");
  const kind = type !== undefined && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  const other: ContentPart = { type: "other", label: type ?? "content", json: textOf(part) };
  switch (kind) {
    case "text":
      return text === undefined ? other : { type: "text", text };
    case "reasoning": {
      const summary = text ?? summaryText(part["summary"]);
      return summary === undefined ? other : { type: "reasoning", text: summary };
    }
    case "tool-call": {
      const called = isMap(part["function"]) ? part["function"] : part;
      return {
        type: "tool-call",
        id: textOf(pick(part, "tool_call_id", "toolCallId", "toolUseId", "call_id", "id")),
        name: textOf(pick(called, "name", "toolName")),
        arguments: textOf(pick(called, "arguments", "args", "input", "server_tool_call")),
      };
    }
    case "tool-result":
      return {
        type: "tool-result",
        id: textOf(pick(part, "tool_use_id", "toolCallId", "toolUseId", "tool_call_id", "call_id", "id")),
        name: textOf(pick(part, "name", "toolName")),
        result: outputText(pick(part, "response", "result", "output", "content", "server_tool_call_response")),
      };
    default:
      return other;
  }
}

/** AI SDK 5 wraps a result as `{type, value}`; blocks of text are their text. */
function outputText(output: Json | undefined): string {
  if (isMap(output) && stringOf(output["type"]) !== undefined && "value" in output) return textOf(output["value"]);
  if (Array.isArray(output) && output.length > 0) {
    const texts = output.map((item) => (isMap(item) ? stringOf(item["text"]) : undefined));
    if (texts.every((text) => text !== undefined)) return texts.join("\n");
  }
  return textOf(output);
}

function summaryText(summary: Json | undefined): string | undefined {
  if (!Array.isArray(summary)) return stringOf(summary);
  const texts = summary.map((item) => (isMap(item) ? stringOf(item["text"]) : stringOf(item)));
  return texts.every((text) => text !== undefined) ? texts.join("\n\n") : undefined;
}
