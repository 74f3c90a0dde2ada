import { readBool, readInt, type TraceView, ValueType } from "@genscope/otlp";
import { createByteTable } from "@genscope/semconv/wire";
import { RE2JS } from "re2js";
import { ByResource, type SpanAt } from "../span-at.ts";
import type { BooleanAttributeConfig, NumericAttributeConfig, StringAttributeConfig } from "./policy-config.ts";
import { textAt } from "./text-at.ts";
import { anySpan, type PolicyBody, type PolicyContext } from "./policy.ts";

const encoder = new TextEncoder();

/** Whether an attribute, by its row, is one that is looked for. */
type Matches = (view: TraceView, row: number) => boolean;

/** A policy on the attribute of a span or its resource; turned around, it keeps what has no such attribute. */
function onAttribute(
  context: PolicyContext,
  key: string,
  isInverted: boolean,
  ofResource: Matches,
  ofSpan: Matches = ofResource,
): PolicyBody {
  const keyBytes = encoder.encode(key);
  const has = (view: TraceView, first: number, matches: Matches): boolean => {
    const row = findAttribute(view, first, keyBytes);
    return row !== -1 && matches(view, row);
  };
  const resources = new ByResource((view, resource) => has(view, view.resources.firstAttribute[resource]!, ofResource));
  const matches = (span: SpanAt): boolean =>
    resources.has(span) || has(span.view, span.view.spans.firstAttribute[span.row]!, ofSpan);
  return anySpan(context, matches, isInverted);
}

function findAttribute({ bytes, attributes }: TraceView, first: number, key: Uint8Array): number {
  for (let row = first; row !== -1; row = attributes.next[row]!) {
    if (attributes.keyLength[row] !== key.length) continue;
    const offset = attributes.keyOffset[row]!;
    let at = 0;
    while (at < key.length && bytes[offset + at] === key[at]) at++;
    if (at === key.length) return row;
  }
  return -1;
}

/** A value of another type counts as 0, as it does in the Collector. */
export function numericAttribute(config: NumericAttributeConfig, context: PolicyContext): PolicyBody {
  const { key, min_value: min, max_value: max, invert_match: isInverted } = config;
  if (min === 0 && max === 0) throw new Error("at least one of min_value and max_value must be set, and not to 0");
  const low = min === 0 ? -(2n ** 63n) : BigInt(min);
  const high = max === 0 ? 2n ** 63n - 1n : BigInt(max);
  return onAttribute(context, key, isInverted, (view, row) => {
    const { type, valueOffset } = view.attributes;
    const value = type[row] === ValueType.int ? readInt(view, valueOffset[row]!) : 0n;
    return value >= low && value <= high;
  });
}

/** A value of another type counts as false, as it does in the Collector. */
export function booleanAttribute(config: BooleanAttributeConfig, context: PolicyContext): PolicyBody {
  const { key, value: wanted, invert_match: isInverted } = config;
  return onAttribute(context, key, isInverted, (view, row) => {
    const { type, valueOffset } = view.attributes;
    return (type[row] === ValueType.bool && readBool(view, valueOffset[row]!)) === wanted;
  });
}

/** A value of another type counts as an empty text, as it does in the Collector. */
export function stringAttribute(config: StringAttributeConfig, context: PolicyContext): PolicyBody {
  const { key, values, enabled_regex_matching: isPattern, invert_match: isInverted } = config;
  if (!isPattern) return onAttribute(context, key, isInverted, equals(values));
  const matches = matcherOf(values, config.cache_max_size);
  return onAttribute(
    context,
    key,
    isInverted,
    (view, row) => matches(textAt(view, row)),
    (view, row) => {
      const value = textAt(view, row);
      return value !== "" && matches(value);
    },
  );
}

/** More values than this are not looked up among bytes. */
const mostInTable = 1000;

function equals(values: readonly string[]): Matches {
  const wanted = new Set(values.filter((value) => value !== ""));
  if (wanted.size > mostInTable) return (view, row) => wanted.has(textAt(view, row));
  const table = createByteTable([...wanted]);
  return ({ bytes, attributes }, row) =>
    attributes.type[row] === ValueType.string &&
    table.find(bytes, attributes.valueOffset[row]!, attributes.valueLength[row]!) !== -1;
}

const defaultCacheSize = 128;
/** Longer ones are matched again: texts of prompts are not kept. */
const longestCached = 256;

/** Whether a text matches one of the patterns, remembered for the last texts. */
function matcherOf(patterns: readonly string[], cacheSize: number): (text: string) => boolean {
  const compiled = patterns.map((pattern) => {
    try {
      return RE2JS.compile(pattern);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`invalid regex \`${pattern}\`: ${reason}`, { cause: error });
    }
  });
  const size = cacheSize > 0 ? cacheSize : defaultCacheSize;
  const cache = new Map<string, boolean>();
  return (text) => {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const matches = compiled.some((pattern) => pattern.test(text));
    if (text.length <= longestCached) {
      if (cache.size >= size) cache.delete(cache.keys().next().value!);
      cache.set(text, matches);
    }
    return matches;
  };
}
