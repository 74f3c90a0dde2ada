import { OttlError } from "../ottl-error.ts";
import type { Value } from "./value.ts";

/** JSON as a value; all its numbers are doubles. @throws {OttlError} for what is no JSON, without a part of it in the message. */
export function fromJson(text: string): Value {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    // JSON.parse quotes the text, which may be a prompt
    const position = /position (\d+)/u.exec(String(error))?.[1];
    throw new OttlError(`invalid JSON${position === undefined ? "" : ` at character ${position}`}`);
  }
  return convert(parsed);
}

function convert(value: unknown): Value {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([key, element]) => [key, convert(element)]));
  }
  return value as Value;
}
