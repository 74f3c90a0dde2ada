import { spanFields } from "../span-fields.ts";
import type { SpanFieldName, SpanType } from "../span-fields.ts";
import { spanTypeRules } from "../span-type.ts";
import type { ContentMessage, ContentSpan, Dialect, IgnoredKey, MappedKey, SpanContent } from "./content-model.ts";
import { contentRules, dialectPrefixes, messageEvents, slotMeanings } from "./content-rules.ts";
import type { ContentRule, Slot } from "./content-rules.ts";
import { createContentSource } from "./content-source.ts";
import type { ContentSource, SourceValue } from "./content-source.ts";
import { isMalformed } from "./json.ts";
import type { Json } from "./json.ts";
import { fillSlot, joinAnswer, toContent, type Filled } from "./slots.ts";
import { unflatten } from "./unflatten.ts";

/**
 * Reads what a span carried from whichever dialect it was written in, and tells how. Never throws, whatever the values are;
 * linear in their size. Content that cannot be understood is given back as it came.
 */
export function readSpanContent(span: ContentSpan): SpanContent {
  const source = createContentSource(span);
  const filled: Filled = {};
  const believed = new Map<Slot, string>();
  const reading = new ReadingLog();
  for (const pass of ["whole", "raw"] as const) {
    for (const rule of contentRules) {
      if (rule.when !== undefined && !source.values.has(rule.when)) continue;
      const found = findValue(source, rule);
      if (found === undefined || reading.has(found.keys[0]!)) continue;
      const slot = actualSlot(rule.slot, span.type, filled);
      const name = rule.form === undefined || found.keys.length === 1 ? found.keys[0]! : `${rule.key}*`;
      const by = slot === "parameters" ? undefined : believed.get(slot);
      const malformed = structured.has(rule.slot) && isMalformed(found.value);
      // What is cut off is shown as text, but only if nothing else tells the same.
      if (malformed && pass === "whole") continue;
      if (malformed) reading.ignore(found.keys[0]!, rule.dialect, "malformed");
      if (by !== undefined) {
        if (!malformed) reading.ignore(name, rule.dialect, "superseded", found.keys, by);
        continue;
      }
      if (!fillSlot(filled, slot, found.value, span.type)) continue;
      if (slot !== "parameters") believe(believed, slot, name);
      if (!malformed) reading.map(name, rule.dialect, slotMeanings[slot], found.keys, found.from);
    }
    if (pass === "whole") readMessageRecords(source, filled, believed, reading);
  }
  const usage = readFields(source, reading);
  joinAnswer(filled);
  tellFinishReasons(filled, source);
  reading.addUnknown(source.values.keys());
  return toContent(filled, usage, reading);
}

/** Slots whose value must be structured; elsewhere a text that begins with a bracket is just a text. */
const structured: ReadonlySet<Slot> = new Set([
  "instructions",
  "input",
  "output",
  "messages",
  "messageEvents",
  "outputToolCalls",
  "toolDefinitions",
  "documents",
]);

/** A slot that holds the same as others keeps them from being filled again. */
const covers: Partial<Record<Slot, readonly Slot[]>> = {
  messages: ["messageEvents", "input", "output", "outputText", "outputReasoning", "outputToolCalls"],
  messageEvents: ["messages", "input", "output", "outputText", "outputReasoning", "outputToolCalls"],
  input: ["messages", "messageEvents"],
  output: ["messages", "messageEvents", "outputText", "outputReasoning", "outputToolCalls"],
};

function believe(believed: Map<Slot, string>, slot: Slot, key: string): void {
  believed.set(slot, key);
  for (const covered of covers[slot] ?? []) if (!believed.has(covered)) believed.set(covered, key);
}

/** What went in and out of a step is, for the types of span that have a word for it, that. */
function actualSlot(slot: Slot, type: SpanType, filled: Filled): Slot {
  if (slot === "stepInput") {
    if (type === "tool") return "toolArguments";
    if (type === "retrieval" || type === "rerank") return "query";
    if (type === "embedding") return "embedded";
    return type === "model" || filled.input !== undefined ? "input" : slot;
  }
  if (slot === "stepOutput") {
    if (type === "tool") return "toolResult";
    if (type === "retrieval" || type === "rerank") return "documents";
    if (type === "embedding") return slot;
    return type === "model" || filled.output !== undefined || filled.outputText !== undefined ? "output" : slot;
  }
  return slot;
}

interface FoundValue {
  readonly value: Json;
  readonly keys: readonly string[];
  readonly from: SourceValue["from"];
}

function findValue(source: ContentSource, rule: ContentRule): FoundValue | undefined {
  if (rule.form === "indexed") {
    const keys = source.indexed.get(rule.key);
    if (keys === undefined) return undefined;
    const value = unflatten(
      keys.map((key) => [key.slice(rule.key.length), source.values.get(key)?.value ?? null] as const),
    );
    return { value, keys, from: source.values.get(keys[0]!)!.from };
  }
  if (rule.form === "prefix") {
    const keys = [...source.values.keys()].filter((key) => key.startsWith(rule.key) && key !== "gen_ai.request.model");
    if (keys.length === 0) return undefined;
    const items = keys.map((key) => [key.slice(rule.key.length), source.values.get(key)!.value] as const);
    return { value: Object.fromEntries(items), keys, from: source.values.get(keys[0]!)!.from };
  }
  const value = source.values.get(rule.key);
  return value === undefined ? undefined : { value: value.value, keys: [rule.key], from: value.from };
}

