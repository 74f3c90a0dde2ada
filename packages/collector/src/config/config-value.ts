/** What a configuration holds, as YAML gives it. Whole numbers past 2^53 are bigints. */
export type ConfigValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Expanded
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

export type ConfigMap = Readonly<Record<string, ConfigValue>>;

/**
 * What a whole `${…}` came to: the value its text has as YAML, and the text, which is what a field of type string gets (`0123` stays `0123`).
 */
export class Expanded {
  readonly value: null | boolean | number | bigint;
  readonly text: string;

  constructor(value: null | boolean | number | bigint, text: string) {
    this.value = value;
    this.text = text;
  }
}

export function isMap(value: unknown): value is ConfigMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Expanded);
}

/** The name the Collector's messages have for a value's type. */
export function typeName(value: unknown): string {
  if (value instanceof Expanded) return typeName(value.value);
  if (value === null || value === undefined) return "nil";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float64";
  if (typeof value === "bigint") return "int64";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "map[string]interface {}";
}

/** The same as YAML has it: what a `${…}` came to in its place. */
export function toPlain(value: ConfigValue): ConfigValue {
  if (value instanceof Expanded) return value.value;
  if (Array.isArray(value)) return value.map(toPlain);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)])) : value;
}
