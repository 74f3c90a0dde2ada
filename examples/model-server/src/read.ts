import { badRequest } from "./api-error.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Readers of a JSON request. Absent and null are `undefined`; anything of the wrong type is a 400 that names its path. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readObject(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw badRequest(path, `Invalid type for '${path}': expected an object.`, "invalid_type");
  return value;
}

export function readString(value: unknown, path: string): string {
  if (typeof value !== "string") {
    const code = value === undefined ? "missing_required_parameter" : "invalid_type";
    throw badRequest(
      path,
      value === undefined ? `Missing required parameter: '${path}'.` : `Invalid type for '${path}': expected a string.`,
      code,
    );
  }
  return value;
}

export function readArray(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    const code = value === undefined ? "missing_required_parameter" : "invalid_type";
    throw badRequest(
      path,
      value === undefined ? `Missing required parameter: '${path}'.` : `Invalid type for '${path}': expected an array.`,
      code,
    );
  }
  return value;
}

/** A whole number of at least `min`. */
export function readInteger(
  value: unknown,
  path: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw badRequest(path, `Invalid '${path}': expected a whole number from ${min} to ${max}.`, "invalid_value");
  }
  return value;
}
