import { OttlError } from "../ottl-error.ts";
import { isList, isMap, type Value, type ValueMap } from "../values/value.ts";
import { define } from "./function.ts";
import { constantBool, constantInt, constantText, mapPlace, optional } from "./parameters.ts";

/** Maps and lists in a map become keys of it, down to a depth: `{"a": {"b": [1]}}` becomes `{"a.b.0": 1}`. */
class Flattener {
  readonly result = new Map<string, Value>();
  readonly #resolveConflicts: boolean;
  readonly #maxDepth: number;
  readonly #seen = new Map<string, number>();

  constructor(resolveConflicts: boolean, maxDepth: number) {
    this.#resolveConflicts = resolveConflicts;
    this.#maxDepth = maxDepth;
  }

  map(map: ValueMap, prefix: string, depth: number): void {
    const start = prefix === "" ? "" : `${prefix}.`;
    for (const [key, value] of map) this.#value(start + key, value, depth);
  }

  #value(key: string, value: Value, depth: number): void {
    if (isMap(value) && depth < this.#maxDepth) this.map(value, key, depth + 1);
    else if (isList(value) && depth < this.#maxDepth) {
      for (const [i, element] of value.entries()) this.#element(key, i, element, depth + 1);
    } else this.#put(key, key, value);
  }

  #element(key: string, i: number, element: Value, depth: number): void {
    if (isMap(element) && depth < this.#maxDepth) this.map(element, `${key}.${i}`, depth + 1);
    else if (isList(element) && depth < this.#maxDepth) {
      // upstream puts no dot behind the index of a list in a list
      for (const [j, inner] of element.entries()) this.#value(`${key}.${i}${j}`, inner, depth + 2);
    } else this.#put(`${key}.${i}`, key, element);
  }

  /** Where conflicts are to be resolved, elements of a list share its key, and the second of a key gets a number. */
  #put(key: string, conflicting: string, value: Value): void {
    if (!this.#resolveConflicts) {
      this.result.set(key, value);
      return;
    }
    const isTaken = this.result.has(conflicting);
    const number = isTaken ? (this.#seen.get(conflicting) ?? 0) : 0;
    this.result.set(isTaken ? `${conflicting}.${number}` : conflicting, value);
    this.#seen.set(conflicting, isTaken ? number + 1 : 0);
  }
}

export const flatten = define(
  "flatten",
  {
    target: mapPlace,
    prefix: optional(constantText),
    depth: optional(constantInt),
    resolve_conflicts: optional(constantBool),
  },
  ({ target, prefix = "", depth, resolve_conflicts: resolveConflicts = false }) => {
    if (depth !== undefined && depth < 1n) {
      throw new OttlError(`invalid depth '${depth}' for flatten function, must be greater than 0`);
    }
    const maxDepth = depth === undefined ? Infinity : Number(depth);
    return (cursor) => {
      const flattener = new Flattener(resolveConflicts, maxDepth);
      flattener.map(target.get(cursor), prefix, 0);
      target.set(cursor, flattener.result);
      return null;
    };
  },
);