function readMessageRecords(
  source: ContentSource,
  filled: Filled,
  believed: Map<Slot, string>,
  reading: ReadingLog,
): void {
  const sides: Record<"input" | "output", ContentMessage[]> = { input: [], output: [] };
  const counts = new Map<string, { slot: "input" | "output"; from: "event" | "log"; count: number }>();
  // An SDK set to write both would tell each message twice.
  const from = source.messages.some((message) => message.from === "event") ? "event" : "log";
  for (const record of source.messages) {
    const about = messageEvents.get(record.name);
    if (about === undefined || record.from !== from) continue;
    const told: Filled = {};
    if (fillSlot(told, "messageEvents", [{ ...record.body, "event.name": record.name }], "model")) {
      for (const message of [...(told.input ?? []), ...(told.output ?? [])]) sides[about.slot].push(message);
    }
    const count = counts.get(record.name);
    counts.set(record.name, { slot: about.slot, from, count: (count?.count ?? 0) + 1 });
  }
  for (const [name, { slot, count }] of counts) {
    const by = believed.get(slot);
    const dialect: Dialect = "gen-ai-events";
    if (by !== undefined) reading.ignored.push({ key: name, count, dialect, reason: "superseded", by });
    else reading.mapped.push({ key: name, count, dialect, meaning: slotMeanings[slot], from });
  }
  for (const slot of ["input", "output"] as const) {
    if (believed.has(slot) || sides[slot].length === 0) continue;
    filled[slot] = sides[slot];
    believe(believed, slot, "gen_ai.*.message");
  }
}

/** Most dialects tell why the model stopped apart from what it said; where the answer does not say, it is put there. */
function tellFinishReasons(filled: Filled, source: ContentSource): void {
  const keys = spanFields.find(({ field }) => field === "finishReasons")?.keys ?? [];
  const told = keys.flatMap((key) => source.values.get(key)?.value ?? []).filter((item) => typeof item === "string");
  if (told.length !== 1 || told[0] === "" || filled.output?.length !== 1) return;
  filled.output = filled.output.map((message) => ({ finishReason: told[0]!, ...message }));
}

const usageFields = new Set<SpanFieldName>([
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "reasoningTokens",
]);

function words(field: SpanFieldName): string {
  return field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** The typed fields, as they are stored: names of models, tokens, ids. Content rules have told about some of their keys before. */
function readFields(source: ContentSource, reading: ReadingLog): Map<SpanFieldName, number> {
  const usage = new Map<SpanFieldName, number>();
  for (const { field, keys } of spanFields) {
    let by: string | undefined;
    for (const key of keys) {
      const told = source.values.get(key);
      if (told === undefined) continue;
      if (by === undefined && told.value !== "") {
        by = key;
        reading.map(key, dialectOf(key) ?? "gen-ai", words(field), [key], told.from);
        const count = Number(told.value);
        if (usageFields.has(field) && Number.isSafeInteger(count) && count >= 0) usage.set(field, count);
      } else {
        reading.ignore(key, dialectOf(key), "superseded", [key], by);
      }
    }
  }
  for (const { key } of spanTypeRules) {
    const told = source.values.get(key);
    if (told !== undefined) reading.map(key, dialectOf(key) ?? "gen-ai", "type of span", [key], told.from);
  }
  return usage;
}

function dialectOf(key: string): Dialect | undefined {
  return dialectPrefixes.find(([prefix]) => key.startsWith(prefix))?.[1];
}

class ReadingLog {
  readonly mapped: MappedKey[] = [];
  readonly ignored: IgnoredKey[] = [];
  readonly #told = new Set<string>();

  has(key: string): boolean {
    return this.#told.has(key);
  }
  map(key: string, dialect: Dialect, meaning: string, keys: readonly string[], from: MappedKey["from"]): void {
    if (keys.every((one) => this.#told.has(one))) return;
    for (const one of keys) this.#told.add(one);
    this.mapped.push({ key, count: keys.length, dialect, meaning, from });
  }
  ignore(
    key: string,
    dialect: Dialect | undefined,
    reason: IgnoredKey["reason"],
    keys: readonly string[] = [key],
    by?: string,
  ): void {
    if (keys.every((one) => this.#told.has(one))) return;
    for (const one of keys) this.#told.add(one);
    this.ignored.push({ key, count: keys.length, dialect, reason, ...(by !== undefined && { by }) });
  }
  addUnknown(keys: Iterable<string>): void {
    for (const key of keys) {
      const dialect = dialectOf(key);
      if (dialect !== undefined) this.ignore(key, dialect, "unknown");
    }
  }
}
