import { RE2JS } from "re2js";
import type { Action } from "./action.ts";
import type { Finding } from "./findings.ts";

/** A pattern of one's own, in RE2 syntax: no back-references and no look-around, and therefore linear. */
export interface Rule {
  /** Names its count and its placeholder: `employee-number` gives `[EMPLOYEE_NUMBER]`. */
  readonly name: string;
  readonly pattern: string;
  readonly ignoreCase?: boolean;
  /** The masker's own action if left out. */
  readonly action?: Action;
}

export interface CompiledRule {
  readonly name: string;
  find(text: string): Finding[];
}

/** A match may be this long; longer ones are covered up to here. It keeps all matches of one rule linear, not only each. */
export const maxRuleMatch = 1_024;
/** Where matches stand so close that reading so far ahead for each would be much, only so far is read; further for those that go to the end of it. */
const narrowMatch = 64;
/** Matches before that, in the whole text for patterns bound to its ends, and in every window. */
const mostWide = 16;

/** @throws {TypeError} naming the rule, for a pattern that is not RE2's. */
export function compilePattern(name: string, pattern: string, ignoreCase: boolean): RE2JS {
  try {
    return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`masking rule "${name}": not an RE2 pattern: ${reason}`, { cause: error });
  }
}

/** @throws {TypeError} for a bad name or pattern. */
export function compileRule(rule: Rule): CompiledRule {
  if (!/^[A-Za-z][\w .-]*$/.test(rule.name)) {
    throw new TypeError(
      `masking rule "${rule.name}": a name is letters, digits, spaces and . _ -, and starts with a letter`,
    );
  }
  const pattern = compilePattern(rule.name, rule.pattern, rule.ignoreCase ?? false);
  const anchored = /[\^$]|\\[Az]/.test(rule.pattern);
  return {
    name: rule.name,
    find(text) {
      const finder = new RuleFinder(pattern, rule.name, text);
      if (anchored) finder.whole();
      while (finder.from < text.length) finder.wide();
      return finder.findings;
    },
  };
}

/** Looks for a pattern from the start of a text to its end. An unlucky pattern may read to the end of what it is given for every match it finds. */
class RuleFinder {
  readonly findings: Finding[] = [];
  /** Up to where all has been found. */
  from = 0;
  readonly #pattern: RE2JS;
  readonly #rule: string;
  readonly #text: string;

  constructor(pattern: RE2JS, rule: string, text: string) {
    this.#pattern = pattern;
    this.#rule = rule;
    this.#text = text;
  }

  /** In all of the text. */
  whole(): void {
    const { length } = this.#text;
    if (this.#collect(length, length, mostWide) < mostWide) this.from = length;
  }

  /** Matches that start within the next window. */
  wide(): void {
    const to = this.from + maxRuleMatch;
    if (this.#collect(to, to + maxRuleMatch, mostWide) === mostWide) {
      while (this.from < Math.min(to, this.#text.length)) this.#narrow();
    }
    this.from = Math.max(this.from, to);
  }

  #narrow(): void {
    const { from } = this;
    const to = from + narrowMatch;
    const end = to + narrowMatch;
    const before = this.findings.length;
    this.#collect(to, end, Number.POSITIVE_INFINITY);
    const last = this.findings.at(-1);
    if (this.findings.length > before && last!.end === end && end < this.#text.length) {
      // it may go on
      this.findings.pop();
      this.from = last!.start;
      this.#collect(last!.start + 1, last!.start + 2 * maxRuleMatch, 1);
    }
    this.from = Math.max(this.from, to);
  }

  /** Adds up to `most` matches that start before `to`, reading no further than `end`; gives back how many. */
  #collect(to: number, end: number, most: number): number {
    const base = Math.max(0, this.from - 1);
    const matcher = this.#pattern.matcher(
      base === 0 && end >= this.#text.length ? this.#text : this.#text.slice(base, end),
    );
    let count = 0;
    let found = base === this.from ? matcher.find() : matcher.find(this.from - base);
    while (found) {
      const start = base + matcher.start();
      if (start >= to) break;
      const matchEnd = base + matcher.end();
      if (matchEnd > start) {
        this.findings.push({ rule: this.#rule, start, end: matchEnd });
        this.from = matchEnd;
        if (++count === most) break;
      }
      found = matcher.find();
    }
    return count;
  }
}
