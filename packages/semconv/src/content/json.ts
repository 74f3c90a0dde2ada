export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonMap = { readonly [key: string]: Json };

/** OTLP/JSON `AnyValue`, as far as reading it goes. */
export interface AnyValue {
  readonly stringValue?: string | undefined;
  readonly boolValue?: boolean | undefined;
  readonly intValue?: string | undefined;
  readonly doubleValue?: number | string | undefined;
  readonly bytesValue?: string | undefined;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] | undefined } | undefined;
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] | undefined } | undefined;
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

export function isMap(json: Json | undefined): json is JsonMap {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

export function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

export function stringOf(json: Json | undefined): string | undefined {
  return typeof json === "string" ? json : undefined;
}

/** Text as it is, anything else as JSON. */
export function textOf(json: Json | undefined): string {
  if (json === undefined) return "";
  return typeof json === "string" ? json : JSON.stringify(json, null, 2);
}

/** A map of own properties only, whatever its keys are called. */
export function mapOf(entries: Iterable<readonly [string, Json]>): JsonMap {
  const map: Record<string, Json> = Object.create(null);
  for (const [key, value] of entries) map[key] = value;
  return map;
}

/** The JSON a text holds if it is an object or a list; undefined for any other text. */
export function parseJson(text: string): Json | undefined {
  const first = text.trimStart()[0];
  if (first !== "{" && first !== "[") return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function toJson(value: AnyValue): Json {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : value.intValue;
  }
  if (value.doubleValue !== undefined) return value.doubleValue;
  if (value.bytesValue !== undefined) return value.bytesValue;
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(toJson);
  if (value.kvlistValue !== undefined)
    return mapOf((value.kvlistValue.values ?? []).map((item) => [item.key, toJson(item.value)]));
  return null;
}
