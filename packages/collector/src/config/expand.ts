import { type ConfigMap, type ConfigValue, Expanded, isMap } from "./config-value.ts";
import { problem } from "./config-error.ts";
import { type Positions, positionOf } from "./positions.ts";

/** What a reference came to: a value as YAML has it, and the text it was read from. */
export interface Retrieved {
  readonly value: ConfigValue;
  /** `undefined` where there is no text to splice into a longer one: a map or a list. */
  readonly text: string | undefined;
  /** Whether there was anything: a variable that is not set leaves a field its default. */
  readonly isSet: boolean;
}

/** Looks up what is between `${` and `}`. Throws an Error that says what is wrong with it. */
export type Retrieve = (reference: string) => Promise<Retrieved>;

const maxRounds = 1000;

/**
 * Replaces every `${…}` of a configuration, innermost first, then turns `$$` into `$`.
 *
 * @throws {ConfigError} naming the place.
 */
export async function expandConfig(config: ConfigMap, retrieve: Retrieve, positions: Positions): Promise<ConfigMap> {
  const expandAt = async (value: ConfigValue, path: readonly (string | number)[]): Promise<ConfigValue> => {
    if (typeof value === "string") {
      try {
        return unescaped(await new Expansion(retrieve).text(value));
      } catch (error) {
        throw problem(error instanceof Error ? error.message : String(error), positionOf(positions, path));
      }
    }
    if (Array.isArray(value)) {
      return Promise.all(value.map((item: ConfigValue, index) => expandAt(item, [...path, index])));
    }
    if (!isMap(value)) return value;
    const entries = Object.entries(value).map(
      async ([key, item]) => [key, await expandAt(item, [...path, key])] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  };
  return (await expandAt(config, [])) as ConfigMap;
}

/** Expands one value of the configuration, whatever it leads to. */
class Expansion {
  readonly #retrieve: Retrieve;
  #rounds = 0;

  constructor(retrieve: Retrieve) {
    this.#retrieve = retrieve;
  }

  async text(text: string): Promise<ConfigValue> {
    let rest = text;
    for (;;) {
      const found = findReference(rest);
      if (found === undefined) return rest;
      if (++this.#rounds > maxRounds) throw new Error("too many recursive expansions");
      const { start, end } = found;
      const reference = rest.slice(start + 2, end);
      const retrieved = await this.#retrieve(reference);
      if (start === 0 && end === rest.length - 1) {
        const value = await this.#value(retrieved.value);
        const isTyped = isPlainScalar(value) && retrieved.isSet && retrieved.text !== undefined;
        return isTyped ? new Expanded(value, retrieved.text) : value;
      }
      if (retrieved.text === undefined) {
        throw new Error(`expanding \${${reference}}: it is no text, and stands in one`);
      }
      rest = rest.slice(0, start) + retrieved.text + rest.slice(end + 1);
    }
  }

  /** What was retrieved may refer to more. */
  async #value(value: ConfigValue): Promise<ConfigValue> {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return Promise.all(value.map((item: ConfigValue) => this.#value(item)));
    if (!isMap(value)) return value;
    const entries = Object.entries(value).map(async ([key, item]) => [key, await this.#value(item)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }
}

function isPlainScalar(value: ConfigValue): value is null | boolean | number | bigint {
  return value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "bigint";
}

/** The innermost reference: from the first `}` back to the last `${` before it that no odd number of `$` escapes. */
function findReference(text: string): { readonly start: number; readonly end: number } | undefined {
  for (let end = text.indexOf("}"), from = 0; end !== -1; from = end + 1, end = text.indexOf("}", end + 1)) {
    const start = text.lastIndexOf("${", end);
    if (start < from) continue;
    let dollars = 0;
    while (text[start - 1 - dollars] === "$") dollars++;
    if (dollars % 2 === 0) return { start, end };
  }
  return undefined;
}

function unescaped(value: ConfigValue): ConfigValue {
  if (typeof value === "string") return value.replaceAll("$$", () => "$");
  if (Array.isArray(value)) return value.map(unescaped);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unescaped(item)]));
}
