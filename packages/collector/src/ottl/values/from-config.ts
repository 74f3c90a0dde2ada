import { type ConfigValue, Expanded, isMap } from "../../config/config-value.ts";
import type { Value } from "./value.ts";

/** A value that a configuration writes out: whole numbers are int64. */
export function fromConfigValue(value: ConfigValue): Value {
  if (value instanceof Expanded) return fromConfigValue(value.value);
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(fromConfigValue);
  if (!isMap(value)) return value as Value;
  return new Map(Object.entries(value).map(([key, element]) => [key, fromConfigValue(element)]));
}
