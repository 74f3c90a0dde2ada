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
      const findings: Finding[] = [];
      if (anchored || text.length <= 2 * maxRuleMatch) {
        collect(pattern, rule.name, text, 0, 0, text.length, findings);
        return findings;
      }
      // in windows: an unlucky pattern may read to the end of its text for every match it finds
      let from = 0;
      while (from < text.length) {
        const to = from + maxRuleMatch;
        const base = Math.max(0, from - 1);
        from = Math.max(to, collect(pattern, rule.name, text.slice(base, to + maxRuleMatch), base, from, to, findings));
      }
      return findings;
    },
  };
}

/** Adds the matches that start between two positions of the whole text; gives back the end of the last. */
function collect(
  pattern: RE2JS,
  rule: string,
  window: string,
  base: number,
  from: number,
  to: number,
  findings: Finding[],
): number {
  const matcher = pattern.matcher(window);
  let last = from;
  let found = base === from ? matcher.find() : matcher.find(from - base);
  while (found) {
    const start = base + matcher.start();
    if (start >= to) break;
    const end = base + matcher.end();
    if (end > start) {
      findings.push({ rule, start, end });
      last = end;
    }
    found = matcher.find();
  }
  return last;
}
