import type { SpanFieldName, SpanType } from "../span-fields.ts";
import type {
  ContentDocument,
  ContentMessage,
  ContentPart,
  Reading,
  SpanContent,
  ToolContent,
} from "./content-model.ts";
import { messageEvents } from "./content-rules.ts";
import type { Slot } from "./content-rules.ts";
import { isMalformed, isMap, parseJson, pick, stringOf, textOf, unpack } from "./json.ts";
import type { Json } from "./json.ts";
import { toDocuments } from "./read-documents.ts";
import { toMessages } from "./read-messages.ts";
import { toPart, toParts } from "./read-parts.ts";

/** What has been read so far. */
export interface Filled {
  instructions?: ContentPart[];
  input?: ContentMessage[];
  output?: ContentMessage[];
  outputText?: ContentPart[];
  outputReasoning?: ContentPart[];
  outputToolCalls?: ContentPart[];
  toolDefinitions?: { name: string; json: string }[];
  toolName?: string;
  toolId?: string;
  toolDescription?: string;
  toolArguments?: string;
  toolResult?: string;
  query?: string;
  documents?: ContentDocument[];
  embedded?: string[];
  parameters?: { key: string; text: string }[];
  stepInput?: string;
  stepOutput?: string;
}

/** Puts a value where it belongs. False if it is nothing of the kind, so that another key may be asked. */
export function fillSlot(filled: Filled, slot: Slot, value: Json, type: SpanType): boolean {
  if (value === null || value === "") return false;
  switch (slot) {
    case "instructions":
      filled.instructions = toParts(unpack(value));
      return true;
    case "input":
    case "output": {
      const role = slot === "input" ? "user" : "assistant";
      filled[slot] = toMessages(unpack(value), role) ?? promptMessages(unpack(value), role);
      return true;
    }
    case "messages":
      return fillBothSides(filled, toMessages(unpack(value), "user"));
    case "messageEvents":
      return fillFromEvents(filled, unpack(value));
    case "outputText":
      filled.outputText = [{ type: "text", text: textOf(value) }];
      return true;
    case "outputReasoning":
      filled.outputReasoning = [{ type: "reasoning", text: textOf(value) }];
      return true;
    case "outputToolCalls": {
      const calls = unpack(value);
      filled.outputToolCalls = Array.isArray(calls)
        ? calls.map((call) => toPart(call, "tool_call"))
        : [{ type: "other", label: "tool calls", json: textOf(value) }];
      return true;
    }
    case "toolDefinitions": {
      const definitions = toDefinitions(unpack(value));
      if (definitions !== undefined) filled.toolDefinitions = definitions;
      return definitions !== undefined;
    }
    case "documents": {
      const unpacked = unpack(value);
      const documents = toDocuments(unpacked) ?? [{ content: textOf(unpacked) }];
      filled.documents = documents;
      return true;
    }
    case "query":
      filled.query = queryText(unpack(value));
      return true;
    case "embedded":
      filled.embedded = embeddedTexts(unpack(value));
      return filled.embedded.length > 0;
    case "parameters":
      return fillParameters(filled, unpack(value));
    case "stepInput":
    case "stepOutput":
      return fillStep(filled, slot, value, type);
    default:
      filled[slot] = textOf(typeof value === "string" ? unquote(value) : value);
      return true;
  }
}

/** A text in JSON's quotes, as MLflow writes each of its values. */
function unquote(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"')) return text;
  return stringOf(parseJson(text)) ?? text;
}

/** What is no list of messages: a prompt by itself, with or without instructions, or something of the library's own. */
function promptMessages(value: Json, role: string): ContentMessage[] {
  if (typeof value === "string") return [{ role, parts: [{ type: "text", text: value }] }];
  const prompt = isMap(value) ? stringOf(pick(value, "prompt", "input", "question", "query")) : undefined;
  if (prompt === undefined) return [{ role, parts: [{ type: "other", label: "content", json: textOf(value) }] }];
  const system = isMap(value) ? pick(value, "system", "instructions") : undefined;
  const asked: ContentMessage = { role, parts: [{ type: "text", text: prompt }] };
  return system === undefined ? [asked] : [{ role: "system", parts: toParts(system) }, asked];
}

/** A conversation up to and with its answer: what the assistant says last is the output. */
function fillBothSides(filled: Filled, messages: ContentMessage[] | undefined): boolean {
  if (messages === undefined || messages.length === 0) return false;
  const answered = messages.at(-1)?.role === "assistant";
  filled.input = answered ? messages.slice(0, -1) : messages;
  if (answered) filled.output = messages.slice(-1);
  return true;
}

