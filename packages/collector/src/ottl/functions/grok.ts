import { Grok, type GrokOptions } from "../grok/grok.ts";
import { OttlError } from "../ottl-error.ts";
import { define, type OttlFunction } from "./function.ts";
import { constantBool, constantText, listOf, optional, text } from "./parameters.ts";

/** `NAME=pattern`, each. */
function definitionsOf(list: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    list.map((one, i) => {
      const at = one.indexOf("=");
      if (at === -1) {
        throw new OttlError(
          `the pattern supplied to ExtractGrokPatterns at index ${i} has incorrect format, expecting PATTERNNAME=pattern definition`,
        );
      }
      const name = one.slice(0, at);
      if (name.includes(":")) throw new OttlError(`pattern ID ${JSON.stringify(name)} should not contain ':'`);
      return [name, one.slice(at + 1)] as const;
    }),
  );
}

export const extractGrokPatterns: OttlFunction = define(
  "ExtractGrokPatterns",
  {
    target: text,
    pattern: text,
    named_captures_only: optional(constantBool),
    pattern_definitions: optional(listOf(constantText)),
  },
  ({ target, pattern, named_captures_only: namedOnly = false, pattern_definitions: definitions = [] }) => {
    const options: GrokOptions = { namedOnly, definitions: definitionsOf(definitions) };
    let last = pattern.literal && { pattern: pattern.literal.value, grok: new Grok(pattern.literal.value, options) };
    return (cursor) => {
      const wanted = pattern.get(cursor);
      if (last?.pattern !== wanted) last = { pattern: wanted, grok: new Grok(wanted, options) };
      return last.grok.extract(target.get(cursor));
    };
  },
);
