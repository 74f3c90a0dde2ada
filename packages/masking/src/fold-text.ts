import { isAlphanumeric, isDigit } from "./chars.ts";
import type { TextSource } from "./text-source.ts";

/** A text in plain characters, and where they come from. */
export interface FoldedText {
  readonly text: string;
  /** Position in the text that was folded: of what starts here, or of what ends here. */
  startOf(position: number): number;
  endOf(position: number): number;
}

/** What a code unit can be the start of. */
const Kind = {
  plain: 0,
  unseen: 1,
  shifted: 2,
  digit: 3,
  space: 4,
  hyphen: 5,
  lookAlike: 6,
  mathDigit: 7,
  escape: 8,
} as const;
const kinds = new Uint8Array(0x10000);

/** Soft hyphen, joiners, marks of direction, variation selectors. */
const unseen: readonly (readonly [from: number, to: number])[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2064],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
];
/** Digits of other scripts: where each ten begin. */
const zeros = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
  0x17e0, 0x1810,
];
/** U+1D7CE to U+1D7FF: ten digits in five styles. */
const mathLead = 0xd835;
const mathFirst = 0xdfce;

/** Letters of other alphabets that look like ASCII's. */
const lookAlikes = new Map<number, string>();
for (const [from, to] of [
  ["АВЕКМНОРСТХЅІЈаеорсухѕіјԁһԛԝ", "ABEKMHOPCTXSIJaeopcyxsijdhqw"],
  ["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορ", "ABEZHIKMNOPTYXvop"],
] as const) {
  for (let i = 0; i < from.length; i++) lookAlikes.set(from.charCodeAt(i), to[i]!);
}

for (const [from, to] of unseen) kinds.fill(Kind.unseen, from, to + 1);
kinds.fill(Kind.shifted, 0xff01, 0xff5f);
for (const zero of zeros) kinds.fill(Kind.digit, zero, zero + 10);
kinds[0x3000] = Kind.space;
for (const hyphen of [0x2212, 0x2012, 0xfe63]) kinds[hyphen] = Kind.hyphen;
for (const code of lookAlikes.keys()) kinds[code] = Kind.lookAlike;
kinds[mathLead] = Kind.mathDigit;
for (const sign of ["%", "\\", "&"]) kinds[sign.charCodeAt(0)] = Kind.escape;

/** `%40`, `\u0040` under any number of backslashes up to eight, `&#64;`. Of quotes and backslashes the escape is kept: they would change what the text is. */
const escapes = /%(?:20|2[bBdDeE]|3[aAdD]|40)|\\{1,8}u00[2-7][0-9a-fA-F]|&(?:#(?:64|x40|46|x2[eE])|commat);/y;

/** Whether what stands at a position may be written otherwise than in plain characters. Asked in passing: most texts have nothing of the kind. */
export function isTrick(text: Pick<TextSource, "charCodeAt">, at: number): boolean {
  const kind = kinds[text.charCodeAt(at)]!;
  if (kind === Kind.plain) return false;
  if (kind === Kind.lookAlike)
    return isAlphanumeric(text.charCodeAt(at - 1)) || isAlphanumeric(text.charCodeAt(at + 1));
  if (kind !== Kind.escape) return true;
  const next = text.charCodeAt(at + 1);
  // a digit after a percent sign, `#` or `c` after an ampersand
  return next === 35 || next === 99 || isDigit(next);
}

/** The text as it would be in plain characters; undefined if it is in them already. Every character is looked at once. */
export function foldText(text: string): FoldedText | undefined {
  const folding = new Folding(text);
  for (let at = 0; at < text.length; at++) {
    const kind = kinds[text.charCodeAt(at)]!;
    if (kind !== Kind.plain) at = folding.fold(at, kind);
  }
  return folding.finish();
}

class Folding implements FoldedText {
  readonly #source: string;
  text = "";
  #copied = 0;
  /** Of replacements of another length: where they end in the folded text, and start and end in the source. */
  readonly #ends: number[] = [];
  readonly #sourceStarts: number[] = [];
  readonly #sourceEnds: number[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  /** Gives the position of the last character it has dealt with. */
  fold(at: number, kind: number): number {
    const code = this.#source.charCodeAt(at);
    switch (kind) {
      case Kind.unseen:
        return this.#replace(at, at + 1, "");
      case Kind.shifted:
        return this.#replace(at, at + 1, String.fromCharCode(code - 0xfee0));
      case Kind.digit:
        return this.#replace(at, at + 1, String(code - zeros.findLast((zero) => zero <= code)!));
      case Kind.space:
        return this.#replace(at, at + 1, " ");
      case Kind.hyphen:
        return this.#replace(at, at + 1, "-");
      case Kind.lookAlike:
        return this.#lookAlikes(at);
      case Kind.mathDigit: {
        const digit = this.#source.charCodeAt(at + 1) - mathFirst;
        return digit >= 0 && digit < 50 ? this.#replace(at, at + 2, String(digit % 10)) : at;
      }
      default:
        return this.#escape(at);
    }
  }

  finish(): FoldedText | undefined {
    if (this.#copied === 0) return undefined;
    this.text += this.#source.slice(this.#copied);
    return this;
  }

  startOf(position: number): number {
    // what is unseen in front of a value is none of it
    return this.#before(
      position,
      this.#count((end) => end <= position),
    );
  }

  endOf(position: number): number {
    const index = this.#count((end) => end < position);
    if (this.#ends[index] === position && this.#isSeen(index)) return this.#sourceEnds[index]!;
    return this.#before(position, index);
  }

  /** How many replacements, from the first on, end as the condition says. */
  #count(isBefore: (end: number) => boolean): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this.#ends[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #before(position: number, count: number): number {
    return count === 0 ? position : this.#sourceEnds[count - 1]! + position - this.#ends[count - 1]!;
  }

  /** Whether a replacement has a character. */
  #isSeen(index: number): boolean {
    const start = this.#before(this.#ends[index]!, index);
    return start > this.#sourceStarts[index]!;
  }

  #replace(start: number, end: number, plain: string): number {
    this.text += this.#source.slice(this.#copied, start) + plain;
    this.#copied = end;
    if (plain.length !== end - start) {
      this.#ends.push(this.text.length);
      this.#sourceStarts.push(start);
      this.#sourceEnds.push(end);
    }
    return end - 1;
  }

  #escape(at: number): number {
    escapes.lastIndex = at;
    const written = escapes.exec(this.#source)?.[0];
    if (written === undefined) return at;
    const plain =
      written[0] === "&"
        ? /46|2[eE]/.test(written)
          ? "."
          : "@"
        : String.fromCharCode(Number.parseInt(written.slice(-2), 16));
    return plain === '"' || plain === "'" || plain === "\\" ? at : this.#replace(at, at + written.length, plain);
  }

  /** A row of look-alikes that is part of a word otherwise in ASCII; in a word of its own alphabet it is what it looks like. */
  #lookAlikes(start: number): number {
    const text = this.#source;
    let end = start + 1;
    while (kinds[text.charCodeAt(end)] === Kind.lookAlike) end++;
    const before = text.charCodeAt(start - 1);
    const after = text.charCodeAt(end);
    if (!(isAlphanumeric(before) || isAlphanumeric(after)) || isForeign(before) || isForeign(after)) return end - 1;
    let plain = "";
    for (let at = start; at < end; at++) plain += lookAlikes.get(text.charCodeAt(at))!;
    return this.#replace(start, end, plain);
  }
}

/** A letter of another alphabet. */
function isForeign(code: number): boolean {
  return code > 127 && /\p{L}/u.test(String.fromCharCode(code));
}
