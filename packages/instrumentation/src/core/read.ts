/** Readers of what a library was given or gave back. They never throw and never invent: a value of another type is no value. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const noMembers: JsonObject = Object.freeze({});
const noItems: readonly unknown[] = Object.freeze([]);

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : noMembers;
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function integerOf(value: unknown): number | undefined {
  return Number.isInteger(value) ? (value as number) : undefined;
}

/** A count worth sending: `undefined` for zero, which says no more than its absence. */
export function countOf(value: unknown): number | undefined {
  const count = integerOf(value);
  return count === 0 ? undefined : count;
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : noItems;
}

/** A list of strings from one or several; `undefined` if there is none. */
export function stringsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const strings = (typeof value === "string" ? [value] : arrayOf(value)).filter((item) => typeof item === "string");
  return strings.length === 0 ? undefined : strings;
}

/** The value of JSON text; the text itself if it is not JSON. */
export function parsedOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
