import { Char, charBits, hexBits, isAlphanumeric, isDigit, isWord, letterBits, wordBits } from "./chars.ts";
import {
  findApiKey,
  findEntraSecret,
  findMailchimpKey,
  findSlackWebhook,
  findTelegramToken,
} from "./detectors/api-key.ts";
import { findCredential, findScheme } from "./detectors/credential.ts";
import { findElement, findFlag, findSpokenSecret, isSaid } from "./detectors/credential-places.ts";
import { findEmail } from "./detectors/email.ts";
import { findIban } from "./detectors/iban.ts";
import { findIpv6 } from "./detectors/ip.ts";
import { findJwt } from "./detectors/jwt.ts";
import { findHongKongNumber, findLetteredNumber, findSpacedNino, isLetteredWord } from "./detectors/national-id.ts";
import { findPrivateKey } from "./detectors/private-key.ts";
import { findUrlCredentials } from "./detectors/url-credentials.ts";
import type { Finding } from "./findings.ts";
import { mergeFindings } from "./findings.ts";
import { isTrick } from "./fold-text.ts";
import { scanNumber } from "./scan-number.ts";
import type { ScanContext } from "./scan-context.ts";
import type { TextSource } from "./text-source.ts";

/**
 * Finds everything the enabled detectors know in one pass. The pass stops at words and at a few characters that are rare in text, and asks there; what
 * looks back or ahead is bounded, so that the work grows with the length and with nothing else.
 */
export function scan(context: ScanContext): Finding[] {
  const { text } = context;
  const credential = context.enabled("credential");
  const email = context.enabled("email");
  const privateKey = context.enabled("private-key");
  const length = text.length;
  let at = 0;
  while (at < length) {
    const code = text.charCodeAt(at);
    const bits = charBits(code);
    if ((bits & wordBits) !== 0) {
      let end = at + 1;
      let seen = bits;
      let next = 0;
      for (; end < length; end++) {
        next = text.charCodeAt(end);
        const nextBits = charBits(next);
        if ((nextBits & wordBits) === 0) break;
        seen |= nextBits;
      }
      // most words are plain ones with a space after them; only "basic" and "bearer" lead to something then
      const isPlain = (seen & ~(Char.lower | Char.hexLetter)) === 0 && next === 32 && code !== 98;
      at = isPlain ? end : scanWord(context, at, end, code, seen);
    } else if (code === 64 && email) {
      at = findEmail(context, at) || at + 1;
    } else if (code === 58) {
      at = scanColon(context, at);
    } else if (code === 61 && credential) {
      at = findCredential(context, at) || at + 1;
    } else if (code === 43 || code === 40) {
      const number = code === 43 ? isDigit(text.charCodeAt(at + 1)) : isAreaCode(text, at);
      at = number ? scanNumber(context, at) : at + 1;
    } else if (code === 45) {
      at = scanHyphen(context, at, privateKey, credential);
    } else if (code === 126 && context.enabled("api-key")) {
      at = findEntraSecret(context, at) || at + 1;
    } else if (code === 62 && credential) {
      at = findElement(context, at) || at + 1;
    } else if (code === 92) {
      const next = text.charCodeAt(at + 1);
      if (next === 117) context.isTricky = true;
      // `\n` in text with escapes: the letter is none of the next word
      at += isEscape(next) ? 2 : 1;
    } else {
      if ((code > 127 || code === 37 || code === 38) && !context.isTricky) context.isTricky = isTrick(text, at);
      at++;
    }
  }
  return mergeFindings(context.findings);
}

/** Rulers of hyphens, keys in PEM, flags of commands. */
function scanHyphen(context: ScanContext, at: number, privateKey: boolean, credential: boolean): number {
  const { text } = context;
  if (privateKey && text.charCodeAt(at + 1) === 45) {
    const found = findPrivateKey(context, at);
    if (found > 0) return found;
  }
  const found = (credential && findFlag(context, at)) || (context.enabled("api-key") && findMailchimpKey(context, at));
  return found || skip(text, at, 45);
}

/** One to five digits in parentheses. */
function isAreaCode(text: TextSource, start: number): boolean {
  let at = start + 1;
  while (at < start + 6 && isDigit(text.charCodeAt(at))) at++;
  return at > start + 1 && text.charCodeAt(at) === 41;
}

function isEscape(code: number): boolean {
  return code === 110 || code === 114 || code === 116;
}

/** Past a row of equal characters, but for the first five, so that a ruler of hyphens is not looked at from each. */
function skip(text: TextSource, start: number, code: number): number {
  let at = start + 1;
  for (let i = 1; i <= 5; i++) if (text.charCodeAt(start + i) !== code) return at;
  while (text.charCodeAt(at + 4) === code) at++;
  return at;
}

