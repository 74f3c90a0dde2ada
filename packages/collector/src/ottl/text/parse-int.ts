import { describeText } from "./describe-text.ts";
import { OttlError } from "../ottl-error.ts";

/**
 * Go's strconv.ParseInt for int64. Base 0 goes by the prefix (`0x`, `0o`, `0b`, `0`) and allows underscores.
 * @throws {OttlError} for what is no number in the base, and what does not fit.
 */
export function parseGoInt(text: string, base: number): bigint {
  const fail = (reason: string): never => {
    throw new OttlError(`strconv.ParseInt: parsing ${describeText(text)}: ${reason}`);
  };
  if (base === 1 || base > 36) return fail(`invalid base ${base}`);
  const sign = /^[+-]/u.test(text) ? text[0] : "";
  let digits = text.slice(sign === "" ? 0 : 1).toLowerCase();
  let radix = base;
  if (base === 0) {
    radix = 10;
    const prefix = /^0(?:([xob])_?|_?(?=[0-7]))/u.exec(digits);
    if (prefix !== null && digits.length > 1) {
      radix = prefix[1] === "x" ? 16 : prefix[1] === "b" ? 2 : 8;
      digits = digits.slice(prefix[0].length);
    }
    if (/^_|__|_$/u.test(digits)) return fail("invalid syntax");
    digits = digits.replaceAll("_", "");
  }
  if (digits === "") return fail("invalid syntax");
  let value = 0n;
  for (const digit of digits) {
    const number = /^[0-9a-z]$/u.test(digit) ? Number.parseInt(digit, 36) : 36;
    if (number >= radix) return fail("invalid syntax");
    value = value * BigInt(radix) + BigInt(number);
    if (value > 2n ** 64n) break;
  }
  const signed = sign === "-" ? -value : value;
  return BigInt.asIntN(64, signed) === signed ? signed : fail("value out of range");
}
