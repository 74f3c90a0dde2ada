import { charBits, Char, isWord } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";
import { isMonthAndDay } from "./checksums.ts";
import { isChinese, nationalNumbers } from "./national-id-table.ts";
import type { NationalNumber } from "./national-id-table.ts";

const byShape = new Map<string, NationalNumber[]>();
const byLength = new Map<number, NationalNumber[]>();
for (const row of nationalNumbers) {
  for (const shape of row.shapes) byShape.set(shape, [...(byShape.get(shape) ?? []), row]);
  if (row.plain !== undefined) byLength.set(row.plain.length, [...(byLength.get(row.plain.length) ?? []), row]);
}

/** The country whose number this is, or undefined. `before` is asked for the words before it only if that can matter. */
export function nationalNumberCountry(digits: string, shape: string, before: () => string): string | undefined {
  let words: string | undefined;
  for (const row of byShape.get(shape) ?? []) {
    if (!row.isValid(digits)) continue;
    if (row.shapesNeedContext === undefined || row.context?.test((words ??= before())) === true) return row.country;
  }
  if (shape !== String(digits.length)) return undefined;
  for (const row of byLength.get(digits.length) ?? []) {
    if (!row.isValid(digits)) continue;
    if (row.plain?.alone && row.isMoreOften?.(digits) !== true) return row.country;
    if (row.context?.test((words ??= before()))) return row.country;
  }
  return undefined;
}

interface LetteredNumber {
  readonly country: string;
  readonly pattern: RegExp;
  /** Words before it without which it is left alone: other things look the same. */
  readonly context?: RegExp;
  /** Words after which it may be in lower case, too; without any it may always, its check being strong. */
  readonly lower?: RegExp;
  isValid(text: string): boolean;
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
const hetuLetters = "0123456789ABCDEFHJKLMNPRSTUVWXY";
const codiceOdd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Numbers with letters in them. The patterns are anchored, of fixed length and without alternatives that overlap; they run on one word. */
const letteredNumbers: readonly LetteredNumber[] = [
  {
    country: "es",
    pattern: /^(?:\d{8}|[XYZ]\d{7})[A-Z]$/,
    lower: /\b(?:dni|nie|nif)\b/,
    isValid: (text) =>
      dniLetters[Number(text.slice(0, -1).replace(/^[XYZ]/, (c) => String("XYZ".indexOf(c)))) % 23] === text.at(-1),
  },
  {
    country: "gb",
    lower: /\bnino?\b|national insurance/,
    pattern: /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    isValid: (text) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(text),
  },
  {
    country: "it",
    lower: /(?:)/,
    pattern: /^[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]$/,
    isValid(text) {
      let sum = 0;
      for (let i = 0; i < 15; i++) {
        const code = text.charCodeAt(i);
        const value = code < 58 ? code - 48 : code - 65;
        sum += i % 2 === 0 ? codiceOdd[value]! : value;
      }
      return String.fromCharCode(65 + (sum % 26)) === text[15];
    },
  },
  { country: "in-pan", pattern: /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/, isValid: () => true },
  {
    country: "sg",
    pattern: /^[STFGM]\d{7}[A-Z]$/,
    isValid(text) {
      const weights = [2, 7, 6, 5, 4, 3, 2];
      let sum = text[0] === "T" || text[0] === "G" ? 4 : text[0] === "M" ? 3 : 0;
      for (let i = 0; i < 7; i++) sum += (text.charCodeAt(i + 1) - 48) * weights[i]!;
      if (text[0] === "M") return "KLJNPQRTUWX"[10 - (sum % 11)] === text[8];
      return (text[0] === "S" || text[0] === "T" ? "JZIHGFEDCBA" : "XWUTRQPNMLK")[sum % 11] === text[8];
    },
  },
  {
    country: "mx",
    pattern: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z0-9]\d$/,
    isValid(text) {
      const alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
      let sum = 0;
      for (let i = 0; i < 17; i++) sum += alphabet.indexOf(text[i]!) * (18 - i);
      return (10 - (sum % 10)) % 10 === Number(text[17]);
    },
  },
  {
    country: "ie",
    pattern: /^\d{7}[A-W][A-IW]?$/,
    isValid(text) {
      let sum = 0;
      for (let i = 0; i < 7; i++) sum += (text.charCodeAt(i) - 48) * (8 - i);
      const second = text.length === 9 && text[8] !== "W" ? text.charCodeAt(8) - 64 : 0;
      return "WABCDEFGHIJKLMNOPQRSTUV"[(sum + second * 9) % 23] === text[7];
    },
  },
  {
    country: "fi",
    pattern: /^\d{6}[A-FU-Y]\d{3}[0-9A-Y]$/,
    isValid: (text) =>
      isMonthAndDay(Number(text.slice(2, 4)), Number(text.slice(0, 2))) &&
      hetuLetters[Number(text.slice(0, 6) + text.slice(7, 10)) % 31] === text[10],
  },
  {
    country: "tw",
    pattern: /^[A-Z][1289]\d{8}$/,
    isValid(text) {
      const code = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(text[0]!);
      let sum = Math.floor(code / 10) + (code % 10) * 9;
      for (let i = 1; i < 9; i++) sum += (text.charCodeAt(i) - 48) * (9 - i);
      return (sum + text.charCodeAt(9) - 48) % 10 === 0;
    },
  },
  {
    country: "pl-id",
    pattern: /^[A-Z]{3}\d{6}$/,
    context: /dow[oó]d|id card/,
    isValid(text) {
      const weights = [7, 3, 1, 9, 7, 3, 1, 7, 3];
      let sum = 0;
      for (let i = 0; i < 9; i++) sum += Number.parseInt(text[i]!, 36) * weights[i]!;
      return sum % 10 === 0;
    },
  },
  {
    country: "passport",
    pattern: /^(?:[A-Z]{1,2}\d{6,8}|\d{2}[A-Z]{2}\d{5})$/,
    context: /passport|passeport|pasaporte|reisepass|passaporto|passaporte|паспорт|护照|旅券|여권/,
    isValid: () => true,
  },
  { country: "cn", pattern: /^\d{17}[Xx]$/, isValid: (text) => isChinese(text, text[17]!) },
];

