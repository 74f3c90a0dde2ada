import { isEscaping, type TranslationStrategy } from "./translation-strategy.ts";

/** The Prometheus label of an attribute; nothing if no name is left. */
export function labelName(strategy: TranslationStrategy, key: string): string | undefined {
  if (!isEscaping(strategy)) return key === "" ? undefined : key;
  const escaped = key.replaceAll(/[^a-zA-Z0-9_]/gu, "_");
  if (escaped === "" || (/^_+$/.test(escaped) && escaped !== key)) return undefined;
  if (/^\d/.test(escaped)) return `key_${escaped}`;
  // names that begin with two are Prometheus's own
  return /^_(?!_)/.test(escaped) ? `key${escaped}` : escaped;
}
