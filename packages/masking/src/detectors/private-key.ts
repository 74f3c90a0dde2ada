import { charBits, isSpace, wordBits } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";

const maxLabel = 40;

/** Called at a hyphen. Gives the end of the private key block found, or 0. A block without its end mark goes as far as its characters do. */
export function findPrivateKey(context: ScanContext, start: number): number {
  const { text } = context;
  if (!context.has("-----BEGIN ", start) && !context.has("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY", start)) return 0;
  const label = text.slice(start, start + 11 + maxLabel);
  const header = /^---- ?-?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-----?/.exec(label);
  if (header === null) return 0;
  const body = start + header[0].length;
  const key = bodyEnd(context, body);
  if (context.privateKeyEnd === undefined || (context.privateKeyEnd >= 0 && context.privateKeyEnd < body)) {
    context.privateKeyEnd = text.indexOf("-----END ", body);
  }
  const mark = context.privateKeyEnd;
  // the end mark is this block's if nothing but the block's own characters is before it
  if (mark >= body && mark <= key) {
    const close = /^-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-----/.exec(text.slice(mark, mark + 9 + maxLabel + 5));
    if (close !== null) return context.add("private-key", start, mark + close[0].length);
  }
  return key - body >= 32 && hasLongWord(context, body, key) ? context.add("private-key", start, key) : 0;
}

/** Base64, white space, escaped line ends, and the headers of encrypted keys. */
function bodyEnd(context: ScanContext, from: number): number {
  const { text } = context;
  let end = from;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    const known =
      (charBits(code) & wordBits) !== 0 ||
      isSpace(code) ||
      (code >= 43 && code <= 47) ||
      code === 61 ||
      code === 92 ||
      code === 58;
    if (!known) break;
    if (code === 45 && context.has("-----", end)) break;
    end++;
  }
  return end;
}

/** Prose about keys has no word of 30 letters. */
function hasLongWord(context: ScanContext, from: number, to: number): boolean {
  let length = 0;
  for (let at = from; at < Math.min(to, from + 400); at++) {
    const code = context.text.charCodeAt(at);
    length = (charBits(code) & wordBits) !== 0 || code === 43 || code === 47 ? length + 1 : 0;
    if (length >= 30) return true;
  }
  return false;
}
