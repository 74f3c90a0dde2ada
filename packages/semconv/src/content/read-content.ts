import type { SpanType } from "../span-fields.ts";
import { AttributeReader } from "./attribute-reader.ts";
import type { ChatMessage, ChatPart, Facet, ReadDocument, Reading, SpanContent } from "./content.ts";
import { contentRules } from "./content-rules.ts";
import type { ContentRule } from "./content-rules.ts";
import { isList, isMap, parseJson, stringOf, textOf } from "./json.ts";
import type { Json, KeyValue } from "./json.ts";
import { readDocuments } from "./read-documents.ts";
import { readEvents } from "./read-events.ts";
import type { ContentEvent } from "./read-events.ts";
import { readMessages, readParts, readToolCalls } from "./read-messages.ts";

export interface ContentSource {
  readonly type: SpanType;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly ContentEvent[];
  readonly logs: readonly {
    readonly eventName: string;
    readonly attributes: readonly KeyValue[];
    readonly body: ContentEvent["body"];
  }[];
}

/** Shapes whose text must be JSON: keys of OpenTelemetry's own that are specified to be. */
const mustBeJson: ReadonlySet<string> = new Set([
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.definitions",
  "gen_ai.retrieval.documents",
]);

class Answers {
  readonly messages: Record<"instructions" | "input" | "output", ChatMessage[]> = {
    instructions: [],
    input: [],
    output: [],
  };
  readonly texts = new Map<Facet, string>();
  documents: ReadDocument[] = [];
  definitions: { name: string; json: string }[] = [];
}

/**
 * Reads the content of a span from its attributes, its events and its log records, whatever library wrote them. Never throws: what cannot be read is named in
 * `refused`.
 */
export function readContent(source: ContentSource): SpanContent {
  const logs = source.logs.map(({ eventName, attributes, body }) => ({ name: eventName, attributes, body }));
  const events = safely(() => readEvents([...source.events, ...logs]));
  const reader = new AttributeReader([...source.attributes, ...(events?.attributes ?? [])]);
  const answers = new Answers();
  const told = new Map<Facet, Reading>();
  const readings: Reading[] = [];
  const passedOver: Reading[] = [];
  const refused: string[] = events === undefined ? ["events"] : [];

  for (const rule of contentRules) {
    if (rule.on !== undefined && !rule.on.includes(source.type)) continue;
    const value = rule.key.endsWith(".*") ? reader.under(rule.key.slice(0, -1)) : reader.get(rule.key);
    if (value === undefined || value === null || value === "") continue;
    const { facet, dialect, key } = rule;
    const before = told.get(facet);
    const joins = rule.adds === true && before?.dialect === dialect;
    if (before !== undefined && !joins) {
      if (before.key !== key) passedOver.push({ facet, dialect, key });
      continue;
    }
    if (mustBeJson.has(key) && typeof value === "string" && parseJson(value) === undefined) {
      refused.push(key);
      continue;
    }
    if (safely(() => (apply(answers, rule, value), true)) === undefined) {
      refused.push(key);
      continue;
    }
    told.set(facet, { facet, dialect, key });
    readings.push({ facet, dialect, key });
  }

  for (const facet of ["input", "output"] as const) {
    const found = events?.[facet] ?? [];
    if (found.length === 0) continue;
    const keys = [...(facet === "input" ? events!.inputEvents : events!.outputEvents)];
    const of = keys.map((key): Reading => ({ facet, dialect: "OpenTelemetry events", key }));
    if (told.has(facet)) passedOver.push(...of);
    else {
      answers.messages[facet] = [...found];
      readings.push(...of);
    }
  }
  if (events !== undefined && events.documents.length > 0 && answers.documents.length === 0) {
    answers.documents = [...events.documents];
    readings.push({ facet: "documents", dialect: "OpenLLMetry", key: "db.query.result" });
  }
  return toContent(answers, readings, passedOver, refused);
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // nested too deep for us: shown among the attributes
    return undefined;
  }
}

function apply(answers: Answers, { facet, shape }: ContentRule, value: Json): void {
  switch (shape) {
    case "messages":
      messagesOf(answers, facet).push(...readMessages(value, facet === "output" ? "assistant" : "user"));
      return;
    case "parts": {
      const json = typeof value === "string" ? (parseJson(value) ?? value) : value;
      messagesOf(answers, facet).push({ role: "system", parts: readParts(json) });
      return;
    }
    case "plain text":
      joinMessage(messagesOf(answers, facet), [{ type: "text", text: textOf(value) }]);
      return;
    case "tool calls":
      joinMessage(messagesOf(answers, facet), readToolCalls(value));
      return;
    case "documents":
      answers.documents = readDocuments(typeof value === "string" ? (parseJson(value) ?? value) : value);
      return;
    case "definitions":
      answers.definitions = readDefinitions(value);
      return;
    case "text":
      answers.texts.set(facet, textOf(value));
  }
}

function messagesOf(answers: Answers, facet: Facet): ChatMessage[] {
  return answers.messages[facet === "instructions" || facet === "output" ? facet : "input"];
}

/** One answer told by several attributes is one message. */
function joinMessage(messages: ChatMessage[], parts: readonly ChatPart[]): void {
  const last = messages.pop();
  messages.push({ role: "assistant", parts: [...(last?.parts ?? []), ...parts] });
}

function readDefinitions(value: Json): { name: string; json: string }[] {
  const json = typeof value === "string" ? (parseJson(value) ?? value) : value;
  return (isList(json) ? json : [json]).map((item) => {
    // Vercel: a list of JSON texts; OpenInference: { tool: { json_schema } }; OpenAI: { function }
    const parsed = typeof item === "string" ? (parseJson(item) ?? item) : item;
    const outer = isMap(parsed) && isMap(parsed["tool"]) ? parsed["tool"] : parsed;
    const schema = isMap(outer) ? outer["json_schema"] : undefined;
    const definition = typeof schema === "string" ? (parseJson(schema) ?? schema) : outer;
    const named = isMap(definition) && isMap(definition["function"]) ? definition["function"] : definition;
    return { name: isMap(named) ? (stringOf(named["name"]) ?? "") : "", json: textOf(definition) };
  });
}

function toContent(
  answers: Answers,
  readings: readonly Reading[],
  passedOver: readonly Reading[],
  refused: readonly string[],
): SpanContent {
  const { texts } = answers;
  const name = texts.get("tool name");
  const callArguments = texts.get("tool arguments");
  const result = texts.get("tool result");
  return {
    input: [...answers.messages.instructions, ...answers.messages.input],
    output: answers.messages.output,
    toolDefinitions: answers.definitions,
    tool:
      name === undefined && callArguments === undefined && result === undefined
        ? undefined
        : {
            name: name ?? "",
            id: texts.get("tool call id") ?? "",
            description: texts.get("tool description"),
            arguments: callArguments,
            result,
          },
    query: texts.get("query"),
    documents: answers.documents,
    readings,
    passedOver,
    refused,
  };
}
