import { OttlSyntaxError } from "./syntax-error.ts";

const simple: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92, '"': 34 };
const escape =
  /\\(?:(?<simple>[abfnrtv\\"])|x(?<hex>[0-9a-fA-F]{2})|u(?<short>[0-9a-fA-F]{4})|U(?<long>[0-9a-fA-F]{8})|(?<octal>[0-7]{3}))/uy;

/**
 * What a quoted string means by Go's rules (strconv.Unquote). Escapes of single bytes that make no UTF-8 become U+FFFD.
 * @param at where it stands in the whole text, for errors
 */
export function unquote(quoted: string, at: number): string {
  const content = quoted.slice(1, -1);
  if (!/[\\\n]/u.test(content)) return content;
  const bytes: Buffer[] = [];
  let from = 0;
  for (let i = 0; i < content.length; i++) {
    const character = content[i];
    if (character === "\n") throw new OttlSyntaxError("text in quotes cannot go over lines: write \\n", at + 1 + i);
    if (character !== "\\") continue;
    bytes.push(Buffer.from(content.slice(from, i)));
    escape.lastIndex = i;
    const found = escape.exec(content);
    const decoded = found === null ? undefined : decode(found.groups!);
    if (decoded === undefined) {
      const wrong = content.slice(i, i + 2);
      throw new OttlSyntaxError(`${wrong} is no escape of a string; a backslash is written \\\\`, at + 1 + i);
    }
    bytes.push(decoded);
    i += found![0].length - 1;
    from = i + 1;
  }
  bytes.push(Buffer.from(content.slice(from)));
  return Buffer.concat(bytes).toString();
}

function decode(groups: Readonly<Record<string, string | undefined>>): Buffer | undefined {
  const { hex, short, long, octal } = groups;
  if (groups["simple"] !== undefined) return Buffer.from([simple[groups["simple"]]!]);
  if (hex !== undefined) return Buffer.from(hex, "hex");
  if (octal !== undefined) {
    const byte = Number.parseInt(octal, 8);
    return byte > 255 ? undefined : Buffer.from([byte]);
  }
  const point = Number.parseInt(short ?? long ?? "", 16);
  const isCharacter = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return isCharacter ? Buffer.from(String.fromCodePoint(point)) : undefined;
}
