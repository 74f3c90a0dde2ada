import { describeText } from "../text/describe-text.ts";
import { OttlError } from "../ottl-error.ts";
import { parseGoFloat } from "../text/parse-float.ts";
import { parseGoInt } from "../text/parse-int.ts";
import { typeName, type Value } from "./value.ts";

/** To an int64, for functions that take anything "like an int"; null for nil. */
export function toInt(value: Value): bigint | null {
  switch (typeof value) {
    case "bigint":
      return value;
    case "string":
      return parseGoInt(value, 10);
    case "number":
      return truncate(value);
    case "boolean":
      return value ? 1n : 0n;
    default:
      if (value === null) return null;
      throw unsupported(value);
  }
}

/** What the language does on amd64: what does not fit becomes the least int64. */
function truncate(value: number): bigint {
  if (!(value >= -(2 ** 63) && value < 2 ** 63)) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}

export function toDouble(value: Value): number | null {
  switch (typeof value) {
    case "number":
      return value;
    case "bigint":
      return Number(value);
    case "string":
      return parseGoFloat(value);
    case "boolean":
      return value ? 1 : 0;
    default:
      if (value === null) return null;
      throw unsupported(value);
  }
}

const words: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(["1", "t", "T", "TRUE", "true", "True"].map((word) => [word, true])),
  ...Object.fromEntries(["0", "f", "F", "FALSE", "false", "False"].map((word) => [word, false])),
};

export function toBool(value: Value): boolean | null {
  switch (typeof value) {
    case "boolean":
      return value;
    case "bigint":
      return value !== 0n;
    case "number":
      return value !== 0;
    case "string": {
      const word = Object.hasOwn(words, value) ? words[value] : undefined;
      if (word === undefined) throw new OttlError(`strconv.ParseBool: parsing ${describeText(value)}: invalid syntax`);
      return word;
    }
    default:
      if (value === null) return null;
      throw unsupported(value);
  }
}

/** Numbers as their eight bytes, the first the highest; a bool as one. */
export function toBytes(value: Value): Uint8Array | null {
  switch (typeof value) {
    case "string":
      return Buffer.from(value);
    case "boolean":
      return Uint8Array.of(value ? 1 : 0);
    case "bigint": {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(value);
      return bytes;
    }
    case "number": {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value);
      return bytes;
    }
    default:
      if (value === null || value instanceof Uint8Array) return value;
      throw unsupported(value);
  }
}

function unsupported(value: Value): OttlError {
  return new OttlError(`unsupported type: ${typeName(value)}`);
}
