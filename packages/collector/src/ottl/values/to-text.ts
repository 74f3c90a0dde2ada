import { OttlError } from "../ottl-error.ts";
import { compareText } from "./compare.ts";
import { formatRfc3339 } from "./rfc3339.ts";
import { Duration, Id, isList, isMap, Native, Time, type Value } from "./value.ts";

/** A value as text, as functions have it that take anything "like a string"; null for nil. */
export function toText(value: Value): string | null {
  if (value === null || typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return toJson(value);
}

/** A value in a map or list as text: `pcommon.Value.AsString`, in which bytes are base64 and nil is nothing. */
export function toElementText(value: Value): string {
  if (value === null) return "";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "number" && !Number.isFinite(value)) {
    return `json: unsupported value: ${Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`;
  }
  return toText(value)!;
}

/** JSON as Go's encoding/json writes it: keys in order, no spaces, `<`, `>` and `&` escaped. */
export function toJson(value: Value): string {
  switch (typeof value) {
    case "string":
      return jsonText(value);
    case "bigint":
    case "boolean":
      return String(value);
    case "number":
      if (!Number.isFinite(value)) throw new OttlError(`json: unsupported value: ${value}`);
      return Object.is(value, -0) ? "-0" : String(value);
    default:
      return jsonOfObject(value);
  }
}

function jsonOfObject(value: Exclude<Value, string | bigint | boolean | number>): string {
  if (value === null) return "null";
  if (isMap(value)) {
    const keys = [...value.keys()].toSorted(compareText);
    return `{${keys.map((key) => `${jsonText(key)}:${toJson(value.get(key)!)}`).join(",")}}`;
  }
  if (isList(value)) return `[${value.map(toJson).join(",")}]`;
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
  if (value instanceof Time) return `"${formatRfc3339(value)}"`;
  if (value instanceof Duration) return String(value.nano);
  if (value instanceof Id) return `"${value.hex}"`;
  throw new OttlError(`unsupported type: ${value instanceof Native ? value.type : typeof value}`);
}

const escaped: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

function jsonText(text: string): string {
  return JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/gu, (character) => escaped[character]!);
}
