/** What an address can say: each key once or repeatedly, always as text. */
export type RawSearch = Record<string, string | string[] | undefined>;

/** Reads `?service=a&service=b` as it stands; unlike JSON in an address it can be read and written by hand. */
export function parseQueryString(text: string): RawSearch {
  const search: RawSearch = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const before = Object.hasOwn(search, key) ? search[key] : undefined;
    const next = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
    // Defined, not assigned: `__proto__` is a key like any other here.
    Object.defineProperty(search, key, { value: next, enumerable: true, configurable: true, writable: true });
  }
  return search;
}

/** The opposite of {@link parseQueryString}; with the leading `?`, or empty. Undefined, empty and false values are left out. */
export function formatQueryString(search: Record<string, unknown>): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    for (const item of items) {
      if (item === "" || item === false) continue;
      if (typeof item === "string" || typeof item === "number" || item === true) out.append(key, String(item));
    }
  }
  // These are legal in a query and read better as they are.
  const text = out
    .toString()
    .replaceAll("%2C", ",")
    .replaceAll("%3A", ":")
    .replaceAll("%2F", "/")
    .replaceAll("%3D", "=");
  return text === "" ? "" : `?${text}`;
}

/** First value of a key. */
export function one(search: Record<string, unknown>, key: string): string | undefined {
  const value = search[key];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first !== "" ? first : typeof first === "number" ? String(first) : undefined;
}

/** All values of a key, without repetition. */
export function many(search: Record<string, unknown>, key: string): string[] {
  const value = search[key];
  const all: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return [...new Set(all.filter((item): item is string => typeof item === "string" && item !== ""))];
}

/** A finite number, or undefined. */
export function number(search: Record<string, unknown>, key: string): number | undefined {
  const text = one(search, key);
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