/** Called at a word with upper-case letters and digits in it, 8 to 18 characters long. */
export function findLetteredNumber(context: ScanContext, start: number, end: number): number {
  const written = context.text.slice(start, end);
  const word = written.toUpperCase();
  const isLower = word !== written && written === written.toLowerCase();
  if (!isLower && word !== written && !written.endsWith("x")) return 0;
  for (const row of letteredNumbers) {
    if (!row.pattern.test(word) || !row.isValid(word)) continue;
    const needed = isLower ? (row.lower ?? row.context) : row.context;
    if (isLower && needed === undefined && row.country !== "cn") continue;
    if (needed !== undefined && !needed.test(context.before(start, 32))) continue;
    return context.add(`national-id.${row.country}`, start, end);
  }
  return 0;
}

/** `A123456(3)`: Hong Kong's. Called at the word before the parenthesis. */
export function findHongKongNumber(context: ScanContext, start: number, end: number): number {
  const { text } = context;
  const whole = /^([A-Z]{1,2})(\d{6})\(([0-9A])\)$/.exec(text.slice(start, end + 3));
  if (whole === null) return 0;
  const [, letters, digits, check] = whole;
  let sum = letters!.length === 1 ? 36 * 9 : 0;
  const weights = letters!.length === 1 ? [8] : [9, 8];
  for (let i = 0; i < letters!.length; i++) sum += (letters!.charCodeAt(i) - 55) * weights[i]!;
  for (let i = 0; i < 6; i++) sum += (digits!.charCodeAt(i) - 48) * (7 - i);
  const rest = (11 - (sum % 11)) % 11;
  return (rest === 10 ? "A" : String(rest)) === check ? context.add("national-id.hk", start, end + 3) : 0;
}

/** `AB 12 34 56 C`: called at a word of two upper-case letters with a space after it. */
export function findSpacedNino(context: ScanContext, start: number): number {
  const word = context.text.slice(start, start + 13);
  if (!/^[A-Z]{2} \d\d \d\d \d\d [A-D]$/.test(word) || isWord(context.text.charCodeAt(start + 13))) return 0;
  const row = letteredNumbers[1]!;
  const compact = word.replaceAll(" ", "");
  if (!row.pattern.test(compact) || !row.isValid(compact)) return 0;
  return context.add("national-id.gb", start, start + 13);
}

/** What follows a run of digits by a hyphen or letter: Finland's `DDMMYY-NNNC`, Chile's `12.345.678-K`, Spain's `12345678-Z`. */
export function findMixedNumber(context: ScanContext, start: number): number {
  const { text } = context;
  const word = text.slice(start, start + 12);
  const finnish = /^(\d\d)(\d\d)(\d\d)[-+A-FU-Y](\d{3})([0-9A-Y])/.exec(word);
  if (
    finnish !== null &&
    !isWord(text.charCodeAt(start + 11)) &&
    isMonthAndDay(Number(finnish[2]), Number(finnish[1])) &&
    hetuLetters[Number(finnish[1]! + finnish[2]! + finnish[3]! + finnish[4]!) % 31] === finnish[5]
  ) {
    return context.add("national-id.fi", start, start + 11);
  }
  const chilean = /^(\d{1,2})\.(\d{3})\.(\d{3})-([0-9Kk])/.exec(word);
  if (chilean !== null && !isWord(text.charCodeAt(start + chilean[0].length))) {
    const digits = chilean[1]! + chilean[2]! + chilean[3]!;
    let sum = 0;
    for (let i = 0; i < digits.length; i++) sum += (digits.charCodeAt(digits.length - 1 - i) - 48) * (2 + (i % 6));
    const check = "0123456789K"[(11 - (sum % 11)) % 11];
    if (check === chilean[4]!.toUpperCase()) return context.add("national-id.cl", start, start + chilean[0].length);
  }
  const spanish = /^(\d{8}|\d{2}\.\d{3}\.\d{3})-?([A-Z])/.exec(word);
  if (spanish !== null && spanish[0].length > 9) {
    const end = start + spanish[0].length;
    if (!isWord(text.charCodeAt(end)) && dniLetters[Number(spanish[1]!.replaceAll(".", "")) % 23] === spanish[2]) {
      return context.add("national-id.es", start, end);
    }
  }
  return 0;
}

/** Whether a word can be a number with letters: digits, and letters of one case. */
export function isLetteredWord(text: { charCodeAt(at: number): number }, start: number, end: number): boolean {
  let seen = 0;
  for (let at = start; at < end; at++) {
    const bits = charBits(text.charCodeAt(at));
    if ((bits & (Char.upper | Char.lower | Char.digit)) === 0) return false;
    // an `x` may end a number whose other letters are none
    if (at < end - 1) seen |= bits;
  }
  return (seen & Char.upper) === 0 || (seen & Char.lower) === 0;
}
