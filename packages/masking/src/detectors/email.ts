import { charBits, isAlphanumeric, isLetter, wordBits } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";

const maxLocal = 64;
const maxDomain = 255;
/** Hosts whose `git@host` is an address of a repository, not of a person. */
const codeHosts = /^git@(?:[a-z0-9-]+\.)?(?:github|gitlab|bitbucket|codeberg|azure)\./i;
/** Long top-level domains people have addresses under; a short one is believed. */
const longTopLevels = new Set(
  "academy business capital coffee company community computer consulting education energy engineer engineering enterprises exchange finance financial foundation gallery graphics healthcare holdings hospital industries institute insurance international international investments marketing ministry network partners photography pictures productions properties solutions restaurant services software supplies support systems technology training university ventures website wedding museum digital health".split(
    " ",
  ),
);

function isLocal(code: number): boolean {
  if ((charBits(code) & wordBits) !== 0) return true;
  return code === 46 || code === 43 || code === 45 || code === 37 || code === 39 || code === 38;
}

/** Called at an `@`. Gives the end of the address found, or 0. */
export function findEmail(context: ScanContext, at: number): number {
  const { text } = context;
  const lowest = Math.max(context.floor, at - maxLocal);
  let start = at;
  if (text.charCodeAt(at - 1) > 127) {
    while (start > lowest && (text.charCodeAt(start - 1) > 127 || isLocal(text.charCodeAt(start - 1)))) start--;
  } else {
    while (start > lowest && isLocal(text.charCodeAt(start - 1))) start--;
  }
  // in text with escapes, the letter after a backslash is none of the address
  if (start > 0 && text.charCodeAt(start - 1) === 92 && isLetter(text.charCodeAt(start))) start++;
  while (start < at && !(charBits(text.charCodeAt(start)) & wordBits) && text.charCodeAt(start) < 128) start++;
  if (start >= at || text.charCodeAt(at - 1) === 46) return 0;

  const international = text.charCodeAt(at + 1) > 127;
  const limit = Math.min(text.length, at + 1 + maxDomain);
  let end = at + 1;
  let lastDot = -1;
  let domainEnd = 0;
  while (end < limit) {
    const code = text.charCodeAt(end);
    if (isAlphanumeric(code) || (international && code > 127) || code === 45) {
      end++;
    } else if (code === 46 && end > at + 1 && text.charCodeAt(end - 1) !== 46) {
      if (lastDot >= 0 && isTopLevel(text.slice(lastDot + 1, end))) domainEnd = end;
      lastDot = end++;
    } else {
      break;
    }
  }
  while (end > at + 1 && text.charCodeAt(end - 1) === 45) end--;
  if (lastDot >= 0 && isTopLevel(text.slice(lastDot + 1, end))) domainEnd = end;
  if (domainEnd === 0) return 0;
  const next = text.charCodeAt(domainEnd);
  // a call on a product of matrices, `q@k.transpose(`; a picture for dense screens, `icon@2x.png`
  if (next === 40 || (text.charCodeAt(at + 2) === 120 && text.charCodeAt(at + 3) === 46)) return 0;
  // a user's name in an address of the web
  if (context.has("://", start - 3)) return 0;
  if (start === at - 3 && codeHosts.test(text.slice(start, domainEnd))) return 0;
  return context.add("email", start, domainEnd);
}

function isTopLevel(label: string): boolean {
  if (label.length < 2 || label.length > 24) return false;
  if (label.startsWith("xn--")) return true;
  for (let i = 0; i < label.length; i++) {
    const code = label.charCodeAt(i);
    if (!isLetter(code) && code < 128) return false;
  }
  return label.length <= 6 || label.charCodeAt(0) > 127 || longTopLevels.has(label.toLowerCase());
}
