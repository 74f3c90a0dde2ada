import type { RE2JS } from "re2js";
import { compilePattern } from "./rules.ts";

/** A value that is left alone: a text, compared without case; `@example.com` for all addresses there; or an RE2 pattern that the whole value matches. */
export type Allow = string | { readonly pattern: string };

/** Whether a value is on the list. */
export function createAllowList(entries: readonly Allow[]): ((value: string) => boolean) | undefined {
  if (entries.length === 0) return undefined;
  const texts = new Set<string>();
  const domains: string[] = [];
  const patterns: RE2JS[] = [];
  for (const entry of entries) {
    if (typeof entry !== "string") patterns.push(compilePattern("allow", entry.pattern, true));
    else if (entry.startsWith("@")) domains.push(entry.toLowerCase());
    else texts.add(entry.toLowerCase());
  }
  return (value) => {
    const lower = value.toLowerCase();
    return (
      texts.has(lower) ||
      domains.some((domain) => lower.endsWith(domain)) ||
      patterns.some((pattern) => pattern.testExact(value))
    );
  };
}
