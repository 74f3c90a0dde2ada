import { describeText } from "./describe-text.ts";
import { OttlError } from "../ottl-error.ts";

const decimal = /^[+-]?(?:\d+(?:_?\d)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u;
const hexadecimal = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/u;
const special = /^([+-]?)(?:(inf|infinity)|nan)$/iu;

/** Go's strconv.ParseFloat for doubles. @throws {OttlError} for what is no number, or more than a double holds. */
export function parseGoFloat(text: string): number {
  const named = special.exec(text);
  if (named !== null) {
    if (named[2] === undefined) {
      if (named[1] === "") return Number.NaN;
    } else return named[1] === "-" ? -Infinity : Infinity;
  }
  const hex = hexadecimal.exec(text);
  let value: number | undefined;
  if (decimal.test(text) && !text.includes("_")) value = Number(text);
  else if (hex !== null && `${hex[2]}${hex[3]}` !== "") {
    const mantissa = Number.parseInt(`${hex[2]}${hex[3]}`, 16);
    value = mantissa * 2 ** (Number(hex[4]) - 4 * hex[3]!.length) * (hex[1] === "-" ? -1 : 1);
  }
  if (value === undefined || !Number.isFinite(value)) {
    const reason = value === undefined ? "invalid syntax" : "value out of range";
    throw new OttlError(`strconv.ParseFloat: parsing ${describeText(text)}: ${reason}`);
  }
  return value;
}
