import { isSpace } from "./chars.ts";

/** Strings and long whole numbers of a JSON text, by position. Strings include their quotes. */
export interface JsonTokens {
  readonly starts: number[];
  readonly ends: number[];
  readonly kinds: TokenKind[];
  /** Of a string: the array that it, or the object it is a member of, is an item of; -1 if none. Arrays are numbered as they begin. */
  readonly arrays: number[];
}

export const TokenKind = { key: 0, string: 1, escapedKey: 2, escapedString: 3, number: 4 } as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

/** Shorter numbers identify nobody, and fractions neither. */
const fewestDigits = 8;
const maxDepth = 512;
const State = { value: 0, key: 1, firstKey: 2, firstItem: 3, end: 4 } as const;

/** Whether a text can be a JSON object or array, from its first character alone. */
export function looksLikeJson(text: string): boolean {
  let at = 0;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  const code = text.charCodeAt(at);
  return code === 123 || code === 91;
}

/** Reads a whole JSON text (RFC 8259) without making its values. Undefined if it is none, or is nested deeper than 512. */
export function readJsonTokens(text: string): JsonTokens | undefined {
  const tokens: JsonTokens = { starts: [], ends: [], kinds: [], arrays: [] };
  const length = text.length;
  const objects: boolean[] = [];
  /** Numbers of the arrays that are open, -1 for objects; in the order of `objects`. */
  const open: number[] = [];
  let arrayCount = 0;
  let state: number = State.value;
  let at = 0;
  for (;;) {
    while (at < length) {
      const code = text.charCodeAt(at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
      at++;
    }
    if (at >= length) return state === State.end && objects.length === 0 ? tokens : undefined;
    const code = text.charCodeAt(at);
    if (state === State.end) {
      const inObject = objects[objects.length - 1];
      if (inObject === undefined) return undefined;
      if (code === 44) state = inObject ? State.key : State.value;
      else if (code === (inObject ? 125 : 93)) {
        objects.pop();
        open.pop();
      } else return undefined;
      at++;
      continue;
    }
    if ((state === State.firstKey && code === 125) || (state === State.firstItem && code === 93)) {
      objects.pop();
      open.pop();
      state = State.end;
      at++;
      continue;
    }
    if (code === 34) {
      const isKey = state === State.key || state === State.firstKey;
      const end = readString(text, at, isKey, tokens);
      if (end < 0) return undefined;
      const depth = open.length - 1;
      tokens.arrays.push(isKey ? -1 : (open[objects[depth] === true ? depth - 1 : depth] ?? -1));
      at = end;
      if (isKey) {
        while (isSpace(text.charCodeAt(at))) at++;
        if (text.charCodeAt(at) !== 58) return undefined;
        at++;
        state = State.value;
      } else {
        state = State.end;
      }
      continue;
    }
    if (state === State.key || state === State.firstKey) return undefined;
    if (code === 123 || code === 91) {
      if (objects.length >= maxDepth) return undefined;
      objects.push(code === 123);
      open.push(code === 123 ? -1 : arrayCount++);
      state = code === 123 ? State.firstKey : State.firstItem;
      at++;
      continue;
    }
    const end = readScalar(text, at, tokens);
    if (end < 0) return undefined;
    at = end;
    state = State.end;
  }
}

/** From the opening quote to after the closing one; -1 for a string that is cut or has a control character or a bad escape in it. */
function readString(text: string, start: number, isKey: boolean, tokens: JsonTokens): number {
  let at = start + 1;
  let escaped = false;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 34) break;
    if (code === 92) {
      escaped = true;
      const next = text.charCodeAt(at + 1);
      if (next === 117) {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) return -1;
        at += 6;
      } else {
        if (!isSimpleEscape(next)) return -1;
        at += 2;
      }
    } else if (code >= 32) {
      at++;
    } else {
      return -1;
    }
  }
  tokens.starts.push(start);
  tokens.ends.push(at + 1);
  if (isKey) tokens.kinds.push(escaped ? TokenKind.escapedKey : TokenKind.key);
  else tokens.kinds.push(escaped ? TokenKind.escapedString : TokenKind.string);
  return at + 1;
}

function isSimpleEscape(code: number): boolean {
  return (
    code === 34 ||
    code === 92 ||
    code === 47 ||
    code === 110 ||
    code === 116 ||
    code === 114 ||
    code === 98 ||
    code === 102
  );
}

/** A number, or `true`, `false`, `null`. */
function readScalar(text: string, start: number, tokens: JsonTokens): number {
  const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)/y;
  scalar.lastIndex = start;
  const match = scalar.exec(text);
  if (match === null) return -1;
  const value = match[0];
  if (value.length >= fewestDigits && /^\d+$/.test(value)) {
    tokens.starts.push(start);
    tokens.ends.push(start + value.length);
    tokens.kinds.push(TokenKind.number);
    tokens.arrays.push(-1);
  }
  return start + value.length;
}
