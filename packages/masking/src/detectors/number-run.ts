import { isDigit } from "../chars.ts";
import type { TextSource } from "../text-source.ts";

/** Groups of digits with single separators between them, as people write long numbers. */
export interface NumberRun {
  readonly starts: number[];
  readonly ends: number[];
  /** Before each group but the first: one of `space - . / )`; the last for anything with parentheses. */
  readonly separators: string[];
  groups: number;
  digits: number;
}

export function createNumberRun(): NumberRun {
  return { starts: [], ends: [], separators: [], groups: 0, digits: 0 };
}

function separatorAt(code: number): string {
  if (code === 32 || code === 0xa0 || code === 0x202f) return " ";
  if (code === 45 || code === 0x2011 || code === 0x2010 || code === 0x2013) return "-";
  if (code === 46) return ".";
  if (code === 47) return "/";
  return "";
}

/** Fills the run from its first digit on (or the parenthesis before it) and gives back where it ends. */
export function readNumberRun(text: TextSource, start: number, run: NumberRun): number {
  run.groups = 0;
  run.digits = 0;
  let at = start;
  let separator = "";
  if (text.charCodeAt(at) === 40) at++;
  for (;;) {
    const from = at;
    while (isDigit(text.charCodeAt(at))) at++;
    run.starts[run.groups] = from;
    run.ends[run.groups] = at;
    run.separators[run.groups] = separator;
    run.groups++;
    run.digits += at - from;
    const next = separatorEnd(text, at);
    if (next === 0) return at;
    separator = next - at === 1 ? separatorAt(text.charCodeAt(at)) || ")" : ")";
    at = next;
  }
}

/** Where the next group starts, if a separator and a digit follow; else 0. A separator is one character, or a parenthesis with one beside it. */
function separatorEnd(text: TextSource, at: number): number {
  let end = at;
  if (separatorAt(text.charCodeAt(end)) !== "") end++;
  const parenthesis = text.charCodeAt(end);
  if (parenthesis === 40 || parenthesis === 41) {
    end++;
    if (separatorAt(text.charCodeAt(end)) !== "") end++;
  }
  return end > at && isDigit(text.charCodeAt(end)) ? end : 0;
}
