import { readJsonTokens, TokenKind } from "./json-tokens.ts";
import type { JsonTokens } from "./json-tokens.ts";
import { pieceKeys } from "./join-pieces.ts";
import { truncate } from "./truncate.ts";

/** Masks one string of a JSON text, given the key it stands under, if any. */
export type MaskString = (text: string, key: string | undefined) => string;

/** Pieces of one text with what goes over their borders masked; undefined if nothing does. */
export type MaskPieces = (pieces: readonly string[]) => readonly string[] | undefined;

/** A JSON text with its strings, keys and long whole numbers masked and every other byte as it was. Undefined if it is not JSON. */
export function maskJsonText(text: string, mask: MaskString, across: MaskPieces): string | undefined {
  const tokens = readJsonTokens(text);
  if (tokens === undefined) return undefined;
  const joined = maskJoined(text, tokens, across);
  let result = "";
  let copied = 0;
  let key: string | undefined;
  let keyEnd = 0;
  for (let i = 0; i < tokens.starts.length; i++) {
    const start = tokens.starts[i]!;
    const end = tokens.ends[i]!;
    const kind = tokens.kinds[i]!;
    const isKey = kind === TokenKind.key || kind === TokenKind.escapedKey;
    const value = valueOf(text, tokens, i);
    // a value stands under the key right before it; in an array there is none
    const name = !isKey && key !== undefined && isColon(text, keyEnd, start) ? key : undefined;
    const masked = mask(joined?.get(i) ?? value, name);
    if (masked !== value) {
      result += text.slice(copied, start) + JSON.stringify(masked);
      copied = end;
    }
    if (isKey) {
      key = value;
      keyEnd = end;
    }
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function valueOf(text: string, { starts, ends, kinds }: JsonTokens, index: number): string {
  const start = starts[index]!;
  const end = ends[index]!;
  const kind = kinds[index]!;
  if (kind === TokenKind.number) return text.slice(start, end);
  if (kind === TokenKind.key || kind === TokenKind.string) return text.slice(start + 1, end - 1);
  return JSON.parse(text.slice(start, end)) as string;
}

/** Strings, by token, that change because a value goes over from one to the next: items of an array, or members of its objects that are pieces. */
function maskJoined(text: string, tokens: JsonTokens, across: MaskPieces): Map<number, string> | undefined {
  const groups = new Map<string, number[]>();
  let key = "";
  let keyEnd = -1;
  for (let i = 0; i < tokens.starts.length; i++) {
    const kind = tokens.kinds[i]!;
    if (kind === TokenKind.key || kind === TokenKind.escapedKey) {
      key = valueOf(text, tokens, i);
      keyEnd = tokens.ends[i]!;
      continue;
    }
    const array = tokens.arrays[i]!;
    if (array < 0) continue;
    const isMember = keyEnd >= 0 && isColon(text, keyEnd, tokens.starts[i]!);
    if (isMember && !pieceKeys.has(key)) continue;
    const group = isMember ? `${array} ${key}` : String(array);
    const items = groups.get(group);
    if (items === undefined) groups.set(group, [i]);
    else items.push(i);
  }
  let changed: Map<number, string> | undefined;
  for (const items of groups.values()) {
    if (items.length < 2) continue;
    const pieces = items.map((item) => valueOf(text, tokens, item));
    const masked = across(pieces);
    if (masked === undefined) continue;
    for (const [order, item] of items.entries()) {
      if (masked[order] !== pieces[order]) (changed ??= new Map()).set(item, masked[order]!);
    }
  }
  return changed;
}

function isColon(text: string, from: number, to: number): boolean {
  let at = from;
  while (at < to && text.charCodeAt(at) !== 58) {
    if (!isJsonSpace(text.charCodeAt(at))) return false;
    at++;
  }
  at++;
  while (at < to) if (!isJsonSpace(text.charCodeAt(at++))) return false;
  return true;
}

function isJsonSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

/** A string shorter than this is not worth cutting. */
const leastCut = 64;

/** The same JSON with its longest strings cut so that all of it has at most `maxLength` code units. Undefined if no cutting of strings can do that. */
export function truncateJsonText(text: string, maxLength: number): string | undefined {
  const tokens = readJsonTokens(text);
  if (tokens === undefined) return undefined;
  const lengths: number[] = [];
  for (let i = 0; i < tokens.starts.length; i++) {
    const kind = tokens.kinds[i]!;
    if (kind === TokenKind.string || kind === TokenKind.escapedString)
      lengths.push(tokens.ends[i]! - tokens.starts[i]!);
  }
  const limit = limitFor(lengths, text.length - maxLength);
  if (limit === undefined) return undefined;
  let result = "";
  let copied = 0;
  for (let i = 0; i < tokens.starts.length; i++) {
    const kind = tokens.kinds[i]!;
    const start = tokens.starts[i]!;
    const end = tokens.ends[i]!;
    if (end - start <= limit || (kind !== TokenKind.string && kind !== TokenKind.escapedString)) continue;
    const value = JSON.parse(text.slice(start, end)) as string;
    result += text.slice(copied, start) + cutToEncoded(value, limit);
    copied = end;
  }
  result += text.slice(copied);
  return result.length <= maxLength ? result : undefined;
}

/** The length to which the longest strings must be cut to save so many code units. */
function limitFor(lengths: readonly number[], excess: number): number | undefined {
  const sorted = lengths.toSorted((a, b) => b - a);
  let sum = 0;
  for (let i = 0; i < sorted.length; i++) {
    sum += sorted[i]!;
    const limit = Math.floor((sum - excess) / (i + 1));
    if (limit >= (sorted[i + 1] ?? 0)) return limit >= leastCut + 2 ? limit : undefined;
  }
  return undefined;
}

/** Escapes make a string longer than its characters, so the limit is lowered until the encoded form fits. */
function cutToEncoded(value: string, limit: number): string {
  let budget = limit - 2;
  for (;;) {
    const encoded = JSON.stringify(truncate(value, Math.max(leastCut, budget)));
    if (encoded.length <= limit || budget <= leastCut) return encoded;
    budget = Math.max(leastCut, Math.floor((budget * budget) / encoded.length) - 1);
  }
}
