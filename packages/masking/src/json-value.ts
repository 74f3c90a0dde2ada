import { pieceKeys } from "./join-pieces.ts";

export interface ValueMasking {
  text(text: string, name?: string): string;
  /** Pieces of one text with what goes over their borders masked; undefined if nothing does. */
  across(pieces: readonly string[]): readonly string[] | undefined;
  /** Says that a value could not be walked, and what stands in its place. */
  failed(): string;
}

const maxDepth = 128;

/** Walks a value as JSON has them. Objects without a change come back as they are; others are copied. What cannot be walked is replaced whole. */
export function maskJsonValue<T>(value: T, name: string | undefined, masking: ValueMasking): T {
  return walk(value, name, masking, 0) as T;
}

function walk(value: unknown, name: string | undefined, masking: ValueMasking, depth: number): unknown {
  try {
    switch (typeof value) {
      case "string":
        return masking.text(value, name);
      case "number":
      case "bigint":
        return maskNumber(value, name, masking);
      case "object":
        if (value === null || isOpaque(value)) return value;
        if (depth >= maxDepth) return masking.failed();
        if (Array.isArray(value)) return walkArray(value, masking, depth);
        return walkObject(value, masking, depth);
      default:
        return value;
    }
  } catch {
    return masking.failed();
  }
}

function maskNumber(value: number | bigint, name: string | undefined, masking: ValueMasking): unknown {
  if (value < 10_000_000 || (typeof value === "number" && !Number.isSafeInteger(value))) return value;
  const text = String(value);
  const masked = masking.text(text, name);
  return masked === text ? value : masked;
}

/** Bytes and dates hold no text. */
function isOpaque(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Date;
}

function walkArray(array: readonly unknown[], masking: ValueMasking, depth: number): unknown {
  const joined = maskJoined(array, masking);
  let copy = joined;
  for (let i = 0; i < array.length; i++) {
    const item = (joined ?? array)[i];
    const masked = walk(item, undefined, masking, depth + 1);
    if (!Object.is(masked, item)) (copy ??= array.slice())[i] = masked;
  }
  return copy ?? array;
}

/** A copy in which values are masked that go over from one item to the next, or from a member of an object to that of the next. */
function maskJoined(array: readonly unknown[], masking: ValueMasking): unknown[] | undefined {
  const texts: number[] = [];
  const objects: number[] = [];
  for (let i = 0; i < array.length; i++) {
    const item = array[i];
    if (typeof item === "string") texts.push(i);
    else if (typeof item === "object" && item !== null) objects.push(i);
  }
  let copy: unknown[] | undefined;
  const join = (
    places: readonly number[],
    pieces: readonly string[],
    write: (place: number, text: string) => unknown,
  ) => {
    const masked = pieces.length < 2 ? undefined : masking.across(pieces);
    if (masked === undefined) return;
    copy ??= array.slice();
    for (const [order, place] of places.entries()) {
      if (masked[order] !== pieces[order]) copy[place] = write(place, masked[order]!);
    }
  };
  join(
    texts,
    texts.map((place) => array[place] as string),
    (_place, text) => text,
  );
  if (objects.length < 2) return copy;
  for (const key of pieceKeys) {
    const places = objects.filter((place) => typeof memberOf(array[place], key) === "string");
    const pieces = places.map((place) => memberOf(array[place], key) as string);
    join(places, pieces, (place, text) => ({ ...(copy![place] as object), [key]: text }));
  }
  return copy;
}

function memberOf(item: unknown, key: string): unknown {
  return Object.hasOwn(item as object, key) ? (item as Record<string, unknown>)[key] : undefined;
}

function walkObject(object: object, masking: ValueMasking, depth: number): unknown {
  // a Map keeps its text where no property shows it
  if (object instanceof Map || object instanceof Set) return masking.failed();
  const entries = Object.entries(object);
  let changed = false;
  const masked: [string, unknown][] = entries.map(([key, item]) => {
    const maskedKey = masking.text(key);
    const maskedItem = walk(item, key, masking, depth + 1);
    if (maskedKey !== key || !Object.is(maskedItem, item)) changed = true;
    return [maskedKey, maskedItem];
  });
  if (!changed) return object;
  const used = new Set<string>();
  return Object.fromEntries(
    masked.map(([key, item]) => {
      let unique = key;
      for (let n = 2; used.has(unique); n++) unique = `${key} ${n}`;
      used.add(unique);
      return [unique, item];
    }),
  );
}
