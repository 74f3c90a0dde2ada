/** Arithmetic of check digits. Every function takes digits (and letters where said) without separators. */

function digit(digits: string, at: number): number {
  return digits.charCodeAt(at) - 48;
}

/** Sum of digit × weight over the weights' length. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += digit(digits, i) * weights[i]!;
  return sum;
}

/** ISO/IEC 7812-1, annex B. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const value = digit(digits, i) * (double ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** The number modulo 97, letters counting as 10–35 (ISO/IEC 7064 as IBAN uses it). */
export function mod97(text: string): number {
  let rest = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 58) rest = (rest * 10 + code - 48) % 97;
    else rest = (rest * 100 + (code | 32) - 87) % 97;
  }
  return rest;
}

/** ISO/IEC 7064, MOD 11,10: German tax numbers. */
export function mod11And10(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i++) {
    const sum = (digit(digits, i) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digit(digits, digits.length - 1);
}

const dihedral = Array.from({ length: 10 }, (_row, a) =>
  Array.from({ length: 10 }, (_column, b) => {
    if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
    return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
  }),
);
const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** Verhoeff's scheme over the dihedral group D5: Aadhaar. */
export function verhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    let value = digit(digits, digits.length - 1 - i);
    for (let times = i % 8; times > 0; times--) value = permutation[value]!;
    check = dihedral[check]![value]!;
  }
  return check === 0;
}

const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether month and day can be those of a date, 29 February in any year. */
export function isMonthAndDay(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth[month - 1]!;
}

/** `YYMMDD` or `DDMMYY` at the start of the digits. */
export function startsWithDate(digits: string, order: "ymd" | "dmy"): boolean {
  const first = Number(digits.slice(0, 2));
  const month = Number(digits.slice(2, 4));
  const third = Number(digits.slice(4, 6));
  return isMonthAndDay(month, order === "ymd" ? third : first);
}
