export interface ValueMasking {
  text(text: string, name?: string): string;
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
        return maskNumber(value, masking);
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

function maskNumber(value: number | bigint, masking: ValueMasking): unknown {
  if (value < 10_000_000 || (typeof value === "number" && !Number.isSafeInteger(value))) return value;
  const text = String(value);
  const masked = masking.text(text);
  return masked === text ? value : masked;
}

/** Bytes and dates hold no text. */
function isOpaque(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Date;
}

function walkArray(array: readonly unknown[], masking: ValueMasking, depth: number): unknown {
  let copy: unknown[] | undefined;
  for (let i = 0; i < array.length; i++) {
    const item = array[i];
    const masked = walk(item, undefined, masking, depth + 1);
    if (!Object.is(masked, item)) (copy ??= array.slice())[i] = masked;
  }
  return copy ?? array;
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
