import type { AnyValue, Attribute, ContentSpan } from "./content-model.ts";
import { contentRules, detailEvents, messageEvents } from "./content-rules.ts";
import { isMap, pick, toJson } from "./json.ts";
import type { Json, JsonMap } from "./json.ts";

export interface SourceValue {
  readonly value: Json;
  readonly from: "attribute" | "event" | "log";
}

export interface MessageRecord {
  readonly name: string;
  readonly from: "event" | "log";
  readonly body: JsonMap;
}

/** Everything of a span that may hold content, by key, and the events that are messages, in order. */
export interface ContentSource {
  readonly values: ReadonlyMap<string, SourceValue>;
  /** Keys of indexed lists, by the prefix of their rule. */
  readonly indexed: ReadonlyMap<string, readonly string[]>;
  readonly messages: readonly MessageRecord[];
}

const indexedPrefixes = [...new Set(contentRules.flatMap(({ key, form }) => (form === "indexed" ? [key] : [])))];

/** A span's own attributes come first; events and log records add what is not told there. */
export function createContentSource(span: ContentSpan): ContentSource {
  const values = new Map<string, SourceValue>();
  const messages: MessageRecord[] = [];
  const add = (attributes: readonly Attribute[], from: SourceValue["from"]): void => {
    for (const { key, value } of attributes) if (!values.has(key)) values.set(key, { value: toJson(value), from });
  };
  const record = (told: string, from: "event" | "log", attributes: readonly Attribute[], body?: AnyValue): void => {
    // Before log records had an event name of their own, it was an attribute.
    const named = told === "" ? attributes.find(({ key }) => key === "event.name")?.value : undefined;
    const name = named !== undefined && "stringValue" in named ? named.stringValue : told;
    if (messageEvents.has(name)) {
      messages.push({ name, from, body: messageBody(attributes, body) });
    } else if (detailEvents.has(name)) {
      add(attributes, from);
      if (body !== undefined && "kvlistValue" in body) add(body.kvlistValue?.values ?? [], from);
    }
  };
  add(span.attributes, "attribute");
  for (const event of span.events) record(event.name, "event", event.attributes);
  for (const log of span.logs) record(log.eventName, "log", log.attributes, log.body);
  return { values, indexed: groupIndexed(values.keys()), messages };
}

/** The message is the record's body; on span events, whose body is their attributes, or one of them as JSON. */
function messageBody(attributes: readonly Attribute[], body: AnyValue | undefined): JsonMap {
  const told = body === undefined ? null : toJson(body);
  if (isMap(told)) return told;
  if (typeof told === "string" && told !== "") {
    const parsed = parseMap(told);
    return parsed ?? { content: told };
  }
  const map: JsonMap = Object.fromEntries(attributes.map(({ key, value }) => [key, toJson(value)]));
  const inner = pick(map, "gen_ai.event.content");
  return typeof inner === "string" ? (parseMap(inner) ?? { content: inner }) : map;
}

function parseMap(text: string): JsonMap | undefined {
  try {
    const parsed: Json = JSON.parse(text);
    return isMap(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function groupIndexed(keys: Iterable<string>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    for (const prefix of indexedPrefixes) {
      if (!key.startsWith(prefix) || !isDigit(key.charCodeAt(prefix.length))) continue;
      const group = groups.get(prefix);
      if (group === undefined) groups.set(prefix, [key]);
      else group.push(key);
    }
  }
  return groups;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
