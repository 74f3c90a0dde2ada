import { isAlphanumeric, isDigit, isWord } from "./chars.ts";
import { isCard, isCardInContext, namesCard } from "./detectors/card.ts";
import { findSpokenNumber, isSaid } from "./detectors/credential-places.ts";
import { findIpv4 } from "./detectors/ip.ts";
import { findMixedNumber, nationalNumberCountry } from "./detectors/national-id.ts";
import { createNumberRun, readNumberRun } from "./detectors/number-run.ts";
import {
  hasInternationalPrefix,
  isInternationalPhone,
  isNationalPhone,
  isPhoneInContext,
  namesPhone,
} from "./detectors/phone.ts";
import type { ScanContext } from "./scan-context.ts";

const run = createNumberRun();
const shapes: string[] = [];
const fewestDigits = 7;
const mostDigits = 19;
const mostGroups = 7;
const contextLength = 32;

/**
 * Called at the first digit of a number, or at the `+` or parenthesis before it. Reads all digits with single separators between, and tries the longest
 * stretches of groups first. Gives the position to go on from, which is past everything read.
 */
export function scanNumber(context: ScanContext, start: number): number {
  const { text } = context;
  const sign = text.charCodeAt(start) === 43;
  const first = sign ? start + 1 : start;
  const end = readNumberRun(text, first, run);
  if (run.groups >= 4 && context.enabled("ip")) {
    for (let group = 0; group + 3 < run.groups; group++) {
      const separated = group === 0 || run.separators[group] === " " || run.separators[group] === "/";
      if (separated && run.separators[group + 1] === ".") findIpv4(context, run.starts[group]!);
    }
  }
  if (text.charCodeAt(start - 1) === 32 && context.enabled("credential") && isSaid(text.charCodeAt(start - 2))) {
    const found = findSpokenNumber(context, start);
    if (found > 0) return found;
  }
  if (run.digits < fewestDigits) return end;
  if (run.groups <= 4 && context.enabled("national-id") && !sign && !isReference(context, start)) {
    const found = findMixedNumber(context, start);
    if (found > 0) return Math.max(found, end);
  }
  // a number with one point is a number
  if (run.groups === 2 && run.separators[1] === "." && !sign) return end;

  let group = 0;
  while (group < run.groups) {
    const separated =
      group === 0 || run.separators[group] === " " || run.separators[group] === "/" || run.separators[group] === ")";
    const last = separated
      ? longestFrom(context, group, group === 0 ? start : run.starts[group]!, sign && group === 0, end)
      : -1;
    group = last < 0 ? group + 1 : last + 1;
  }
  return end;
}

/** The last group of the longest stretch from this group on that is something, or -1. */
function longestFrom(context: ScanContext, group: number, start: number, sign: boolean, end: number): number {
  let shape = "";
  let digits = 0;
  let last = group;
  for (; last < run.groups && last - group < mostGroups; last++) {
    const length = run.ends[last]! - run.starts[last]!;
    if (digits + length > mostDigits) break;
    digits += length;
    shape += last === group ? length : run.separators[last]! + length;
    shapes[last - group] = shape;
  }
  if (digits < fewestDigits) return -1;
  let text = "";
  for (let i = group; i < last; i++) text += context.text.slice(run.starts[i]!, run.ends[i]!);
  for (last--; last >= group && text.length >= fewestDigits; last--) {
    if (endsThere(context, last, end)) {
      const rule = ruleOf(
        context,
        text,
        shapes[last - group]!,
        start,
        sign,
        isCrowded(group, last, shapes[last - group]!),
      );
      if (rule !== undefined) {
        const opened = context.text.charCodeAt(start - 1) === 40 && shapes[last - group]!.includes(")");
        context.add(rule, opened ? start - 1 : start, run.ends[last]!);
        return last;
      }
    }
    text = text.slice(0, text.length - (run.ends[last]! - run.starts[last]!));
  }
  return -1;
}

/** Groups with spaces between, cut out of a longer row of such groups: a table or another number rather than this one. */
function isCrowded(group: number, last: number, shape: string): boolean {
  if (!shape.includes(" ")) return false;
  return (group > 0 && run.separators[group] === " ") || (last + 1 < run.groups && run.separators[last + 1] === " ");
}

function endsThere(context: ScanContext, last: number, end: number): boolean {
  if (last + 1 < run.groups) return run.separators[last + 1] === " " || run.separators[last + 1] === "/";
  const next = context.text.charCodeAt(end);
  if (isWord(next)) return false;
  return !(next === 45 && isAlphanumeric(context.text.charCodeAt(end + 1)));
}

function ruleOf(
  context: ScanContext,
  digits: string,
  shape: string,
  start: number,
  sign: boolean,
  crowded: boolean,
): string | undefined {
  if (sign) {
    if (!context.enabled("phone") || isWord(context.text.charCodeAt(start - 1)) || /^4[-/.]2[-/.]2/.test(shape))
      return undefined;
    // `+44 (0)20 …`: the zero in parentheses is not dialled from abroad
    return isInternationalPhone(digits) || isInternationalPhone(digits.replace(/^(\d\d)0/, "$1")) ? "phone" : undefined;
  }
  if (context.enabled("card")) {
    if (isCard(digits, shape) && !isBehindCountry(context, start)) return "card";
    if (isCardInContext(digits, shape) && namesCard(context.before(start, contextLength))) return "card";
  }
  if (crowded || isReference(context, start) || isFraction(context, start)) return undefined;
  if (context.enabled("national-id")) {
    const country = nationalNumberCountry(digits, shape, () => context.before(start, contextLength));
    if (country !== undefined) return `national-id.${country}`;
  }
  if (!context.enabled("phone")) return undefined;
  if (isNationalPhone(digits, shape) || hasInternationalPrefix(digits, shape)) return "phone";
  return isPhoneInContext(digits, shape) && namesPhone(context.before(start, contextLength)) ? "phone" : undefined;
}

/** `DE89 3704 …`: groups of an account's number. */
function isBehindCountry(context: ScanContext, start: number): boolean {
  const { text } = context;
  if (text.charCodeAt(start - 1) !== 32 || !isDigit(text.charCodeAt(start - 2))) return false;
  return /(?:^|[^A-Za-z0-9])[A-Z]{2}\d\d $/.test(text.slice(Math.max(0, start - 6), start));
}

/** `INV-415-555-2671`, `#4155552671`: the number of a thing. */
function isReference(context: ScanContext, start: number): boolean {
  const previous = context.text.charCodeAt(start - 1);
  return previous === 35 || (previous === 45 && isAlphanumeric(context.text.charCodeAt(start - 2)));
}

/** `1,234.567 890`: what follows a comma or a point after a digit. */
function isFraction(context: ScanContext, start: number): boolean {
  const previous = context.text.charCodeAt(start - 1);
  return (previous === 46 || previous === 44) && isDigit(context.text.charCodeAt(start - 2));
}
