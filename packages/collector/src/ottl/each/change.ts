import type { Value } from "../values/value.ts";

/** Stands for a value that is to go. */
export const removed: unique symbol = Symbol("removed");

/** What becomes of a value that a path leads to: the same one if nothing does. */
export type Change = (value: Value) => Value | typeof removed;

/** Whether a text may be a JSON object or array, by its first character. */
export function looksLikeJson(text: string): boolean {
  return /^[\t\n\r ]*[[{]/u.test(text);
}
