import { OttlError } from "../ottl-error.ts";

/** Splits at a delimiter that is not in quotes; the quotes themselves go, empty parts are left out. @throws {OttlError} for a quote that does not close. */
export function splitQuoted(text: string, delimiter: string): string[] {
  const parts: string[] = [];
  let current = "";
  let quote = "";
  let isEscaped = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quote === "" && text.startsWith(delimiter, i)) {
      if (current !== "") parts.push(current);
      current = "";
      i += delimiter.length - 1;
      continue;
    }
    if (!isEscaped) {
      if (quote === "" && (character === '"' || character === "'")) {
        quote = character;
        continue;
      }
      if (character === quote) {
        quote = "";
        continue;
      }
      isEscaped = character === "\\";
    } else isEscaped = false;
    current += character;
  }
  if (quote !== "") throw new OttlError("splitting source into pairs failed: never reached the end of a quoted value");
  if (current !== "") parts.push(current);
  return parts;
}
