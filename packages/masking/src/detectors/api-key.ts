import { Char, alphanumericBits, charBits, hexBits, isWord, wordBits } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";
import { apiKeyRows } from "./api-key-table.ts";
import type { ApiKeyRow } from "./api-key-table.ts";

/** Rows by their first two characters, so that a word costs one look. */
const byStart = new Map<number, ApiKeyRow[]>();
for (const row of apiKeyRows) {
  const key = (row.prefix.charCodeAt(0) << 8) | row.prefix.charCodeAt(1);
  byStart.set(key, [...(byStart.get(key) ?? []), row]);
}

/** A key shows a digit and a letter within so many characters; looking further would make hostile text expensive. */
const maxUndecided = 512;

const bitsOf: Readonly<Record<ApiKeyRow["charset"], number>> = {
  alphanumeric: alphanumericBits,
  hex: hexBits,
  base64url: wordBits,
  token: wordBits,
  upper: Char.upper | Char.digit,
};

function inCharset(code: number, row: ApiKeyRow): boolean {
  if ((charBits(code) & bitsOf[row.charset]) !== 0) return true;
  if (row.charset === "base64url") return code === 45;
  return (
    row.charset === "token" && (code === 45 || code === 46 || code === 61 || code === 47 || code === 43 || code === 37)
  );
}

/** Called at a word's start. Gives the end of the key found, or 0. */
export function findApiKey(context: ScanContext, start: number): number {
  const { text } = context;
  const rows = byStart.get((text.charCodeAt(start) << 8) | text.charCodeAt(start + 1));
  if (rows === undefined) return 0;
  for (const row of rows) {
    if (!context.has(row.prefix, start)) continue;
    const from = start + row.prefix.length;
    let end = from;
    let digits = 0;
    let letters = 0;
    while (end < text.length) {
      const code = text.charCodeAt(end);
      if (!inCharset(code, row)) break;
      if (code >= 48 && code <= 57) digits++;
      else if (code > 57) letters++;
      end++;
      if (end - from > maxUndecided && (digits === 0 || letters === 0)) break;
    }
    // a full stop after a key is the sentence's
    while (end > from && (text.charCodeAt(end - 1) === 46 || text.charCodeAt(end - 1) === 45)) end--;
    const length = end - from;
    if (length < row.length || (row.exact && length !== row.length) || (row.exact && isWord(text.charCodeAt(end))))
      continue;
    // names have prefixes too; a key of this length without a digit, or without a letter, would be a wonder
    if (digits === 0 || (letters === 0 && row.provider !== "slack")) continue;
    return context.add(`api-key.${row.provider}`, start, end);
  }
  return 0;
}

/** `123456789:AA…`: a Telegram bot's token. Called at a word of digits with a colon after it. */
export function findTelegramToken(context: ScanContext, start: number, colon: number): number {
  const { text } = context;
  if (colon - start < 8 || colon - start > 11 || text.charCodeAt(colon + 1) !== 65) return 0;
  let end = colon + 1;
  while (end < colon + 64 && (isWord(text.charCodeAt(end)) || text.charCodeAt(end) === 45)) end++;
  return end - colon - 1 === 35 ? context.add("api-key.telegram", start, end) : 0;
}

/** `hooks.slack.com/services/T…/B…/…`: whoever has the address may post. Called at the word `hooks`. */
export function findSlackWebhook(context: ScanContext, start: number): number {
  const { text } = context;
  const prefix = "hooks.slack.com/services/";
  if (!context.has(prefix, start)) return 0;
  const from = start + prefix.length;
  let end = from;
  while (end < from + 128 && (isWord(text.charCodeAt(end)) || text.charCodeAt(end) === 47)) end++;
  return end - from >= 20 ? context.add("api-key.slack", from, end) : 0;
}

/** `…8Q~…`: a client secret of Microsoft Entra. Called at the tilde. */
export function findEntraSecret(context: ScanContext, tilde: number): number {
  const { text } = context;
  const start = tilde - 5;
  if (text.charCodeAt(tilde - 1) !== 81 || start < context.floor || isWord(text.charCodeAt(start - 1))) return 0;
  const secret = /^[\w.~-]{3}\dQ~[\w.~-]{31,34}/.exec(text.slice(start, tilde + 36));
  return secret === null ? 0 : context.add("api-key.microsoft", start, start + secret[0].length);
}

/** Thirty-two hexadecimal digits and `-us12`: Mailchimp's. Called at the hyphen. */
export function findMailchimpKey(context: ScanContext, hyphen: number): number {
  const { text } = context;
  const start = hyphen - 32;
  if (!context.has("-us", hyphen) || start < context.floor || isWord(text.charCodeAt(start - 1))) return 0;
  const key = /^[0-9a-f]{32}-us\d{1,2}/.exec(text.slice(start, hyphen + 5));
  if (key === null || isWord(text.charCodeAt(start + key[0].length))) return 0;
  return context.add("api-key.mailchimp", start, start + key[0].length);
}
