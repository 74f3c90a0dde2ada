import { utf8ToBytes } from "@noble/hashes/utils.js";
import { actions, failedText, replacementOf } from "./action.ts";
import type { Action } from "./action.ts";
import { createAllowList } from "./allow-list.ts";
import type { Allow } from "./allow-list.ts";
import { detectorNames, detectorOf, enableDetectors } from "./detector-name.ts";
import type { DetectorName } from "./detector-name.ts";
import { credentialName, isPlaceholder, looksSecret } from "./detectors/credential-name.ts";
import { findValues } from "./find-values.ts";
import { mergeFindings } from "./findings.ts";
import type { Finding } from "./findings.ts";
import { isGlued } from "./glue.ts";
import { maskAcross } from "./join-pieces.ts";
import { keyedHash } from "./hash.ts";
import { looksLikeJson } from "./json-tokens.ts";
import { maskJsonText, truncateJsonText } from "./json-text.ts";
import { maskJsonValue } from "./json-value.ts";
import { compileRule } from "./rules.ts";
import type { Rule } from "./rules.ts";
import { leastMaxLength, truncate } from "./truncate.ts";

export interface MaskerOptions {
  /** Which built-in detectors are on; all of them if left out. */
  readonly detectors?: readonly DetectorName[];
  readonly rules?: readonly Rule[];
  readonly allow?: readonly Allow[];
  /** What is done with what is found, `mask` if left out. */
  readonly action?: Action;
  /** Actions by detector or rule, before `action`. */
  readonly actions?: Readonly<Record<string, Action>>;
  /** The key of the `hash` action, at least 16 bytes. Equal values have equal hashes under one key. */
  readonly key?: string | Uint8Array;
  /** Longest text that comes out, in UTF-16 code units, the mark for what was cut included; at least 64. Unlimited if left out. */
  readonly maxLength?: number;
}

/** Hits by rule, as `email` or `api-key.openai`. `error` counts texts that were masked whole because looking at them failed. */
export type MaskCounts = Readonly<Record<string, number>>;

export interface Masker {
  /**
   * The text without what was found in it; the same text if nothing was. JSON texts stay JSON, also within strings of JSON. `name` is that of the field
   * the text is in, for names like `authorization`. Never throws: what cannot be looked at becomes `[MASKED]`.
   */
  text(text: string, name?: string): string;
  /** The same for a value as JSON has them. What is untouched is the same object. Never throws. */
  json<T>(value: T, name?: string): T;
  /** What `text` would count, without counting it: for a dry run. */
  inspect(text: string, name?: string): MaskCounts;
  /** Hits since the masker was made. Values are never kept. */
  counts(): MaskCounts;
  /** The hash that `hash` writes for a value, to look it up by. @throws {TypeError} if there is no key. */
  hash(detector: string, value: string): string;
}

/** How deep JSON may be within strings of JSON; deeper texts are scanned as plain text. */
const maxTextDepth = 8;
/** Values glued to one another come apart one by one; more in a row than this are no values. */
const maxPasses = 8;
const leastKeyBytes = 16;

