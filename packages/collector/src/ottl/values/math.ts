import { OttlError } from "../ottl-error.ts";
import type { MathOperator } from "../syntax/ast.ts";
import { Duration, Time, typeName, type Value } from "./value.ts";

/** int64 as Go has it: it wraps around, and a division is cut off. */
export function calculate(left: Value, operator: MathOperator, right: Value): Value {
  if (typeof left === "bigint" && typeof right === "bigint") return ofInts(left, operator, right);
  if (typeof left === "bigint" || typeof left === "number") {
    if (typeof right !== "bigint" && typeof right !== "number") {
      throw new OttlError(`${typeName(right)} must be int64 or float64`);
    }
    return ofDoubles(Number(left), operator, Number(right));
  }
  if (left instanceof Time || left instanceof Duration) {
    if (operator !== "+" && operator !== "-") {
      throw new OttlError("only addition and subtraction supported for time.Time and time.Duration");
    }
    return left instanceof Time ? ofTime(left, operator, right) : ofDuration(left, operator, right);
  }
  throw new OttlError(`${typeName(left)} must be int64, float64, time.Time or time.Duration`);
}

export function negate(value: Value): Value {
  if (typeof value === "bigint") return BigInt.asIntN(64, -value);
  if (typeof value === "number") return -value;
  throw new OttlError(`unsupported unary minus operation on type ${typeName(value)}`);
}

function ofInts(left: bigint, operator: MathOperator, right: bigint): bigint {
  switch (operator) {
    case "+":
      return BigInt.asIntN(64, left + right);
    case "-":
      return BigInt.asIntN(64, left - right);
    case "*":
      return BigInt.asIntN(64, left * right);
    default:
      if (right === 0n) throw new OttlError("attempted to divide by 0");
      return BigInt.asIntN(64, left / right);
  }
}

function ofDoubles(left: number, operator: MathOperator, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    default:
      if (right === 0) throw new OttlError("attempted to divide by 0");
      return left / right;
  }
}

function ofTime(left: Time, operator: "+" | "-", right: Value): Value {
  if (right instanceof Duration) {
    return new Time(operator === "+" ? left.nano + right.nano : left.nano - right.nano, left.zone);
  }
  if (operator === "-" && right instanceof Time) return new Duration(left.nano - right.nano);
  throw new OttlError(
    operator === "+"
      ? `time.Time must be added to time.Duration; found ${typeName(right)} instead`
      : `time.Time or time.Duration must be subtracted from time.Time; found ${typeName(right)} instead`,
  );
}

function ofDuration(left: Duration, operator: "+" | "-", right: Value): Value {
  if (right instanceof Duration) {
    return new Duration(BigInt.asIntN(64, operator === "+" ? left.nano + right.nano : left.nano - right.nano));
  }
  if (operator === "+" && right instanceof Time) return new Time(right.nano + left.nano, right.zone);
  throw new OttlError(
    operator === "+"
      ? `time.Duration must be added to time.Duration or time.Time; found ${typeName(right)} instead`
      : `time.Duration must be subtracted from time.Duration; found ${typeName(right)} instead`,
  );
}
