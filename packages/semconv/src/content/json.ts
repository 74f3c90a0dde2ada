import type { AnyValue } from "./content-model.ts";

export type Json = null | boolean | number | string | Json[] | JsonMap;
export interface JsonMap {
  [key: string]: Json;
}

/** Nothing a library writes on purpose is nested deeper; what is stays unread below. */
const deepest = 64;

/** An attribute's value as JSON. Integers too large for a number stay text. */
export function toJson(value: AnyValue, depth = 0): Json {
  if (depth > deepest) return "(nested too deep)";
  if ("stringValue" in value) return value.stringValue;
  if ("boolValue" in value) return value.boolValue;
  if ("intValue" in value) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : value.intValue;
  }
  if ("doubleValue" in value) {
    const { doubleValue } = value;
    return typeof doubleValue === "number" && Number.isFinite(doubleValue) ? doubleValue : String(doubleValue);
  }
  if ("bytesValue" in value) return value.bytesValue;
  if ("arrayValue" in value && value.arrayValue !== undefined) {
    return (value.arrayValue.values ?? []).map((item) => toJson(item, depth + 1));
  }
  if ("kvlistValue" in value && value.kvlistValue !== undefined) {
    return Object.fromEntries(
      (value.kvlistValue.values ?? []).map((item) => [item.key, toJson(item.value, depth + 1)]),
    );
  }
  return null;
}

/** JSON in a string; undefined where it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    const parsed: Json = JSON.parse(text);
    return parsed;
  } catch {
    return undefined;
  }
}

/** The value itself, or what a string holds if it holds an object, a list or a string in quotes. */
export function unpack(json: Json): Json {
  if (typeof json !== "string") return json;
  const first = /\S/.exec(json)?.[0];
  return first === "{" || first === "[" || first === '"' ? (parseJson(json) ?? json) : json;
}

/** Whether a string sets out to be JSON and is not: cut off, most often. */
export function isMalformed(json: Json): boolean {
  const first = typeof json === "string" ? /\S/.exec(json)?.[0] : undefined;
  return (first === "{" || first === "[") && typeof unpack(json) === "string";
}

export function isMap(json: Json | undefined): json is JsonMap {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

export function stringOf(json: Json | undefined): string | undefined {
  return typeof json === "string" ? json : undefined;
}

/** The first of the names the map has, other than null. Own keys only. */
export function pick(map: JsonMap, ...names: readonly string[]): Json | undefined {
  for (const name of names) if (Object.hasOwn(map, name) && map[name] !== null) return map[name];
  return undefined;
}

/** Text as it is, anything else as JSON. */
export function textOf(json: Json | undefined): string {
  if (json === undefined) return "";
  if (typeof json === "string") return json;
  try {
    // Indentation grows with the square of the depth.
    return JSON.stringify(json, null, isShallow(json, deepest) ? 2 : 0);
  } catch {
    // The engine's stack ends before the nesting does.
    return "(nested too deep to be shown)";
  }
}

function isShallow(json: Json, levels: number): boolean {
  if (typeof json !== "object" || json === null) return true;
  if (levels === 0) return false;
  const items = Array.isArray(json) ? json : Object.values(json);
  return items.every((item) => isShallow(item, levels - 1));
}
