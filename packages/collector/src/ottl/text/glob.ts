import { OttlError } from "../ottl-error.ts";
import { Regex } from "./regex.ts";

/**
 * A wildcard pattern as upstream has it (github.com/gobwas/glob without separators): `*` and `**` for any text, `?` for one character, `[abc]`, `[a-z]`,
 * `[!a]`, `{one,two}`, and `\` before what stands for itself.
 * @throws {OttlError} for brackets that do not close
 */
export function compileGlob(of: string, pattern: string): Regex {
  let source = "";
  let braces = 0;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === "\\" && i + 1 < pattern.length) source += quote(pattern[++i]!);
    else if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else if (character === "[") {
      const close = pattern.indexOf("]", i + 2);
      if (close === -1) throw invalid(of, pattern, "a bracket does not close");
      source += classOf(pattern.slice(i + 1, close));
      i = close;
    } else if (character === "{") {
      braces++;
      source += "(?:";
    } else if (character === "}" && braces > 0) {
      braces--;
      source += ")";
    } else if (character === "," && braces > 0) source += "|";
    else source += quote(character);
  }
  if (braces > 0) throw invalid(of, pattern, "a brace does not close");
  return new Regex(of, `(?s)\\A(?:${source})\\z`);
}

function classOf(content: string): string {
  const isNegated = content.startsWith("!");
  const members = isNegated ? content.slice(1) : content;
  return `[${isNegated ? "^" : ""}${members.replaceAll(/[\\^\]&[]/gu, "\\$&")}]`;
}

function quote(character: string): string {
  return /[\\.+*?()|[\]{}^$]/u.test(character) ? `\\${character}` : character;
}

function invalid(of: string, pattern: string, reason: string): OttlError {
  return new OttlError(
    `the regex pattern supplied to ${of} '${JSON.stringify(pattern)}' is not a valid pattern: ${reason}`,
  );
}
