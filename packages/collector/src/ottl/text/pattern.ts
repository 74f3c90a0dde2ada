import type { Cursor } from "../cursor.ts";
import type { Expression } from "../expression.ts";
import { compileGlob } from "./glob.ts";
import { Regex } from "./regex.ts";

export type PatternOf = (cursor: Cursor) => Regex;

/** A pattern given by an expression: compiled once if it is written out, otherwise whenever it changes. */
export function regexOf(of: string, { get, literal }: Expression<string>): PatternOf {
  return compiled((pattern) => new Regex(of, pattern), get, literal?.value);
}

export function globOf(of: string, { get, literal }: Expression<string>): PatternOf {
  return compiled((pattern) => compileGlob(of, pattern), get, literal?.value);
}

function compiled(
  compile: (pattern: string) => Regex,
  get: (cursor: Cursor) => string,
  constant: string | undefined,
): PatternOf {
  if (constant !== undefined) {
    const regex = compile(constant);
    return () => regex;
  }
  let last: { readonly pattern: string; readonly regex: Regex } | undefined;
  return (cursor) => {
    const pattern = get(cursor);
    if (last?.pattern !== pattern) last = { pattern, regex: compile(pattern) };
    return last.regex;
  };
}
