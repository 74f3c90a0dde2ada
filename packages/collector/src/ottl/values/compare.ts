import type { CompareOperator } from "../syntax/ast.ts";
import { Duration, Id, isList, isMap, Native, Time, type Value } from "./value.ts";

/**
 * Compares by the table of OTTL's LANGUAGE.md: values of different types are unequal and neither is less; an int64 and a double compare as doubles; false is
 * less than true; text compares by its UTF-8 bytes; maps and lists are only equal or not.
 */
export function compare(left: Value, operator: CompareOperator, right: Value): boolean {
  const order = orderOf(left, right);
  if (order === "unequal") return operator === "!=";
  if (order === "equal-only") return operator === "==";
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

/** NaN for a comparison with a double that is not a number, of which none holds but `!=`. */
function orderOf(left: Value, right: Value): number | "unequal" | "equal-only" {
  if (left === null || right === null) return left === right ? 0 : "unequal";
  switch (typeof left) {
    case "string":
      return typeof right === "string" ? compareText(left, right) : "unequal";
    case "bigint":
      if (typeof right === "bigint") return left < right ? -1 : left > right ? 1 : 0;
      return typeof right === "number" ? orderOfNumbers(Number(left), right) : "unequal";
    case "number":
      if (typeof right === "number") return orderOfNumbers(left, right);
      return typeof right === "bigint" ? orderOfNumbers(left, Number(right)) : "unequal";
    case "boolean":
      return typeof right === "boolean" ? Number(left) - Number(right) : "unequal";
    default:
      return orderOfObjects(left, right);
  }
}

function orderOfNumbers(left: number, right: number): number {
  return left < right ? -1 : left > right ? 1 : left === right ? 0 : Number.NaN;
}

function orderOfObjects(left: Value, right: Value): number | "unequal" | "equal-only" {
  if (left instanceof Uint8Array) return right instanceof Uint8Array ? Buffer.compare(left, right) : "unequal";
  const isTime = left instanceof Time && right instanceof Time;
  if (isTime || (left instanceof Duration && right instanceof Duration)) {
    return left.nano < right.nano ? -1 : left.nano > right.nano ? 1 : 0;
  }
  return equals(left, right) ? "equal-only" : "unequal";
}

/** Equal to the bottom, and of the same types: inside of maps and lists 1 is not 1.0. */
export function equals(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (isMap(left)) {
    if (!isMap(right) || left.size !== right.size) return false;
    for (const [key, value] of left) {
      const other = right.get(key);
      if (other === undefined || !equals(value, other)) return false;
    }
    return true;
  }
  if (isList(left)) {
    return isList(right) && left.length === right.length && left.every((value, i) => equals(value, right[i]!));
  }
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  if (left instanceof Time) return right instanceof Time && left.nano === right.nano;
  if (left instanceof Duration) return right instanceof Duration && left.nano === right.nano;
  if (left instanceof Id) return right instanceof Id && left.hex === right.hex;
  return (
    left instanceof Native && right instanceof Native && JSON.stringify(left.content) === JSON.stringify(right.content)
  );
}

/** Order of the UTF-8 bytes, which is that of the code points: UTF-16 puts what is above U+FFFF before U+E000. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a === b) continue;
    const isHighA = a >= 0xd800 && a <= 0xdfff;
    const isHighB = b >= 0xd800 && b <= 0xdfff;
    return isHighA === isHighB ? a - b : isHighA ? 1 : -1;
  }
  return left.length - right.length;
}
