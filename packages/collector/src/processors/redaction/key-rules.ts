import { Regex } from "../../ottl/text/regex.ts";
import type { RedactionConfig } from "./config.ts";
import { summaryKeys } from "./summary.ts";

/** What becomes of what stands under a key: `look` says that the value decides. */
export type KeyVerdict = "ignore" | "delete" | "mask" | "look";

/** Keys come again with every span; who sends new ones without end must not fill the memory. */
const mostKnown = 10_000;

/** What the configuration says of keys. A key on no list is deleted, unless all are allowed. */
export function createKeyRules(config: RedactionConfig): (key: string) => KeyVerdict {
  const ignored = new Set(config.ignored_keys);
  const ignoredPatterns = config.ignored_key_patterns.map((one) => new Regex("'ignored_key_patterns'", one));
  // what a redaction before this one has written of itself is kept
  const allowed = new Set([...config.allowed_keys, ...summaryKeys]);
  const blocked = config.blocked_key_patterns.map((one) => new Regex("'blocked_key_patterns'", one));
  const known = new Map<string, KeyVerdict>();

  function judge(key: string): KeyVerdict {
    if (ignored.has(key) || ignoredPatterns.some((one) => one.test(key))) return "ignore";
    if (!config.allow_all_keys && !allowed.has(key)) return "delete";
    return blocked.some((one) => one.test(key)) ? "mask" : "look";
  }

  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const verdict = judge(key);
    if (known.size >= mostKnown) known.clear();
    known.set(key, verdict);
    return verdict;
  };
}
