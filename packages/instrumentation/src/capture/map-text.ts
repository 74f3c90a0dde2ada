const maxDepth = 64;

/**
 * A copy of a value with every string in it (values, not keys) passed through `change`. Safe on anything: cycles, depth, BigInt, functions, dates, maps,
 * typed arrays and objects that throw when read become a word that says so.
 */
export function mapText(value: unknown, change: (text: string) => string): unknown {
  return copy(value, change, new Set(), 0);
}

function copy(value: unknown, change: (text: string) => string, above: Set<object>, depth: number): unknown {
  switch (typeof value) {
    case "string":
      return change(value);
    case "bigint":
      return value.toString();
    case "function":
      return `[function ${value.name}]`;
    case "symbol":
      return value.toString();
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (above.has(value)) return "[circular]";
  if (depth >= maxDepth) return "[too deep]";
  above.add(value);
  try {
    return copyObject(value, (item) => copy(item, change, above, depth + 1));
  } catch {
    return "[unreadable]";
  } finally {
    above.delete(value);
  }
}

function copyObject(value: object, inner: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Error) return { name: value.name, message: inner(value.message) };
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), inner(item)]));
  if (value instanceof Set) return [...value].map(inner);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  const toJson = (value as { toJSON?: unknown }).toJSON;
  if (typeof toJson === "function") return inner((toJson as () => unknown).call(value));
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) out[key] = inner(item);
  }
  return out;
}
