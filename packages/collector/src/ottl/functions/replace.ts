import type { Cursor } from "../cursor.ts";
import type { Expression } from "../expression.ts";
import { OttlError } from "../ottl-error.ts";
import { globOf, regexOf } from "../text/pattern.ts";
import type { Regex } from "../text/regex.ts";
import { type Value, typeName } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import { constantText, converter, mapPlace, optional, place, text } from "./parameters.ts";

/** Parameters at the end of every function that replaces. */
export const replacementTail = { replacement: text, function: optional(converter), replacement_format: optional(text) };

interface Tail {
  readonly replacement: Expression<string>;
  readonly function: ((input: Expression) => Expression) | undefined;
  readonly replacement_format: Expression<string> | undefined;
}

/** Puts text where a format has its one `%s`. */
function formatted(format: string, value: string): string {
  if (!/^.*?%s.*?$/u.test(format) || /%[^s]/u.test(format) || format.split("%s").length !== 2) {
    throw new OttlError(
      "replacementFormat must be format string containing a single %s and no other format specifiers",
    );
  }
  return format.split("%s").join(value);
}

/** A replacement sent through the function and the format, if there are any. */
function finisher({
  function: convert,
  replacement_format: format,
}: Tail): ((cursor: Cursor, value: string) => string) | undefined {
  if (convert === undefined) return undefined;
  let input: Value = "";
  const { get } = convert({ get: () => input });
  return (cursor, value) => {
    input = value;
    const result = get(cursor);
    if (typeof result !== "string")
      throw new OttlError(`the replacement value must be a string, not ${typeName(result)}`);
    return format === undefined ? result : formatted(format.get(cursor), result);
  };
}

type Replace = (cursor: Cursor, regex: Regex, subject: string) => string;

/** Replaces the matches in a text; of a replacement written out the groups are found once. */
export function patternReplacer(args: Tail): Replace {
  const finish = finisher(args);
  let last:
    | { readonly regex: Regex; readonly replacement: string; readonly expand: ReturnType<Regex["template"]> }
    | undefined;
  return (cursor, regex, subject) => {
    const replacement = args.replacement.get(cursor);
    if (last === undefined || last.regex !== regex || last.replacement !== replacement) {
      last = { regex, replacement, expand: regex.template(replacement) };
    }
    const { expand } = last;
    return regex.replaceAll(subject, finish === undefined ? expand : (matcher) => finish(cursor, expand(matcher)));
  };
}

const replacePattern = define("replace_pattern", { target: place, regex_pattern: text, ...replacementTail }, (args) => {
  const { target } = args;
  const pattern = regexOf("replace_pattern", args.regex_pattern);
  const replace = patternReplacer(args);
  return (cursor) => {
    const value = target.get(cursor);
    if (typeof value !== "string") return null;
    const regex = pattern(cursor);
    if (regex.test(value)) target.set(cursor, replace(cursor, regex, value));
    return null;
  };
});

const replaceAllPatterns = define(
  "replace_all_patterns",
  { target: mapPlace, mode: constantText, regex_pattern: text, ...replacementTail },
  (args) => {
    const { target, mode } = args;
    if (mode !== "key" && mode !== "value") {
      throw new OttlError(`invalid mode ${mode}, must be either 'key' or 'value'`);
    }
    const pattern = regexOf("replace_all_patterns", args.regex_pattern);
    const replace = patternReplacer(args);
    return (cursor) => {
      const before = target.get(cursor);
      const regex = pattern(cursor);
      const after = new Map<string, Value>();
      for (const [key, value] of before) {
        const subject = mode === "key" ? key : value;
        const replaced = typeof subject === "string" && regex.test(subject) ? replace(cursor, regex, subject) : subject;
        if (mode === "key") after.set(replaced as string, value);
        else after.set(key, replaced);
      }
      target.set(cursor, after);
      return null;
    };
  },
);

/** What takes the place of a text as a whole. */
function wholeReplacer(args: Tail): (cursor: Cursor) => string {
  const finish = finisher(args);
  const { get } = args.replacement;
  return finish === undefined ? get : (cursor) => finish(cursor, get(cursor));
}

const replaceMatch = define("replace_match", { target: place, pattern: text, ...replacementTail }, (args) => {
  const { target } = args;
  const pattern = globOf("replace_match", args.pattern);
  const replacement = wholeReplacer(args);
  return (cursor) => {
    const value = target.get(cursor);
    if (typeof value === "string" && pattern(cursor).test(value)) target.set(cursor, replacement(cursor));
    return null;
  };
});

const replaceAllMatches = define(
  "replace_all_matches",
  { target: mapPlace, pattern: text, ...replacementTail },
  (args) => {
    const { target } = args;
    const pattern = globOf("replace_all_matches", args.pattern);
    const replacement = wholeReplacer(args);
    return (cursor) => {
      const glob = pattern(cursor);
      const replaced = replacement(cursor);
      const after = Array.from(target.get(cursor), ([key, value]): [string, Value] => [
        key,
        typeof value === "string" && glob.test(value) ? replaced : value,
      ]);
      target.set(cursor, new Map(after));
      return null;
    };
  },
);

export const replacers: readonly OttlFunction[] = [replacePattern, replaceAllPatterns, replaceMatch, replaceAllMatches];
