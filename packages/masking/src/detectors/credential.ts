import { isDigit, isLetter, isSpace, isWord } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";
import { findApiKey } from "./api-key.ts";
import { findJwt } from "./jwt.ts";
import { credentialName, isPlaceholder, isPlaceholderStart, looksSecret } from "./credential-name.ts";

const maxName = 64;
/** What tells a value from prose or code must come this early; looking further would make hostile text expensive. */
const maxUndecided = 256;

function isName(code: number): boolean {
  return isWord(code) || code === 45 || code === 46;
}

function isQuoteOrSpace(code: number): boolean {
  return code === 32 || code === 34 || code === 39 || code === 92 || code === 96;
}

/** Called at a colon or an equals sign: `password=…`, `"api_key": "…"`, `Authorization: Bearer …`. Gives the end of the value, or 0. */
export function findCredential(context: ScanContext, at: number): number {
  const { text } = context;
  let nameEnd = at;
  // the name may be quoted, also within text in quotes, and have a space after it
  while (nameEnd > at - 4 && isQuoteOrSpace(text.charCodeAt(nameEnd - 1))) nameEnd--;
  if (!isLetter(text.charCodeAt(nameEnd - 1))) {
    return text.charCodeAt(nameEnd - 1) > 127 ? findNamedAbroad(context, nameEnd, at) : 0;
  }
  let nameStart = nameEnd;
  const lowest = Math.max(context.floor, nameEnd - maxName);
  while (nameStart > lowest && isName(text.charCodeAt(nameStart - 1))) nameStart--;
  if (text.charCodeAt(nameStart - 1) > 127) {
    const found = findNamedAbroad(context, nameEnd, at);
    if (found > 0) return found;
  }
  // `\npassword`: the letter after a backslash is an escape's
  if (text.charCodeAt(nameStart - 1) === 92) nameStart++;
  const name = text.slice(nameStart, nameEnd);
  if (text.charCodeAt(nameStart - 1) === 91 && isPlaceholderStart(text.slice(nameStart - 1, at + 24))) return 0;
  const strength = credentialName(name) ?? strengthBefore(context, name, nameStart);
  if (strength === undefined) return 0;
  const header = /^(?:proxy-?authorization|authorization|set-?cookie|cookie)$/i.test(name);

  let start = at + 1;
  while (start < at + 4 && text.charCodeAt(start) === 32) start++;
  let escaped = 0;
  while (escaped < 3 && text.charCodeAt(start + escaped) === 92) escaped++;
  const quote = text.charCodeAt(start + escaped);
  const quoted = quote === 34 || quote === 39 || quote === 96;
  if (quoted) start += escaped + 1;
  const end = quoted ? quotedEnd(context, start, quote) : bareEnd(context, start, header);
  const value = text.slice(start, end);
  if (!quoted && !header && value.length > maxUndecided) return context.add("credential", start, end);
  if (isPlaceholder(value)) return 0;
  if (header) {
    const scheme = /^(?:bearer|basic|token|apikey|digest|aws4-hmac-sha256)\s+/i.exec(value)?.[0].length ?? 0;
    if (isPlaceholder(value.slice(scheme))) return 0;
    if (!quoted && scheme === 0 && !/[\d=]/.test(value)) return 0;
    return addSecret(context, start + scheme, end);
  }
  if (isPhrase(name) && !quoted) return findSeedPhrase(context, start);
  if (strength === "weak" && !looksSecret(value)) return 0;
  // a number is a secret under a few names only: tokens are counted, too
  if (strength === "weak" && /^\d+$/.test(value) && !/^(?:pin|otp|cvv|cvc|passcode)$/i.test(name)) return 0;
  if (/^\d{3,8}$/.test(value) && strength === "weak") return addSecret(context, start, end);
  if (!quoted && (isCall(text.charCodeAt(end)) || !isLikelySecret(value, text.charCodeAt(at) === 61))) return 0;
  if (quoted && /^[a-z]+(?: [a-z,']+){3,}[.:]?$/i.test(value)) return 0;
  return addSecret(context, start, end);
}

/** Names that other alphabets, or letters that are not ASCII, are in. */
const abroad =
  /(?:пароль|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|contraseña|hasło|lösenord|şifre|jelszó|κωδικός|पासवर्ड|كلمة (?:السر|المرور)|סיסמה|mật khẩu|รหัสผ่าน|palavra-passe|clé (?:api|secrète))["']?\s*$/;

function findNamedAbroad(context: ScanContext, nameEnd: number, at: number): number {
  if (!abroad.test(context.before(nameEnd, 24))) return 0;
  const { text } = context;
  let start = at + 1;
  while (start < at + 4 && text.charCodeAt(start) === 32) start++;
  const quote = text.charCodeAt(start);
  const quoted = quote === 34 || quote === 39 || quote === 96;
  if (quoted) start++;
  const end = quoted ? quotedEnd(context, start, quote) : bareEnd(context, start, false);
  const value = text.slice(start, Math.min(end, start + maxUndecided));
  if (isPlaceholder(value) || (!quoted && !isLikelySecret(value, false))) return 0;
  return addSecret(context, start, end);
}

/** `key="ApiSecret" value="…"`, `secret phrase: …`: where the name alone says too little. */
function strengthBefore(context: ScanContext, name: string, nameStart: number): "strong" | "weak" | undefined {
  if (name === "value") {
    const named = /(?:key|name|id)=["']([\w.-]{3,64})["']\s+$/.exec(
      context.text.slice(Math.max(0, nameStart - 80), nameStart),
    );
    return named === null ? undefined : credentialName(named[1]!);
  }
  if (isPhrase(name)) return "strong";
  if (name === "passe" && context.before(nameStart, 8).endsWith("mot de ")) return "strong";
  return undefined;
}

function isPhrase(name: string): boolean {
  return /^(?:mnemonic|phrase)$/i.test(name);
}

/** Twelve to twenty-four words, from which a wallet's keys are made. */
function findSeedPhrase(context: ScanContext, start: number): number {
  const words = /^(?:[a-z]{3,8} ){11,23}[a-z]{3,8}/.exec(context.text.slice(start, start + 220));
  return words === null || isLetter(context.text.charCodeAt(start + words[0].length))
    ? 0
    : context.add("credential", start, start + words[0].length);
}

/** Names a secret after its provider, if that is known. */
export function addSecret(context: ScanContext, start: number, end: number): number {
  const known =
    (context.enabled("api-key") && findApiKey(context, start)) ||
    (context.enabled("jwt") && findJwtThere(context, start));
  if (known && known >= end) return known;
  return context.add("credential", start, end);
}

function findJwtThere(context: ScanContext, start: number): number {
  return context.has("eyJ", start) ? findJwt(context, start) : 0;
}

/** Up to the quote that closes, or the line's end if none does. */
export function quotedEnd(context: ScanContext, start: number, quote: number): number {
  const { text } = context;
  let end = start;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === quote) {
      while (end > start && text.charCodeAt(end - 1) === 92) end--;
      return end;
    }
    if (code === 10 || code === 13) return end;
    end++;
  }
  return end;
}

/** The value's end, where it has no quotes. A header's goes to the line's end, if anything early in it says that it is no prose. */
export function bareEnd(context: ScanContext, start: number, wholeLine: boolean): number {
  const { text } = context;
  let end = start;
  let decided = !wholeLine;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === 10 || code === 13 || code === 34 || code === 39 || code === 92 || code === 96) break;
    if (!wholeLine && (isSpace(code) || isBareEnd(code))) break;
    decided ||= code === 61 || isDigit(code);
    end++;
    if (!decided && end - start > maxUndecided) break;
  }
  while (end > start && isSentenceEnd(text.charCodeAt(end - 1))) end--;
  return end;
}