/** Pydantic AI's list of the events of 1.28 to 1.36, and those events themselves. */
function fillFromEvents(filled: Filled, value: Json): boolean {
  if (!Array.isArray(value)) return false;
  const input: ContentMessage[] = [];
  const output: ContentMessage[] = [];
  for (const item of value) {
    if (!isMap(item)) return false;
    const about = messageEvents.get(stringOf(item["event.name"]) ?? "");
    // `events` is a word anybody may use for what is no message.
    if (about === undefined) return false;
    const { role } = about;
    const inner = pick(item, "message");
    const finish = stringOf(pick(item, "finish_reason"));
    const told = isMap(inner)
      ? toMessages({ role, ...inner }, role)
      : toMessages({ role, ...(inner !== undefined && { content: inner }), ...item }, role);
    for (const message of told ?? []) {
      const whole = finish === undefined ? message : { finishReason: finish, ...message };
      (about.slot === "output" ? output : input).push(whole);
    }
  }
  if (input.length > 0) filled.input = input;
  if (output.length > 0) filled.output = output;
  // An agent's run ends with what the assistant said, told as a message like any other.
  if (output.length === 0) fillBothSides(filled, input);
  return input.length + output.length > 0;
}

function toDefinitions(value: Json): { name: string; json: string }[] | undefined {
  const list = isMap(value) ? pick(value, "function_tools", "tools") : value;
  if (!Array.isArray(list)) return undefined;
  return list.map((item) => {
    const unpacked = unpack(item);
    // OpenInference: {tool: {json_schema: "…"}}.
    const tool = isMap(unpacked) && isMap(unpacked["tool"]) ? unpacked["tool"] : unpacked;
    const schema = isMap(tool) && tool["json_schema"] !== undefined ? unpack(tool["json_schema"]) : tool;
    const named = isMap(schema) && isMap(schema["function"]) ? schema["function"] : schema;
    return { name: isMap(named) ? textOf(pick(named, "name")) : "", json: textOf(schema) };
  });
}

function queryText(value: Json): string {
  const told = isMap(value) ? pick(value, "query", "input", "question", "text") : undefined;
  return textOf(told ?? value);
}

function embeddedTexts(value: Json): string[] {
  if (isMap(value)) {
    const inner = pick(value, "input", "texts", "text", "embedding", "values");
    return inner === undefined ? [textOf(value)] : embeddedTexts(inner);
  }
  if (!Array.isArray(value)) return [textOf(value)];
  return value.flatMap((item) => {
    const unpacked = unpack(item);
    // OpenInference: {embedding: {text, vector}}; a vector alone is not shown.
    const inner = isMap(unpacked) && isMap(unpacked["embedding"]) ? unpacked["embedding"] : unpacked;
    const text = isMap(inner) ? pick(inner, "text") : inner;
    return text === undefined || typeof text === "number" ? [] : [textOf(text)];
  });
}

function fillParameters(filled: Filled, value: Json): boolean {
  if (!isMap(value)) return false;
  const known = new Set(filled.parameters?.map(({ key }) => key));
  const more = Object.entries(value)
    // A whole request is no parameter; it has been read as messages.
    .filter(([key, item]) => !known.has(key) && item !== null && key !== "messages" && key !== "tools")
    .map(([key, item]) => ({ key, text: Array.isArray(item) ? item.map(textOf).join(", ") : textOf(item) }));
  filled.parameters = [...(filled.parameters ?? []), ...more];
  return true;
}

/** Messages, if that is what a step was given or gave; else the value as it is. */
function fillStep(filled: Filled, slot: "stepInput" | "stepOutput", value: Json, type: SpanType): boolean {
  const unpacked = isMalformed(value) ? value : unpack(value);
  const role = slot === "stepInput" ? "user" : "assistant";
  const messages = type === "http" || type === "database" ? undefined : toMessages(unpacked, role);
  if (messages !== undefined && messages.length > 0) filled[slot === "stepInput" ? "input" : "output"] = messages;
  else filled[slot] = textOf(unpacked);
  return true;
}

/** An answer told in pieces is one message. */
export function joinAnswer(filled: Filled): void {
  const { outputReasoning = [], outputText = [], outputToolCalls = [] } = filled;
  const parts = [...outputReasoning, ...outputText, ...outputToolCalls];
  if (filled.output === undefined && parts.length > 0) filled.output = [{ role: "assistant", parts }];
}

/** The content as readers get it. */
export function toContent(filled: Filled, usage: ReadonlyMap<SpanFieldName, number>, reading: Reading): SpanContent {
  return {
    input: [
      ...(filled.instructions === undefined ? [] : [{ role: "system", parts: filled.instructions }]),
      ...(filled.input ?? []),
    ],
    output: filled.output ?? [],
    toolDefinitions: filled.toolDefinitions ?? [],
    tool: toTool(filled),
    query: filled.query,
    documents: filled.documents ?? [],
    embedded: filled.embedded ?? [],
    value: { input: filled.stepInput, output: filled.stepOutput },
    parameters: filled.parameters ?? [],
    usage,
    reading,
  };
}

function toTool(filled: Filled): ToolContent | undefined {
  const { toolName, toolId, toolDescription, toolArguments, toolResult } = filled;
  if (toolName === undefined && toolArguments === undefined && toolResult === undefined) return undefined;
  return {
    name: toolName ?? "",
    id: toolId ?? "",
    description: toolDescription,
    arguments: toolArguments,
    result: toolResult,
  };
}
