import type { Cursor } from "../cursor.ts";
import type { Expression } from "../expression.ts";
import { OttlError } from "../ottl-error.ts";
import { isList, isMap, typeName, type Value, type ValueList, type ValueMap } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import { any, type Lambda, lambda, map, optional } from "./parameters.ts";

/** A list or map, and its elements with their index or key. */
function elementsOf(
  cursor: Cursor,
  { get }: Expression,
): { readonly source: ValueList | ValueMap; readonly entries: readonly (readonly [Value, Value])[] } {
  const source = get(cursor);
  if (isMap(source)) return { source, entries: [...source] };
  if (isList(source)) return { source, entries: source.map((value, i) => [BigInt(i), value]) };
  throw new OttlError(`expected a list or map but got ${source === null ? "nil" : typeName(source)}`);
}

/** The source again with other elements: the keys of a map stay with theirs. */
function rebuilt(source: ValueList | ValueMap, entries: readonly (readonly [Value, Value])[]): Value {
  return isMap(source) ? new Map(entries as readonly [string, Value][]) : entries.map(([, value]) => value);
}

function decides(predicate: Lambda, cursor: Cursor, key: Value, value: Value): boolean {
  const result = predicate(cursor, key, value);
  if (typeof result === "boolean") return result;
  throw new OttlError(`the lambda must give a bool but gave ${typeName(result)}`);
}

const given = { source: any, predicate: lambda(2) };

/** Functions over the elements of lists and maps: upstream has them in xottl, as experimental. */
export const lambdas: readonly OttlFunction[] = [
  define(
    "All",
    given,
    ({ source, predicate }) =>
      (cursor) =>
        elementsOf(cursor, source).entries.every(([key, value]) => decides(predicate, cursor, key, value)),
  ),
  define(
    "Any",
    given,
    ({ source, predicate }) =>
      (cursor) =>
        elementsOf(cursor, source).entries.some(([key, value]) => decides(predicate, cursor, key, value)),
  ),
  define("Filter", given, ({ source: from, predicate }) => (cursor) => {
    const { source, entries } = elementsOf(cursor, from);
    return rebuilt(
      source,
      entries.filter(([key, value]) => decides(predicate, cursor, key, value)),
    );
  }),
  define("Find", { ...given, mapper: optional(lambda(2)) }, ({ source, predicate, mapper }) => (cursor) => {
    const found = elementsOf(cursor, source).entries.find(([key, value]) => decides(predicate, cursor, key, value));
    if (found === undefined) return null;
    return mapper === undefined ? found[1] : mapper(cursor, found[0], found[1]);
  }),
  define("MapEach", { source: any, mapper: lambda(2) }, ({ source: from, mapper }) => (cursor) => {
    const { source, entries } = elementsOf(cursor, from);
    return rebuilt(
      source,
      entries.map(([key, value]) => [key, mapper(cursor, key, value)]),
    );
  }),
  define("MapKeys", { source: map, key_mapper: lambda(2) }, ({ source, key_mapper: mapper }) => (cursor) => {
    const result = new Map<string, Value>();
    for (const [key, value] of source.get(cursor)) {
      const name = mapper(cursor, key, value);
      if (typeof name !== "string") throw new OttlError(`the lambda must give a string but gave ${typeName(name)}`);
      result.set(name, value);
    }
    return result;
  }),
  define("Reduce", { source: any, seed: any, accumulator: lambda(3) }, ({ source, seed, accumulator }) => (cursor) => {
    let result = seed.get(cursor);
    for (const [key, value] of elementsOf(cursor, source).entries) result = accumulator(cursor, result, key, value);
    return result;
  }),
  define("When", { condition: lambda(0), true_value: any, false_value: any }, (args) => (cursor) => {
    const result = args.condition(cursor);
    if (typeof result !== "boolean") throw new OttlError(`the lambda must give a bool but gave ${typeName(result)}`);
    return (result ? args.true_value : args.false_value).get(cursor);
  }),
];
