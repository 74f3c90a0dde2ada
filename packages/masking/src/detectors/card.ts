import { luhn } from "./checksums.ts";

/** How numbers on cards are grouped; a number in one piece is accepted too. */
const groupings = new Set([
  "4 4 4 4",
  "4-4-4-4",
  "4.4.4.4",
  "4 6 5",
  "4-6-5",
  "4 6 4",
  "4-6-4",
  "4 4 4 4 3",
  "4-4-4-4-3",
  "6 13",
  "8 8",
  "4 4 4 1",
  "4 4 4 4 2",
]);

/** Issuer ranges: first digits from, to, and the lengths issued. */
const issuers: readonly (readonly [from: string, to: string, lengths: readonly number[]])[] = [
  ["4", "4", [16]],
  ["51", "55", [16]],
  ["2221", "2720", [16]],
  ["34", "34", [15]],
  ["37", "37", [15]],
  ["6011", "6011", [16, 19]],
  ["644", "659", [16, 19]],
  ["3528", "3589", [16]],
  ["300", "305", [14]],
  ["36", "36", [14]],
  ["38", "39", [14]],
  ["62", "62", [16, 17, 18, 19]],
  ["81", "82", [16]],
  ["2200", "2204", [16]],
  ["508", "508", [16]],
  ["606", "608", [16]],
  ["5018", "5018", [16]],
  ["5020", "5020", [16]],
  ["5038", "5038", [16]],
  ["5893", "5893", [16]],
  ["6304", "6304", [16]],
  ["6759", "6763", [16]],
];

/** Whether a number of these digits, grouped like this, is one of a payment card: issuer's range, its length, and the Luhn digit. */
export function isCard(digits: string, shape: string): boolean {
  if (digits.length < 14 || digits.length > 19) return false;
  if (shape !== String(digits.length) && !groupings.has(shape)) return false;
  const known = issuers.some(([from, to, lengths]) => {
    const prefix = digits.slice(0, from.length);
    return prefix >= from && prefix <= to && lengths.includes(digits.length);
  });
  return known && luhn(digits) && !isRepeated(digits);
}

const words = /card|karte|carte|tarjeta|cart[aã]o|kort|karta|kart\b|visa|credit|debit|\bpan\b|карт|卡|カード|카드/;

/** Whether the words right before a number say that it is a card's. */
export function namesCard(before: string): boolean {
  return words.test(before);
}

/** Lengths that are issued, but that too many other numbers have: Visa's of 13 and 19 digits. */
export function isCardInContext(digits: string, shape: string): boolean {
  if (digits.length !== 13 && digits.length !== 19) return false;
  if (shape !== String(digits.length) && !groupings.has(shape)) return false;
  return digits.startsWith("4") && luhn(digits) && !isRepeated(digits);
}

/** `0000…` and the like pass Luhn; the test numbers made of one digit after the first are believed. */
function isRepeated(digits: string): boolean {
  for (let i = 1; i < digits.length; i++) if (digits.charCodeAt(i) !== digits.charCodeAt(0)) return false;
  return true;
}
