/** Classes of ASCII characters, as bits; everything else has none and therefore ends a word. */
export const Char = { digit: 1, upper: 2, lower: 4, underscore: 8, hexLetter: 16, space: 32 } as const;

export const letterBits: number = Char.upper | Char.lower;
export const alphanumericBits: number = letterBits | Char.digit;
export const wordBits: number = alphanumericBits | Char.underscore;
export const hexBits: number = Char.digit | Char.hexLetter;

const bits = new Uint8Array(128);
for (let code = 48; code <= 57; code++) bits[code] = Char.digit;
for (let code = 65; code <= 90; code++) bits[code] = Char.upper | (code <= 70 ? Char.hexLetter : 0);
for (let code = 97; code <= 122; code++) bits[code] = Char.lower | (code <= 102 ? Char.hexLetter : 0);
bits[95] = Char.underscore;
for (const code of [9, 10, 11, 12, 13, 32]) bits[code] = Char.space;

/** The class bits of a UTF-16 code unit; 0 for NaN, which is what reading past an end gives. */
export function charBits(code: number): number {
  return code < 128 ? bits[code]! : 0;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isLetter(code: number): boolean {
  return (charBits(code) & letterBits) !== 0;
}

export function isWord(code: number): boolean {
  return (charBits(code) & wordBits) !== 0;
}

export function isAlphanumeric(code: number): boolean {
  return (charBits(code) & alphanumericBits) !== 0;
}

export function isSpace(code: number): boolean {
  return (charBits(code) & Char.space) !== 0 || code === 0xa0;
}
