import type { Masker } from "@genscope/masking";
import { toJsonText } from "@genscope/otlp";
import type { AnyValue, Rewriter } from "@genscope/otlp";
import { isContentKey } from "./content-keys.ts";

/** Texts up to this length come again and again: keys, models, names. */
const maxKnownLength = 64;
const maxKnown = 20_000;
/** Shorter numbers are nobody's. */
const leastNumber = 10_000_000n;

/**
 * Passes every text of a request through a masker. Texts in which nothing was found are remembered, so that the names a service sends with every span are
 * looked at once. `content` says what becomes of prompts and answers as a whole; `onCount` hears what the masker does not count.
 */
export function createMaskingRewriter(
  masker: Masker,
  content: "mask" | "hash" | "drop",
  onCount: (rule: string, count: number) => void,
): Rewriter {
  /** By the name they stood under, which counts in masking. */
  let known = new Map<string | undefined, Set<string>>();
  let knownCount = 0;

  function text(value: string, name: string | undefined): string {
    if (value.length > maxKnownLength) return masker.text(value, name);
    let texts = known.get(name);
    if (texts?.has(value) === true) return value;
    const masked = masker.text(value, name);
    if (masked !== value) return masked;
    if (knownCount >= maxKnown) {
      known = new Map();
      knownCount = 0;
      texts = undefined;
    }
    if (texts === undefined) known.set(name, (texts = new Set()));
    texts.add(value);
    knownCount++;
    return value;
  }

  function attribute(key: string, value: () => AnyValue): "drop" | { readonly text: string } | undefined {
    if (!isContentKey(key)) return undefined;
    onCount(`content.${content}`, 1);
    if (content === "drop") return "drop";
    const whole = value();
    return { text: `[CONTENT:${masker.hash("content", whole.stringValue ?? toJsonText(whole))}]` };
  }

  return {
    text,
    integer(value, name) {
      if (value < leastNumber) return undefined;
      const digits = String(value);
      const masked = masker.text(digits, name);
      return masked === digits ? undefined : masked;
    },
    ...(content === "mask" ? {} : { attribute }),
    unknown: (count) => onCount("unknown-field", count),
  };
}
