import { detectorOf } from "./detector-name.ts";
import { keyedHash } from "./hash.ts";

/**
 * What is done with a value: `mask` writes its kind, `[EMAIL]`; `mask-keep-last-4` its last four characters too, `[CARD ****1111]`, where the value has
 * at least ten; `hash` its keyed hash, `[EMAIL:kdmf…]`; `drop` leaves `…` in its place, or nothing if it was the whole text.
 */
export type Action = "mask" | "mask-keep-last-4" | "hash" | "drop";

export const actions: readonly Action[] = ["mask", "mask-keep-last-4", "hash", "drop"];

/** What stands in the place of what could not be looked at. */
export const failedText = "[MASKED]";

const fewestToKeepFrom = 10;

/** `api-key.openai` → `API_KEY`, `employee number` → `EMPLOYEE_NUMBER`. */
export function placeholderName(rule: string): string {
  return detectorOf(rule)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_");
}

/** The replacement of one value. */
export function replacementOf(action: Action, rule: string, value: string, key: Uint8Array | undefined): string {
  const name = placeholderName(rule);
  if (action === "drop") return "…";
  if (action === "hash") {
    if (key === undefined) throw new Error("no key to hash with");
    return `[${name}:${keyedHash(key, rule, value)}]`;
  }
  if (action === "mask-keep-last-4") {
    const last = value.slice(-4);
    if (value.length >= fewestToKeepFrom && /^[A-Za-z0-9]{4}$/.test(last)) return `[${name} ****${last}]`;
  }
  return `[${name}]`;
}