/** @throws {TypeError} for options that cannot be meant. */
export function createMasker(options: MaskerOptions = {}): Masker {
  const key = typeof options.key === "string" ? utf8ToBytes(options.key) : options.key;
  checkOptions(options, key);
  const enabled = enableDetectors(options.detectors ?? detectorNames);
  const rules = (options.rules ?? []).map(compileRule);
  const isAllowed = createAllowList(options.allow ?? []);
  const actionOf = new Map<string, Action>(Object.entries(options.actions ?? {}));
  for (const rule of options.rules ?? []) if (rule.action !== undefined) actionOf.set(rule.name, rule.action);
  const fallback = options.action ?? "mask";
  const maxLength = options.maxLength ?? Number.POSITIVE_INFINITY;
  let counts = new Map<string, number>();

  /** What the text at hand was counted for. */
  const counted: string[] = [];
  const count = (rule: string): void => {
    counted.push(rule);
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
  };

  function replace(rule: string, value: string): string {
    count(rule);
    const action = actionOf.get(rule) ?? actionOf.get(detectorOf(rule)) ?? fallback;
    return replacementOf(action, rule, value, key);
  }

  function findAll(text: string, name: string | undefined, withRules: boolean): Finding[] {
    const findings = findValues(text, enabled, name);
    if (!withRules) return findings;
    return mergeFindings([...findings, ...rules.flatMap((rule) => rule.find(text))]);
  }

  /** Masks what is found, and then what the placeholders' brackets now set apart, such as one number right after another. */
  function plain(text: string, name: string | undefined): string {
    let current = text;
    for (let pass = 0; pass < maxPasses; pass++) {
      const findings = findAll(current, name, pass === 0 && rules.length > 0);
      if (findings.length === 0) break;
      const glued = findings.some((finding) => isGlued(current, finding));
      const masked = replaceAll(current, findings);
      const changed = masked !== current;
      current = masked;
      if (!glued || !changed) break;
    }
    return current;
  }

  /** What goes over the borders between pieces of one text. */
  function across(pieces: readonly string[]): readonly string[] | undefined {
    return maskAcross(pieces, (text) =>
      findAll(text, undefined, true)
        .filter(({ start, end }) => isAllowed?.(text.slice(start, end)) !== true)
        .map(({ rule, start, end }) => ({ start, end, text: () => replace(rule, text.slice(start, end)) })),
    );
  }

  function replaceAll(text: string, findings: readonly Finding[]): string {
    let result = "";
    let at = 0;
    for (const { rule, start, end } of findings) {
      const value = text.slice(start, end);
      if (isAllowed?.(value)) continue;
      const replacement = replace(rule, value);
      if (replacement === "…" && start === 0 && end === text.length) return "";
      result += text.slice(at, start) + replacement;
      at = end;
    }
    return at === 0 ? text : result + text.slice(at);
  }

  function named(text: string, name: string | undefined): string | undefined {
    if (name === undefined || !enabled.credential) return undefined;
    const strength = credentialName(name);
    if (strength === undefined || (strength === "weak" && !looksSecret(text))) return undefined;
    if (isPlaceholder(text) || isAllowed?.(text)) return undefined;
    if (findValues(text, enabled).some(({ start, end }) => start === 0 && end === text.length)) return undefined;
    const scheme = /^(?:Bearer|Basic|Token|ApiKey) +/i.exec(text)?.[0] ?? "";
    if (isPlaceholder(text.slice(scheme.length))) return undefined;
    const replacement = replace("credential", text.slice(scheme.length));
    return replacement === "…" ? "" : scheme + replacement;
  }

  function maskText(text: string, name: string | undefined, depth: number): string {
    const whole = named(text, name);
    if (whole !== undefined) return whole;
    if (depth < maxTextDepth && looksLikeJson(text)) {
      const masked = maskJsonText(text, (inner, innerName) => maskText(inner, innerName, depth + 1), across);
      if (masked !== undefined) return masked;
    }
    return plain(text, name);
  }

  function limit(text: string): string {
    if (text.length <= maxLength) return text;
    return (looksLikeJson(text) ? truncateJsonText(text, maxLength) : undefined) ?? truncate(text, maxLength);
  }

  /** All or nothing: what fails is neither shown nor counted in part. */
  function guarded<Result>(work: () => Result, failed: () => Result): Result {
    counted.length = 0;
    try {
      return work();
    } catch {
      for (const rule of counted) counts.set(rule, counts.get(rule)! - 1);
      for (const rule of counted) if (counts.get(rule) === 0) counts.delete(rule);
      count("error");
      return failed();
    }
  }

  const masker: Masker = {
    text(text, name) {
      return guarded(
        () => {
          if (typeof text !== "string") throw new TypeError("not a text");
          return limit(maskText(text, name, 0));
        },
        () => failedText,
      );
    },
    json(value, name) {
      return maskJsonValue(value, name, {
        text: (text, textName) => masker.text(text, textName),
        across: (pieces) =>
          guarded(
            () => across(pieces),
            () => pieces.map(() => failedText),
          ),
        failed() {
          count("error");
          return failedText;
        },
      });
    },
    inspect(text, name) {
      const before = counts;
      counts = new Map();
      try {
        masker.text(text, name);
        return Object.fromEntries(counts);
      } finally {
        counts = before;
      }
    },
    counts: () => Object.fromEntries(counts),
    hash(detector, value) {
      if (key === undefined) throw new TypeError("masking: hash() needs a key");
      return keyedHash(key, detector, value);
    },
  };
  return masker;
}

function checkOptions(options: MaskerOptions, key: Uint8Array | undefined): void {
  for (const name of options.detectors ?? []) {
    if (!detectorNames.includes(name)) {
      throw new TypeError(`masking: no detector "${name}"; there are: ${detectorNames.join(", ")}`);
    }
  }
  const used = [options.action, ...Object.values(options.actions ?? {}), ...(options.rules ?? []).map((r) => r.action)];
  for (const action of used) {
    if (action !== undefined && !actions.includes(action)) {
      throw new TypeError(`masking: no action "${action}"; there are: ${actions.join(", ")}`);
    }
  }
  const known = new Set<string>([...detectorNames, ...(options.rules ?? []).map((rule) => rule.name)]);
  for (const name of Object.keys(options.actions ?? {})) {
    if (!known.has(name) && !known.has(detectorOf(name)))
      throw new TypeError(`masking: an action for "${name}", which is no detector or rule`);
  }
  if (used.includes("hash") && key === undefined) throw new TypeError('masking: the action "hash" needs a key');
  if (key !== undefined && key.length < leastKeyBytes) {
    throw new TypeError(`masking: a key has at least ${leastKeyBytes} bytes, this one ${key.length}`);
  }
  if (options.maxLength !== undefined && !(options.maxLength >= leastMaxLength)) {
    throw new TypeError(`masking: maxLength is at least ${leastMaxLength}`);
  }
}
