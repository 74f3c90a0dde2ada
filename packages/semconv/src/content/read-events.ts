import { AttributeReader } from "./attribute-reader.ts";
import type { ChatMessage, ReadDocument } from "./content.ts";
import { isMap, mapOf, parseJson, toJson } from "./json.ts";
import type { AnyValue, Json, JsonMap, KeyValue } from "./json.ts";
import { readDocuments } from "./read-documents.ts";
import { readMessages } from "./read-messages.ts";

/** A span event, or a log record of the span. */
export interface ContentEvent {
  readonly name: string;
  readonly attributes: readonly KeyValue[];
  readonly body?: AnyValue | undefined;
}

/** Events of conventions 1.26 to 1.36, one per message; the role of those that do not name it. */
const messageEvents: ReadonlyMap<string, { readonly role: string; readonly isOutput: boolean }> = new Map([
  ["gen_ai.system.message", { role: "system", isOutput: false }],
  ["gen_ai.user.message", { role: "user", isOutput: false }],
  ["gen_ai.assistant.message", { role: "assistant", isOutput: false }],
  ["gen_ai.tool.message", { role: "tool", isOutput: false }],
  ["gen_ai.choice", { role: "assistant", isOutput: true }],
  ["gen_ai.content.prompt", { role: "user", isOutput: false }],
  ["gen_ai.content.completion", { role: "assistant", isOutput: true }],
]);
/** Events that carry the attributes of the newest conventions. */
const attributeEvents: ReadonlySet<string> = new Set([
  "gen_ai.client.inference.operation.details",
  "gen_ai.client.operation.details",
]);
/** Attributes in which an event of before log bodies holds all of it as JSON. */
const wholeKeys = ["gen_ai.event.content", "gen_ai.prompt", "gen_ai.completion"] as const;

export interface EventContent {
  readonly input: readonly ChatMessage[];
  readonly output: readonly ChatMessage[];
  readonly documents: readonly ReadDocument[];
  /** Attributes to be read as if they were the span's. */
  readonly attributes: readonly KeyValue[];
  /** Names of the events that told. */
  readonly inputEvents: ReadonlySet<string>;
  readonly outputEvents: ReadonlySet<string>;
}

/** Reads what libraries put into events: messages one by one, whole conversations as attributes, results of a vector search (OpenLLMetry). */
export function readEvents(events: readonly ContentEvent[]): EventContent {
  const input: ChatMessage[] = [];
  const output: ChatMessage[] = [];
  const attributes: KeyValue[] = [];
  const results: Json[] = [];
  const inputEvents = new Set<string>();
  const outputEvents = new Set<string>();
  for (const event of events) {
    const named = event.name || nameOf(event);
    if (attributeEvents.has(named)) attributes.push(...event.attributes, ...attributesOf(event.body));
    else if (named === "db.query.result") results.push(resultOf(event));
    const kind = messageEvents.get(named);
    if (kind === undefined) continue;
    const messages = readMessages(messageOf(event), kind.role);
    (kind.isOutput ? output : input).push(...messages);
    (kind.isOutput ? outputEvents : inputEvents).add(named);
  }
  return { input, output, documents: readDocuments(results), attributes, inputEvents, outputEvents };
}

/** Log records of before `event_name` was a field of its own have it as an attribute. */
function nameOf({ attributes }: ContentEvent): string {
  return attributes.find(({ key }) => key === "event.name")?.value.stringValue ?? "";
}

function attributesOf(body: AnyValue | undefined): readonly KeyValue[] {
  return body?.kvlistValue?.values ?? [];
}

/** The message: the log's body, a JSON attribute, or the attributes themselves; tool calls sent as text parsed. */
function messageOf({ attributes, body }: ContentEvent): Json {
  const fromBody = body === undefined ? null : toJson(body);
  if (fromBody !== null && fromBody !== "") return fromBody;
  const reader = new AttributeReader(attributes);
  for (const key of wholeKeys) {
    const whole = reader.get(key);
    if (whole !== undefined && whole !== null) return whole;
  }
  const own = attributes.filter(({ key }) => !key.startsWith("gen_ai.") && key !== "event.name");
  return mapOf(own.map(({ key, value }) => [key, parsed(toJson(value))]));
}

function parsed(json: Json): Json {
  return typeof json === "string" ? (parseJson(json) ?? json) : json;
}

const resultPrefix = "db.query.result.";

function resultOf({ attributes }: ContentEvent): JsonMap {
  const own = attributes.filter(({ key }) => key.startsWith(resultPrefix));
  const result = mapOf(own.map(({ key, value }) => [key.slice(resultPrefix.length), toJson(value)]));
  return isMap(result) ? result : {};
}
