import { formatRfc3339 } from "../values/rfc3339.ts";
import { formatDuration } from "../values/go-duration.ts";
import { Duration, Id, isList, isMap, Native, Time, type Value } from "../values/value.ts";

/** A value as the case files write it: an int64 as `1`, a double as `1.0`, text in quotes, bytes as `0x01`; of maps and lists every element so. */
export function showValue(value: Value): string {
  if (value === null) return "nil";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number")
    return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  if (isList(value)) return `[${value.map(showValue).join(", ")}]`;
  if (isMap(value)) {
    return `{${Array.from(value, ([key, element]) => `${JSON.stringify(key)}: ${showValue(element)}`).join(", ")}}`;
  }
  if (value instanceof Time) return `time ${formatRfc3339(value)}`;
  if (value instanceof Duration) return `duration ${formatDuration(value.nano)}`;
  if (value instanceof Id) return `id ${value.hex}`;
  return value instanceof Native ? `${value.type} ${showNative(value.content)}` : String(value);
}

function showNative(content: object): string {
  return JSON.stringify(content, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)).replaceAll(
    /"(-?\d+)n"/gu,
    "$1",
  );
}
