import { OttlError } from "../ottl-error.ts";
import { parseGoFloat } from "../text/parse-float.ts";
import { Regex } from "../text/regex.ts";
import type { Value } from "../values/value.ts";
import { grokPatterns } from "./grok-patterns.ts";

/** `%{NAME}`, `%{NAME:key}` or `%{NAME:key:type}`. */
const reference = /%\{(?<name>\w+)(?::(?<key>[\w.]+)(?::(?<type>\w+))?)?\}/gu;

function toInteger(text: string): bigint {
  if (!/^[+-]?\d+$/u.test(text)) throw new OttlError("the match is no int");
  const value = BigInt(text.replace("+", ""));
  if (BigInt.asIntN(64, value) !== value) throw new OttlError("the match is more than an int64 holds");
  return value;
}

function toTruth(text: string): boolean {
  if (/^(?:1|t|T|TRUE|true|True)$/u.test(text)) return true;
  if (/^(?:0|f|F|FALSE|false|False)$/u.test(text)) return false;
  throw new OttlError("the match is no bool");
}

const types: Readonly<Record<string, (text: string) => Value>> = {
  string: (text) => text,
  int: toInteger,
  long: toInteger,
  float: parseGoFloat,
  double: parseGoFloat,
  bool: toTruth,
  boolean: toTruth,
};

export interface GrokOptions {
  /** Only what has a key is taken, not what is known by the name of its pattern. */
  readonly namedOnly: boolean;
  readonly definitions: ReadonlyMap<string, string>;
}

/** A pattern made of patterns that have names, as one regular expression. */
export class Grok {
  readonly #regex: Regex;
  /** By the group: names may come twice, those of groups may not. */
  readonly #keys = new Map<string, string>();
  readonly #types = new Map<string, string>();
  readonly #options: GrokOptions;

  /** @throws {OttlError} for a pattern that is no regular expression, names one that nobody knows, or stands for itself. */
  constructor(pattern: string, options: GrokOptions) {
    this.#options = options;
    this.#regex = new Regex("ExtractGrokPatterns", this.#expand(pattern, []));
    if (options.namedOnly && this.#regex.names.length === 0) {
      throw new OttlError("at least 1 named capture group must be supplied in the given regex");
    }
  }

  /** What was found by its key; nothing without a match. */
  extract(text: string): Map<string, Value> {
    const result = new Map<string, Value>();
    for (const [group, match] of this.#regex.extract(text) ?? []) {
      if (match === "") continue;
      const key = this.#keys.get(group) ?? group;
      const type = this.#types.get(key) ?? "string";
      const convert = Object.hasOwn(types, type) ? types[type] : undefined;
      if (convert === undefined) throw new OttlError(`invalid type for ${key}: ${type}`);
      result.set(key, convert(match));
    }
    return result;
  }

  #expand(pattern: string, within: readonly string[]): string {
    return pattern.replaceAll(reference, (_, name: string, key?: string, type?: string) => {
      const known = this.#options.definitions.get(name) ?? standard(name);
      if (known === undefined) throw new OttlError(`pattern definition ${JSON.stringify(name)} unknown`);
      if (within.includes(name)) throw new OttlError(`pattern definition ${JSON.stringify(name)} refers to itself`);
      const taken = key ?? (this.#options.namedOnly ? undefined : name);
      const start = taken === undefined ? "(?:" : `(?P<${this.#groupOf(taken)}>`;
      if (key !== undefined && type !== undefined) this.#types.set(key, type);
      return `${start}${this.#expand(known, [...within, name])})`;
    });
  }

  #groupOf(key: string): string {
    const group = `grok_${this.#keys.size}`;
    this.#keys.set(group, key);
    return group;
  }
}

function standard(name: string): string | undefined {
  return Object.hasOwn(grokPatterns, name) ? grokPatterns[name] : undefined;
}
