/** Of what is captured: what is nested deeper is left out. */
export const maxDepth = 64;

/**
 * A copy of a value with every string in it (values, not keys) passed through `change`. Safe on anything: cycles, depth, BigInt, functions, dates, maps,
 * typed arrays and objects that throw when read become a word that says so.
 */
export function mapText(value: unknown, change: (text: string) => string): unknown {
  return copy(value, change, []);
}

/** `above`: what the value is in, outermost first. */
function copy(value: unknown, change: (text: string) => string, above: object[]): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value !== "object" || value === null) return scalar(value);
  if (above.includes(value)) return "[circular]";
  if (above.length >= maxDepth) return "[too deep]";
  above.push(value);
  try {
    return copyObject(value, change, above);
  } catch {
    return "[unreadable]";
  } finally {
    above.pop();
  }
}

function scalar(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
    case "symbol":
      return value.toString();
    case "function":
      return `[function ${value.name}]`;
    default:
      return value;
  }
}

function copyObject(value: object, change: (text: string) => string, above: object[]): unknown {
  if (Array.isArray(value)) return value.map((item) => copy(item, change, above));
  const toJson = (value as { toJSON?: unknown }).toJSON;
  // almost everything is a plain object
  if (typeof toJson === "function" || Object.getPrototypeOf(value) !== Object.prototype) {
    const inner = (item: unknown): unknown => copy(item, change, above);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof Error) return { name: value.name, message: inner(value.message) };
    if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), inner(item)]));
    if (value instanceof Set) return [...value].map(inner);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (typeof toJson === "function") return inner((toJson as () => unknown).call(value));
  }
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) out[key] = copy(item, change, above);
  }
  return out;
}
