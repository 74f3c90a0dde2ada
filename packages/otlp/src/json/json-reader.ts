import type { ProtoWriter } from "../edit/proto-writer.ts";
import { hashByte, slotOf } from "./key-table.ts";
import type { KeyTable, TableField } from "./key-table.ts";

/** Values of unknown keys are stepped over this deep. */
const maxSkippedDepth = 512;

const decoder = new TextDecoder();

/**
 * Reads JSON text byte by byte. `position` is at the next token: whoever reads a token leaves the white space behind it to `more` or
 * `expectColon`. Strings go straight to an output; other results are left in fields.
 */
export abstract class JsonReader {
  readonly json: Uint8Array;
  position = 0;
  /** The last integer, in two's complement. */
  low = 0;
  high = 0;

  constructor(json: Uint8Array) {
    this.json = json;
  }

  abstract fail(message: string): never;

  /** Line, column and byte offset of the position. */
  where(): string {
    let line = 1;
    let lineStart = 0;
    const end = Math.min(this.position, this.json.length);
    for (let i = 0; i < end; i++) {
      if (this.json[i] !== 0x0a) continue;
      line++;
      lineStart = i + 1;
    }
    return `line ${line}, column ${end - lineStart + 1}, byte ${end}`;
  }

  failField(field: TableField, expected: string): never {
    return this.fail(`"${field.schema.name}" must be ${expected}`);
  }

  unexpected(expected: string): never {
    if (this.position >= this.json.length) return this.fail(`the JSON ends where ${expected} was expected`);
    return this.fail(`${expected} was expected`);
  }

  skipByteOrderMark(): void {
    const { json } = this;
    if (json[0] === 0xef && json[1] === 0xbb && json[2] === 0xbf) this.position = 3;
  }

  skipSpace(): void {
    const { json } = this;
    let p = this.position;
    let byte = json[p];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = json[++p];
    this.position = p;
  }

  expectColon(): void {
    if (this.json[this.position] !== 0x3a) {
      this.skipSpace();
      if (this.json[this.position] !== 0x3a) this.unexpected('":"');
    }
    this.position++;
    if (this.json[this.position]! <= 0x20) this.skipSpace();
  }

  /** After an element: true and at the next one, or false and behind the closing bracket. */
  more(close: number): boolean {
    if (this.json[this.position]! <= 0x20) this.skipSpace();
    const byte = this.json[this.position];
    if (byte === 0x2c) {
      this.position++;
      if (this.json[this.position]! <= 0x20) this.skipSpace();
      return true;
    }
    if (byte !== close) this.unexpected(`"," or "${String.fromCharCode(close)}"`);
    this.position++;
    return false;
  }

