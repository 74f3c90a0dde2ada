import { OttlSyntaxError } from "./syntax-error.ts";

/** `symbol` is an operator, bracket or the like; `name` any identifier, keywords included. */
export type TokenKind = "bytes" | "float" | "int" | "string" | "name" | "symbol" | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

// In this order: a `0` starts bytes before it is a number, and a float is no int with something behind it.
const pattern =
  /(?<bytes>0x[a-fA-F0-9]+)|(?<float>(?:\d+\.\d*|\d*\.\d+)(?:[eE][-+]?\d+)?)|(?<int>\d+)|(?<string>"(?:\\.|[^\\"])*")|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<symbol>==|!=|>=|<=|=>|[<>=+\-*/(){}:,.[\]])|(?<space>\s+)/uy;

const kinds = ["bytes", "float", "int", "string", "name", "symbol"] as const;

/**
 * Splits OTTL into tokens; the last one is `end`.
 * @throws {OttlSyntaxError} for a character that starts none, or text in quotes that does not end.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      throw new OttlSyntaxError(
        character === '"' ? "the text in quotes does not end" : `unexpected character ${JSON.stringify(character)}`,
        at,
      );
    }
    const kind = kinds.find((one) => found.groups![one] !== undefined);
    if (kind !== undefined) tokens.push({ kind, text: found[0], at });
    at += found[0].length;
  }
  tokens.push({ kind: "end", text: "", at });
  return tokens;
}
