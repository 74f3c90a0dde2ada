import { isDigit, isLetter, isSpace, isWord } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";
import { addSecret, bareEnd, quotedEnd } from "./credential.ts";
import { credentialName, isPlaceholder, looksSecret } from "./credential-name.ts";

const maxName = 64;
/** How far back a command's name is looked for. */
const maxCommand = 96;

function isQuote(code: number): boolean {
  return code === 34 || code === 39 || code === 96;
}

/** `<password>…</password>`: called at the `>`. Gives the end of the value, or 0. */
export function findElement(context: ScanContext, at: number): number {
  const { text } = context;
  let start = at;
  const lowest = Math.max(context.floor, at - maxName);
  while (start > lowest && (isWord(text.charCodeAt(start - 1)) || /[-:.]/.test(text.slice(start - 1, start)))) start--;
  if (start === at || text.charCodeAt(start - 1) !== 60) return 0;
  const strength = credentialName(text.slice(start, at).replace(/^.*:/, ""));
  if (strength === undefined) return 0;
  const from = at + 1;
  let end = from;
  while (end < from + 512 && end < text.length && text.charCodeAt(end) !== 60) end++;
  if (text.charCodeAt(end) !== 60 || text.charCodeAt(end + 1) !== 47) return 0;
  const value = text.slice(from, end).trim();
  if (value === "" || isPlaceholder(value) || (strength === "weak" && !looksSecret(value))) return 0;
  return addSecret(context, from + text.slice(from, end).indexOf(value), end);
}

/** `--password …`, and what `curl -u`, `sshpass -p` and `mysql -p` are given. Called at a hyphen. Gives the end of the value, or 0. */
export function findFlag(context: ScanContext, at: number): number {
  const { text } = context;
  const before = text.charCodeAt(at - 1);
  if (at > 0 && !isSpace(before) && !isQuote(before)) return 0;
  const long = text.charCodeAt(at + 1) === 45;
  const nameStart = long ? at + 2 : at + 1;
  if (!isLetter(text.charCodeAt(nameStart))) return 0;
  if (!long) return findShortFlag(context, at, nameStart);
  let nameEnd = nameStart;
  while (nameEnd < nameStart + maxName && (isWord(text.charCodeAt(nameEnd)) || text.charCodeAt(nameEnd) === 45))
    nameEnd++;
  if (text.charCodeAt(nameEnd) !== 32) return 0;
  const name = text.slice(nameStart, nameEnd);
  if (name === "user" && isAfter(context, at, "curl")) return addUser(context, nameEnd + 1);
  const strength = credentialName(name);
  return strength === undefined ? 0 : addArgument(context, nameEnd + 1, strength === "weak");
}

function findShortFlag(context: ScanContext, at: number, letter: number): number {
  const { text } = context;
  const next = text.charCodeAt(letter + 1);
  if (text.charCodeAt(letter) === 117 && next === 32 && isAfter(context, at, "curl"))
    return addUser(context, letter + 2);
  if (text.charCodeAt(letter) !== 112) return 0;
  if (next === 32) return isAfter(context, at, "sshpass") ? addArgument(context, letter + 2, false) : 0;
  return !isQuote(next) && isAfter(context, at, "mysql") ? addArgument(context, letter + 1, false) : 0;
}

function isAfter(context: ScanContext, at: number, command: string): boolean {
  const words = context.text.slice(Math.max(0, at - maxCommand), at);
  return words.slice(words.lastIndexOf("\n") + 1).includes(command);
}

/** `user:password`, quoted or not. */
function addUser(context: ScanContext, at: number): number {
  const [start, end] = argument(context, at);
  const value = context.text.slice(start, end);
  const colon = value.indexOf(":");
  if (colon < 1 || isPlaceholder(value.slice(colon + 1))) return 0;
  return context.add("credential", start, end);
}

function addArgument(context: ScanContext, at: number, isWeak: boolean): number {
  const [start, end] = argument(context, at);
  const value = context.text.slice(start, end);
  if (value.startsWith("-") || isPlaceholder(value) || (isWeak && !looksSecret(value))) return 0;
  // a word of prose after a flag in prose is none
  if (start === at && !/[^a-z]/.test(value)) return 0;
  return addSecret(context, start, end);
}

function argument(context: ScanContext, at: number): readonly [start: number, end: number] {
  const quote = context.text.charCodeAt(at);
  if (isQuote(quote)) return [at + 1, quotedEnd(context, at + 1, quote)];
  return [at, bareEnd(context, at, false)];
}

const spoken =
  /(?:password|passwort|kennwort|passcode|passphrase|pwd|mot de passe|contraseña|clave|senha|palavra-passe|wachtwoord|lösenordet|hasło to|parola|şifre|пароль)['"]? (?:is|ist|lautet|est|es|é|är|to)(?: now)?:? ?["'`]?$/;
const spokenNumber =
  /\b(?:otp|pin|passcode|verification code|security code|one-time (?:code|password)|code pin) (?:is|ist|lautet|est|es):? ?$/;

/** The last letter of `is`, `ist`, `lautet`, `est`, `es`, `é`, `är`, `to`, or a colon: what is cheap to see first. */
export function isSaid(code: number): boolean {
  return code === 115 || code === 116 || code === 111 || code === 114 || code === 233 || code === 58;
}

/** `the password is Winter2026!`: called at a word with digits and letters that a space stands before. */
export function findSpokenSecret(context: ScanContext, start: number): number {
  if (!spoken.test(context.before(start, 32))) return 0;
  const end = bareEnd(context, start, false);
  if (end - start < 6) return 0;
  return addSecret(context, start, end);
}

/** `your PIN is 4821`: called at a number. Gives the end, or 0. */
export function findSpokenNumber(context: ScanContext, start: number): number {
  if (!spokenNumber.test(context.before(start, 32))) return 0;
  let end = start;
  while (isDigit(context.text.charCodeAt(end))) end++;
  if (end - start < 4 || end - start > 8 || isWord(context.text.charCodeAt(end))) return 0;
  return context.add("credential", start, end);
}
