import { maxDepth } from "./map-text.ts";

/**
 * Whether a value is JSON as it stands (texts, numbers, lists, plain objects) with no more than `maxChars` characters of text: then it need not be copied to
 * be cut and made safe. Looks at `maxChars` values at most.
 */
export function fits(value: unknown, maxChars: number): boolean {
  try {
    return rest(value, maxChars, 0) >= 0;
  } catch {
    return false;
  }
}

/** What is left of `left` after a value; negative if the value does not fit. */
function rest(value: unknown, left: number, depth: number): number {
  if (typeof value === "string") return left - value.length;
  if (typeof value !== "object" || value === null) return isJson(value) ? left - 1 : -1;
  if (depth === maxDepth || typeof (value as { toJSON?: unknown }).toJSON === "function") return -1;
  let after = left - 1;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length && after >= 0; at++) after = rest(value[at], after, depth + 1);
    return after;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return -1;
  for (const key in value) {
    after = rest((value as Record<string, unknown>)[key], after, depth + 1);
    if (after < 0) break;
  }
  return after;
}

function isJson(value: unknown): boolean {
  return value === null || value === undefined || typeof value === "number" || typeof value === "boolean";
}