/** One of `, ; & < ( ) { }`. */
function isBareEnd(code: number): boolean {
  return (
    code === 44 ||
    code === 59 ||
    code === 38 ||
    code === 60 ||
    code === 40 ||
    code === 41 ||
    code === 123 ||
    code === 125
  );
}

/** One of `. , ; : ! ? )`. */
function isSentenceEnd(code: number): boolean {
  return code === 46 || code === 44 || code === 59 || code === 58 || code === 33 || code === 63 || code === 41;
}

/** What follows a function's name, or a template. */
function isCall(code: number): boolean {
  return code === 40 || code === 123;
}

/** Without quotes, `password: must be …` and `password = getPassword()` are no secrets; `password=hunter2` is one. */
function isLikelySecret(value: string, assigned: boolean): boolean {
  if (/^[.[…]/.test(value)) return false;
  const mixed = /\d/.test(value) || /[^\w.-]/.test(value);
  if (assigned) return mixed || !/^[A-Za-z_.]+$/.test(value);
  return value.length >= 6 && mixed;
}

/** `Bearer …` and `Basic …` where no name stands before them. Called at the word's start. */
export function findScheme(context: ScanContext, start: number, wordEnd: number): number {
  const { text } = context;
  if (text.charCodeAt(wordEnd) !== 32) return 0;
  const word = text.slice(start, wordEnd).toLowerCase();
  if (word !== "bearer" && word !== "basic") return 0;
  const from = wordEnd + 1;
  let end = from;
  while (isWord(text.charCodeAt(end)) || /[-.~+/=]/.test(text.slice(end, end + 1))) end++;
  while (end > from && /[.-]/.test(text.slice(end - 1, end))) end--;
  const value = text.slice(from, end);
  if (value.length < 12 || !/\d/.test(value) || !/[A-Za-z]/.test(value))
    return word === "basic" && value.length >= 12 && value.endsWith("=") ? context.add("credential", from, end) : 0;
  return context.add("credential", from, end);
}