  expectWord(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.json[this.position + i] !== word.charCodeAt(i)) this.unexpected("a value");
    }
    this.position += word.length;
  }

  /** A key, and which field it names; undefined for one that is not known. `previous` is the known one before it in the object. */
  key(table: KeyTable, previous: TableField | undefined): TableField | undefined {
    const { json } = this;
    if (json[this.position] !== 0x22) this.unexpected("a key in quotes");
    const start = this.position + 1;
    const guess = previous === undefined ? table.first : previous.follower;
    if (guess !== undefined) {
      const { key } = guess;
      const { length } = key;
      let i = 0;
      while (i < length && json[start + i] === key[i]) i++;
      if (i === length && json[start + i] === 0x22) {
        this.position = start + length + 1;
        return guess.field;
      }
    }
    let hash = 0;
    let p = start;
    let byte = json[p]!;
    while (byte !== 0x22) {
      if (byte === 0x5c) {
        p = this.#stringEnd(start);
        this.position = p + 1;
        return this.#keyByText(table, start - 1, p + 1);
      }
      if (!(byte >= 0x20)) {
        this.position = p;
        this.unexpected("the end of a key");
      }
      hash = hashByte(hash, byte);
      byte = json[++p]!;
    }
    this.position = p + 1;
    const slot = table.slots[slotOf(hash)];
    if (slot === undefined) return undefined;
    const length = p - start;
    next: for (const spelling of slot) {
      const { key, field } = spelling;
      if (key.length !== length) continue;
      for (let i = 0; i < length; i++) if (key[i] !== json[start + i]) continue next;
      if (previous === undefined) table.first = spelling;
      else previous.follower = spelling;
      return field;
    }
    return undefined;
  }

  /** A key written with escapes. */
  #keyByText(table: KeyTable, from: number, end: number): TableField | undefined {
    let text: unknown;
    try {
      text = JSON.parse(decoder.decode(this.json.subarray(from, end)));
    } catch {
      this.position = from;
      this.fail("a key with a wrong escape");
    }
    for (const slot of table.slots) {
      for (const { key, field } of slot ?? []) if (decoder.decode(key) === text) return field;
    }
    return undefined;
  }

  /** The closing quote of a string whose content starts at `from`. */
  #stringEnd(from: number): number {
    const { json } = this;
    let p = from;
    for (;;) {
      const byte = json[p]!;
      if (byte === 0x22) return p;
      if (!(byte >= 0x20)) {
        this.position = p;
        this.unexpected("the end of a string");
      }
      p += byte === 0x5c ? 2 : 1;
    }
  }

  /** A string's content, unescaped, as UTF-8. */
  string(out: ProtoWriter): void {
    const { json } = this;
    let from = this.position + 1;
    for (;;) {
      let p = from;
      let byte = json[p]!;
      while (byte !== 0x22 && byte !== 0x5c && byte >= 0x20) byte = json[++p]!;
      const length = p - from;
      if (length > 0) {
        out.ensure(length);
        const { bytes, position } = out;
        if (length > 48) bytes.set(json.subarray(from, p), position);
        else for (let i = 0; i < length; i++) bytes[position + i] = json[from + i]!;
        out.position = position + length;
      }
      this.position = p;
      if (byte === 0x22) {
        this.position = p + 1;
        return;
      }
      if (byte !== 0x5c) this.unexpected("the end of a string");
      this.#escape(out);
      from = this.position;
    }
  }

  #escape(out: ProtoWriter): void {
    const { json } = this;
    const byte = json[this.position + 1];
    const simple = byte === undefined ? -1 : simpleEscapes.indexOf(String.fromCharCode(byte));
    if (simple !== -1) {
      out.ensure(1);
      out.bytes[out.position++] = unescaped[simple]!;
      this.position += 2;
      return;
    }
    if (byte !== 0x75) this.unexpected("an escape");
    let code = this.#unicode(this.position + 2);
    this.position += 6;
    const isHigh = code >= 0xd800 && code < 0xdc00;
    if (isHigh && json[this.position] === 0x5c && json[this.position + 1] === 0x75) {
      const second = this.#unicode(this.position + 2);
      if (second >= 0xdc00 && second < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
        this.position += 6;
      }
    }
    // Half a surrogate pair has no UTF-8.
    if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
    out.ensure(4);
    const { bytes } = out;
    if (code < 0x80) bytes[out.position++] = code;
    else {
      if (code < 0x800) bytes[out.position++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) bytes[out.position++] = 0xe0 | (code >> 12);
        else {
          bytes[out.position++] = 0xf0 | (code >> 18);
          bytes[out.position++] = 0x80 | ((code >> 12) & 0x3f);
        }
        bytes[out.position++] = 0x80 | ((code >> 6) & 0x3f);
      }
      bytes[out.position++] = 0x80 | (code & 0x3f);
    }
  }

  #unicode(at: number): number {
    let code = 0;
    for (let i = at; i < at + 4; i++) {
      const digit = hexDigit(this.json[i]!);
      if (digit === -1) this.unexpected("four hex digits");
      code = code * 16 + digit;
    }
    return code;
  }

  /** Bytes written in hex; one zero byte, which no id is, for what is not hex. */
  hex(out: ProtoWriter): void {
    const { json } = this;
    const before = out.position;
    const start = this.position + 1;
    const end = this.#stringEnd(start);
    out.ensure((end - start) >>> 1 || 1);
    let valid = (end - start) % 2 === 0;
    for (let p = start; p < end && valid; p += 2) {
      const high = hexDigit(json[p]!);
      const low = hexDigit(json[p + 1]!);
      valid = high !== -1 && low !== -1;
      out.bytes[out.position++] = high * 16 + low;
    }
    if (!valid) {
      out.position = before;
      out.bytes[out.position++] = 0;
    }
    this.position = end + 1;
  }

  /** Bytes in base64, standard or URL-safe, padded or not. */
  base64(out: ProtoWriter): void {
    const start = this.position + 1;
    const end = this.#stringEnd(start);
    const text = decoder.decode(this.json.subarray(start, end)).replaceAll("\\/", "/");
    if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) this.fail("base64 was expected");
    out.raw(Buffer.from(text, "base64"));
    this.position = end + 1;
  }

  boolean(field: TableField): boolean {
    const byte = this.json[this.position];
    if (byte !== 0x74 && byte !== 0x66) this.failField(field, "true or false");
    this.expectWord(byte === 0x74 ? "true" : "false");
    return byte === 0x74;
  }

  /** An enum by name. False, at the same position, if it is written otherwise. */
  enumName(field: TableField): boolean {
    const { json, position } = this;
    if (json[position] !== 0x22) return false;
    const first = json[position + 1]!;
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return false;
    const end = this.#stringEnd(position + 1);
    const value = field.schema.names?.indexOf(decoder.decode(json.subarray(position + 1, end))) ?? -1;
    if (value === -1) this.failField(field, "a number or the name of a value");
    this.low = value;
    this.high = 0;
    this.position = end + 1;
    return true;
  }

  /** A number, or one in quotes, or `"NaN"`, `"Infinity"`, `"-Infinity"`. */
  double(field: TableField): number {
    const { json, position } = this;
    const isQuoted = json[position] === 0x22;
    const start = isQuoted ? position + 1 : position;
    const end = isQuoted ? this.#stringEnd(start) : this.#numberEnd(start);
    const text = ascii(json, start, end);
    if (isQuoted && notFinite.has(text)) {
      this.position = end + 1;
      return Number(text);
    }
    if (!jsonNumber.test(text)) this.failField(field, "a number");
    this.position = isQuoted ? end + 1 : end;
    return Number(text);
  }

  /** An integer, bare or in quotes, into `low` and `high`. `max` is exclusive if it is 2^64, and then means the type's own bound. */
  integer(field: TableField, min: number, max: number): void {
    const { json, position } = this;
    const isQuoted = json[position] === 0x22;
    let p = isQuoted ? position + 1 : position;
    const isNegative = json[p] === 0x2d;
    if (isNegative) p++;
    const start = p;
    let low = 0;
    let high = 0;
    let byte = json[p]!;
    // Six digits at a time: times 10^6 a 32-bit half stays exact in a double.
    while (byte >= 0x30 && byte <= 0x39) {
      let group = 0;
      let scale = 1;
      do {
        group = group * 10 + (byte - 0x30);
        scale *= 10;
        byte = json[++p]!;
      } while (scale < 1_000_000 && byte >= 0x30 && byte <= 0x39);
      const sum = low * scale + group;
      low = sum % 0x100000000;
      high = high * scale + (sum - low) / 0x100000000;
      if (high > 0xffffffff) this.failField(field, "an integer of 64 bits");
    }
    if (p === start || (json[start] === 0x30 && p > start + 1 && !isQuoted)) this.failField(field, "an integer");
    if (byte === 0x2e || byte === 0x65 || byte === 0x45) {
      const end = this.#numberEnd(start);
      const value = Number(ascii(json, start, end));
      if (!jsonNumber.test(ascii(json, start, end)) || !Number.isSafeInteger(value))
        this.failField(field, "an integer");
      low = value % 0x100000000;
      high = Math.floor(value / 0x100000000);
      p = end;
    }
    if (isQuoted && json[p] !== 0x22) this.failField(field, "an integer");
    const magnitude = high * 0x100000000 + low;
    if (isNegative ? magnitude > -min : max < 2 ** 64 ? magnitude > max : min < 0 && high > 0x7fffffff) {
      this.failField(field, min < 0 ? "in the range of its type" : "in the range of its type, which has no sign");
    }
    if (isNegative && low + high !== 0) {
      // A magnitude just over 2^63 rounds to it.
      if (high === 0x80000000 && low !== 0) this.failField(field, "in the range of its type");
      high = ~high + (low === 0 ? 1 : 0);
      low = -low;
    }
    this.low = low | 0;
    this.high = high | 0;
    this.position = isQuoted ? p + 1 : p;
  }

  /**
   * An integer as {@link integer} reads it; but a bare number that 64 bits cannot hold is given back as the double it is. JavaScript SDKs send
   * every whole number as an integer, large doubles too.
   */
  integerOrDouble(field: TableField): number | undefined {
    const { json, position } = this;
    if (json[position] !== 0x22) {
      const end = this.#numberEnd(position);
      if (end - position > maxExactDigits || json.subarray(position, end).some(isExponent)) {
        const text = ascii(json, position, end);
        if (jsonNumber.test(text) && !fitsInt64(text)) {
          this.position = end;
          return Number(text);
        }
      }
    }
    this.integer(field, -(2 ** 63), 2 ** 64);
    return undefined;
  }

  #numberEnd(from: number): number {
    const { json } = this;
    let p = from;
    for (let byte = json[p]!; isNumberByte(byte); byte = json[++p]!);
    return p;
  }

  /** Any value, of a key that is not known. */
  skipValue(depth: number): void {
    const { json } = this;
    const byte = json[this.position]!;
    if (byte === 0x22) this.position = this.#stringEnd(this.position + 1) + 1;
    else if (byte === 0x7b || byte === 0x5b) {
      if (depth === maxSkippedDepth) this.fail("values nest too deep");
      const close = byte + 2;
      this.position++;
      this.skipSpace();
      if (json[this.position] === close) {
        this.position++;
        return;
      }
      do {
        if (byte === 0x7b) {
          if (json[this.position] !== 0x22) this.unexpected("a key in quotes");
          this.position = this.#stringEnd(this.position + 1) + 1;
          this.expectColon();
        }
        this.skipValue(depth + 1);
      } while (this.more(close));
    } else if (byte === 0x74) this.expectWord("true");
    else if (byte === 0x66) this.expectWord("false");
    else if (byte === 0x6e) this.expectWord("null");
    else {
      const end = this.#numberEnd(this.position);
      if (!jsonNumber.test(ascii(json, this.position, end))) this.unexpected("a value");
      this.position = end;
    }
  }
}

const simpleEscapes = '"\\/bfnrt';
const unescaped = [0x22, 0x5c, 0x2f, 0x08, 0x0c, 0x0a, 0x0d, 0x09];
const notFinite = new Set(["NaN", "Infinity", "-Infinity"]);
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** No integer of this many digits is beyond 64 bits. */
const maxExactDigits = 18;

function fitsInt64(number: string): boolean {
  if (/^-?\d+$/.test(number)) return BigInt.asIntN(64, BigInt(number)) === BigInt(number);
  const value = Number(number);
  return value < 2 ** 63 && value >= -(2 ** 63);
}

function isExponent(byte: number): boolean {
  return byte === 0x65 || byte === 0x45;
}

function isNumberByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e || byte === 0x45 || byte === 0x65
  );
}

function ascii(bytes: Uint8Array, from: number, end: number): string {
  let text = "";
  for (let i = from; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
