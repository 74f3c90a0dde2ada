import { z } from "zod";
import { type ConfigValue, Expanded, toPlain, typeName } from "./config-value.ts";
import { parseDuration } from "./duration.ts";

/**
 * Field types of components' configuration. They convert as little as the Collector does: text is no number, a number is no text; a `${…}` takes the type
 * of the field it fills. A field that is absent or null has its default.
 */

type Read<T> = (value: unknown) => T | undefined;

function absent(value: unknown): boolean {
  return value === undefined || value === null || (value instanceof Expanded && value.value === null);
}

/** A key that need not be there. */
function maybe<T>(read: (value: unknown, context: z.core.$RefinementCtx) => T) {
  return z.unknown().optional().transform(read);
}

function prepared<T>(prepare: (value: unknown) => unknown, schema: z.ZodType<T>): z.ZodType<T> {
  return maybe(prepare).pipe(schema);
}

function field<T>(type: string, read: Read<T>): z.ZodType<T | undefined>;
function field<T>(type: string, read: Read<T>, fallback: T): z.ZodType<T>;
function field<T>(type: string, read: Read<T>, fallback?: T): z.ZodType<T | undefined> {
  return maybe((value, context) => {
    const found = read(value);
    if (found !== undefined) return found;
    if (absent(value)) return fallback;
    const expected = `expected type '${type}', got unconvertible type '${typeName(value)}'`;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });
}

function plain(value: unknown): unknown {
  return value instanceof Expanded ? value.value : value;
}

function readText(value: unknown): string | undefined {
  if (value instanceof Expanded) return value.text;
  return typeof value === "string" ? value : undefined;
}

export function text(): z.ZodType<string | undefined>;
export function text(fallback: string): z.ZodType<string>;
export function text(fallback?: string): z.ZodType<string | undefined> {
  return fallback === undefined ? field("string", readText) : field("string", readText, fallback);
}

function readInteger(value: unknown): number | undefined {
  const number = plain(value);
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}

export function integer(): z.ZodType<number | undefined>;
export function integer(fallback: number): z.ZodType<number>;
export function integer(fallback?: number): z.ZodType<number | undefined> {
  return fallback === undefined ? field("int", readInteger) : field("int", readInteger, fallback);
}

function readNumber(value: unknown): number | undefined {
  const number = plain(value);
  return typeof number === "number" ? number : typeof number === "bigint" ? Number(number) : undefined;
}

export function number(): z.ZodType<number | undefined>;
export function number(fallback: number): z.ZodType<number>;
export function number(fallback?: number): z.ZodType<number | undefined> {
  return fallback === undefined ? field("float64", readNumber) : field("float64", readNumber, fallback);
}

function readBoolean(value: unknown): boolean | undefined {
  const boolean = plain(value);
  return typeof boolean === "boolean" ? boolean : undefined;
}

export function boolean(): z.ZodType<boolean | undefined>;
export function boolean(fallback: boolean): z.ZodType<boolean>;
export function boolean(fallback?: boolean): z.ZodType<boolean | undefined> {
  return fallback === undefined ? field("bool", readBoolean) : field("bool", readBoolean, fallback);
}

/** A duration as Go writes it (`1h30m`, `200ms`, `0`), in milliseconds. */
export function duration(): z.ZodType<number | undefined>;
export function duration(fallbackMs: number): z.ZodType<number>;
export function duration(fallbackMs?: number): z.ZodType<number | undefined> {
  return maybe((value, context) => {
    if (absent(value)) return fallbackMs;
    if (plain(value) === 0) return 0;
    const written = readText(value);
    const milliseconds = written === undefined ? undefined : parseDuration(written.trim());
    if (milliseconds !== undefined) return milliseconds;
    const message =
      written === undefined
        ? `expected type 'time.Duration', got unconvertible type '${typeName(value)}': a duration needs a unit, such as 10s`
        : `time: invalid duration "${written}": numbers with a unit (ns, us, ms, s, m, h), such as 1h30m`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

/** One of several words. */
export function word<const Word extends string>(words: readonly Word[], fallback: Word): z.ZodType<Word> {
  return maybe((value, context) => {
    if (absent(value)) return fallback;
    const written = readText(value);
    const found = words.find((one) => one === written);
    if (found !== undefined) return found;
    const message = `must be one of ${words.join(", ")}, not ${written === undefined ? typeName(value) : JSON.stringify(written)}`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

/** A list; text is one split at commas. */
export function list<Item>(item: z.ZodType<Item>): z.ZodType<readonly Item[]> {
  return prepared(
    (value) => {
      if (absent(value)) return [];
      const written = readText(value);
      return written === undefined ? value : written === "" ? [] : written.split(",");
    },
    z.array(item, { error: ({ input }) => `expected type 'slice', got unconvertible type '${typeName(input)}'` }),
  );
}

/** A map of names somebody chose to values of one type. */
export function mapOf<Item>(item: z.ZodType<Item>): z.ZodType<Readonly<Record<string, Item>>> {
  return prepared(
    (value) => (absent(value) ? {} : value),
    z.record(z.string(), item, { error: ({ input }) => notAMap(input) }),
  );
}

/** A value of any type, as it is written. */
export function anything(): z.ZodType<ConfigValue> {
  return maybe((value) => toPlain((value ?? null) as ConfigValue));
}

function notAMap(value: unknown): string {
  return `expected a map, got '${typeName(value)}'`;
}

/** A map of known names; absent or null is one with every default. */
export function section<Shape extends z.ZodRawShape>(shape: Shape): z.ZodType<z.output<z.ZodObject<Shape>>> {
  return prepared((value) => (absent(value) ? {} : value), strict(shape));
}

/** As {@link section}, but `undefined` if the key is not there: a key without a value is what switches it on. */
export function optionalSection<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodType<z.output<z.ZodObject<Shape>> | undefined> {
  return prepared((value) => (value === null ? {} : value), strict(shape).optional());
}

function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? undefined : notAMap(issue.input)),
  });
}
