import type { Value } from "../values/value.ts";

/** A number's source: what JSON.parse makes of it may be another one. */
interface ReviverContext {
  readonly source?: string;
}

const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: ReviverContext) => unknown,
) => unknown;

/** A JSON text that is known to be one as a value: whole numbers that an int64 holds are int64, others double. */
export function toJsonValue(text: string): Value {
  return convert(
    parseWithSource(text, (_, value, { source }) =>
      typeof value === "number" && source !== undefined && /^-?\d{1,18}$/u.test(source) ? BigInt(source) : value,
    ),
  );
}

function convert(value: unknown): Value {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([key, element]) => [key, convert(element)]));
  }
  return value as Value;
}
