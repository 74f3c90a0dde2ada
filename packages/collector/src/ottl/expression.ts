import type { Cursor } from "./cursor.ts";
import type { Value } from "./values/value.ts";

/** A compiled expression. What does not depend on the item says so, so that patterns and the like are prepared once. */
export interface Expression<Result = Value> {
  readonly get: (cursor: Cursor) => Result;
  readonly literal?: { readonly value: Result };
}

/** A compiled path: where it can be written it is a target. */
export interface Target extends Expression {
  /** @throws {OttlError} for a value of a type that cannot be there. */
  readonly set?: (cursor: Cursor, value: Value) => void;
  /** Of a map whose keys can be deleted without a look at its values. */
  readonly deleteKeys?: (cursor: Cursor, keeps: (key: string) => boolean) => void;
}

/** What is between brackets behind a path or converter: text for a map, an int for a list. */
export type Key = Expression;

export function literal<Result>(value: Result): Expression<Result> {
  return { get: () => value, literal: { value } };
}