function scanColon(context: ScanContext, at: number): number {
  const { text } = context;
  if (text.charCodeAt(at + 1) === 47 && text.charCodeAt(at + 2) === 47) {
    return (context.enabled("url-credentials") && findUrlCredentials(context, at)) || at + 3;
  }
  return (context.enabled("credential") && findCredential(context, at)) || at + 1;
}

function scanWord(context: ScanContext, start: number, end: number, first: number, seen: number): number {
  const { text } = context;
  const next = text.charCodeAt(end);
  const startsWithDigit = isDigit(first);
  if (end - start === 8 && next === 45 && isUuid(context, start)) return start + 36;

  if (startsWithDigit) {
    if (next === 58) {
      const found =
        (seen === Char.digit && context.enabled("api-key") && findTelegramToken(context, start, end)) ||
        (end - start <= 4 && context.enabled("ip") && findIpv6(context, start));
      if (found) return found;
    }
    if (first === 49 && next === 47 && end === start + 1 && context.enabled("api-key")) {
      const found = findApiKey(context, start);
      if (found) return found;
    }
    if ((seen & letterBits) === 0 && (seen & Char.underscore) === 0) return scanNumber(context, start);
  } else if (next === 58 && end - start <= 4 && context.enabled("ip") && (seen & (Char.underscore | hexBits)) !== 0) {
    const found = findIpv6(context, start);
    if (found) return found;
  }

  const hasDigit = (seen & Char.digit) !== 0;
  if (hasDigit || next === 45 || next === 46 || next === 36) {
    if (first === 101 && text.charCodeAt(start + 1) === 121 && text.charCodeAt(start + 2) === 74) {
      const found = context.enabled("jwt") && findJwt(context, start);
      if (found) return found;
    }
    if (context.enabled("api-key")) {
      const found = findApiKey(context, start) || (first === 104 && next === 46 && findSlackWebhook(context, start));
      if (found) return found;
    }
  }
  if (hasDigit) {
    if (text.charCodeAt(start - 1) === 32 && context.enabled("credential") && isSaid(text.charCodeAt(start - 2))) {
      const found = findSpokenSecret(context, start);
      if (found) return found;
    }
    if (context.enabled("iban") && end - start >= 4 && isIbanStart(text, start)) {
      const found = findIban(context, start);
      if (found) return found;
    }
    const wordLength = end - start;
    if (next === 40 && wordLength <= 8 && wordLength >= 7 && context.enabled("national-id")) {
      const found = findHongKongNumber(context, start, end);
      if (found) return found;
    }
    if (
      wordLength >= 8 &&
      wordLength <= 18 &&
      context.enabled("national-id") &&
      isLetteredWord(text, start, end) &&
      !isJoined(text, start, end)
    ) {
      const found = findLetteredNumber(context, start, end);
      if (found) return found;
    }
  } else if (
    next === 32 &&
    context.enabled("national-id") &&
    end - start === 2 &&
    (seen & ~(Char.upper | Char.hexLetter)) === 0
  ) {
    const found = findSpacedNino(context, start);
    if (found) return found;
  } else if ((first | 32) === 98 && next === 32 && context.enabled("credential")) {
    const found = findScheme(context, start, end);
    if (found) return found;
  }
  return end;
}

/** Part of a longer name, such as `AB-12345678-X` or `X/12345678Z`. */
function isJoined(text: TextSource, start: number, end: number): boolean {
  return (
    (text.charCodeAt(start - 1) === 45 && isAlphanumeric(text.charCodeAt(start - 2))) ||
    (text.charCodeAt(end) === 45 && isAlphanumeric(text.charCodeAt(end + 1)))
  );
}

function isIbanStart(text: TextSource, start: number): boolean {
  return (
    (charBits(text.charCodeAt(start)) & letterBits) !== 0 &&
    (charBits(text.charCodeAt(start + 1)) & letterBits) !== 0 &&
    isDigit(text.charCodeAt(start + 2)) &&
    isDigit(text.charCodeAt(start + 3))
  );
}

/** `8-4-4-4-12` in hexadecimal: an identifier, whatever its digits look like. */
function isUuid(context: ScanContext, start: number): boolean {
  const { text } = context;
  for (let i = 0; i < 36; i++) {
    const code = text.charCodeAt(start + i);
    const hyphen = i === 8 || i === 13 || i === 18 || i === 23;
    if (hyphen ? code !== 45 : (charBits(code) & hexBits) === 0) return false;
  }
  return !isWord(text.charCodeAt(start + 36));
}
