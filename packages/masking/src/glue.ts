import { isDigit, isSpace } from "./chars.ts";
import type { Finding } from "./findings.ts";

/**
 * Whether masking a value can set apart what stands next to it: a letter or digit right beside, or a digit one character on. White space, quotes and
 * brackets on both sides leave nothing new to see.
 */
export function isGlued(text: string, { start, end }: Finding): boolean {
  const previous = start > 0 ? text.charCodeAt(start - 1) : 32;
  // after a colon or an equals sign the placeholder is the start of a value
  if (!isQuiet(previous) || previous === 58 || previous === 61) return true;
  if (start > 1 && isDigit(text.charCodeAt(start - 2))) return true;
  if (end >= text.length) return false;
  const next = text.charCodeAt(end);
  if (next === 46) return end + 1 < text.length && !isSpace(text.charCodeAt(end + 1));
  const second = text.charCodeAt(end + 1);
  return !isQuiet(next) || isDigit(second) || second === 40 || second === 43;
}

/** White space, `" ' , ; : = ( ) [ ] { } < > |` and what is not ASCII. */
function isQuiet(code: number): boolean {
  if (code > 127 || isSpace(code)) return true;
  switch (code) {
    case 34:
    case 39:
    case 40:
    case 41:
    case 44:
    case 58:
    case 59:
    case 60:
    case 61:
    case 62:
    case 91:
    case 93:
    case 123:
    case 124:
    case 125:
      return true;
    default:
      return false;
  }
}
