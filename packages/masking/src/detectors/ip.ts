import { charBits, hexBits, isAlphanumeric, isDigit, isLetter, isWord } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";

/** Called at the first digit of a number. Gives the end of the IPv4 address found, or 0. */
export function findIpv4(context: ScanContext, start: number): number {
  const { text } = context;
  let at = start;
  let largest = 0;
  let first = 0;
  for (let octet = 0; octet < 4; octet++) {
    if (octet > 0) {
      if (text.charCodeAt(at) !== 46) return 0;
      at++;
    }
    const from = at;
    let value = 0;
    while (at - from < 4 && isDigit(text.charCodeAt(at))) value = value * 10 + text.charCodeAt(at++) - 48;
    if (at === from || value > 255 || (at - from > 1 && text.charCodeAt(from) === 48)) return 0;
    if (octet === 0) first = value;
    largest = Math.max(largest, value);
  }
  const next = text.charCodeAt(at);
  if (isWord(next) || ((next === 46 || next === 45) && isAlphanumeric(text.charCodeAt(at + 1)))) return 0;
  // versions and section numbers look the same; so do loopback and netmasks, which name nobody
  if (largest < 10 || first === 0 || first === 127 || first === 255) return 0;
  if (isVersion(context, start)) return 0;
  return context.add("ip", start, at);
}

function isVersion(context: ScanContext, start: number): boolean {
  const { text } = context;
  const previous = text.charCodeAt(start - 1);
  if (previous === 47) return isLetter(text.charCodeAt(start - 2));
  if (previous === 46 || previous === 94 || previous === 126 || previous === 45) return true;
  return /(?:version|ver\.?|release|build|section|§|chapter|==|firmware|driver|\bv)["']?\s*[:=]?\s*["']?$/.test(
    context.before(start, 16),
  );
}

/**
 * Called at a word of at most four hexadecimal digits with a colon after it. Gives the end of the IPv6 address found, or 0. Only what can be the
 * start of an assigned range is believed, so that neither times nor names like `abc::def` are taken for one.
 */
export function findIpv6(context: ScanContext, start: number): number {
  const { text } = context;
  let at = start;
  let groups = 0;
  let gap = false;
  let v4 = false;
  while (at < text.length && groups < 8) {
    const from = at;
    while (at - from < 5 && (charBits(text.charCodeAt(at)) & hexBits) !== 0) at++;
    if (at - from > 4) return 0;
    if (at === from) break;
    if (groups === 0 && !isAssigned(text.slice(from, at).toLowerCase())) return 0;
    if (text.charCodeAt(at) === 46 && isDigit(text.charCodeAt(at + 1)) && groups >= 2) {
      const end = dottedEnd(context, from);
      if (end === 0) return 0;
      at = end;
      groups += 2;
      v4 = true;
      break;
    }
    groups++;
    if (text.charCodeAt(at) !== 58) break;
    if (text.charCodeAt(at + 1) === 58) {
      if (gap) return 0;
      gap = true;
      at += 2;
    } else if ((charBits(text.charCodeAt(at + 1)) & hexBits) !== 0 && groups < 8) {
      at++;
    } else {
      break;
    }
  }
  if (gap ? groups > 7 || groups < 1 : groups !== 8) return 0;
  if (gap && groups === 1 && !v4 && isWord(text.charCodeAt(at))) return 0;
  if (isWord(text.charCodeAt(at))) return 0;
  return context.add("ip", start, at);
}

/** 2000::/3 in use, unique local, link local, multicast, NAT64. */
function isAssigned(group: string): boolean {
  return /^(?:2[0-9a-f]{3}|3fff|f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]|ff0[0-9a-f]|64)$/.test(group);
}

function dottedEnd(context: ScanContext, from: number): number {
  const match = /^\d{1,3}(?:\.\d{1,3}){3}/.exec(context.text.slice(from, from + 16));
  return match === null ? 0 : from + match[0].length;
}
