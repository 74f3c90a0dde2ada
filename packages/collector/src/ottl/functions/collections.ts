import { OttlError } from "../ottl-error.ts";
import { utf8Length } from "../text/utf8.ts";
import { compare, compareText } from "../values/compare.ts";
import { toElementText } from "../values/to-text.ts";
import { isList, isMap, Native, typeName, type Value, type ValueList, type ValueMap } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import { any, constantText, list, listOf, map, optional } from "./parameters.ts";

const len = define("Len", { target: any }, ({ target }) => (cursor) => {
  const value = target.get(cursor);
  if (typeof value === "string") return BigInt(utf8Length(value));
  if (isMap(value)) return BigInt(value.size);
  if (isList(value) || value instanceof Uint8Array) return BigInt(value.length);
  if (value instanceof Native && Array.isArray(value.content)) return BigInt(value.content.length);
  throw new OttlError(`Len: unsupported target type ${typeName(value)}: it must be text, a list or a map`);
});

const index = define("Index", { target: any, value: any }, ({ target, value }) => (cursor) => {
  const within = target.get(cursor);
  const wanted = value.get(cursor);
  if (typeof within === "string") {
    if (typeof wanted !== "string") {
      throw new OttlError("invalid value type for Index function, value must be a string");
    }
    const at = within.indexOf(wanted);
    return BigInt(at === -1 ? -1 : utf8Length(within.slice(0, at)));
  }
  if (!isList(within))
    throw new OttlError(`expected pcommon.Slice but got ${within === null ? "nil" : typeName(within)}`);
  return BigInt(within.findIndex((one) => compare(one, "==", wanted)));
});

const containsValue = define("ContainsValue", { target: list, item: any }, ({ target, item }) => (cursor) => {
  const wanted = item.get(cursor);
  return target.get(cursor).some((one) => compare(one, "==", wanted));
});

const sort = define("Sort", { target: any, order: optional(constantText) }, ({ target, order = "asc" }) => {
  if (order !== "asc" && order !== "desc") {
    throw new OttlError(`invalid arguments: ${order}. Order should be either "asc" or "desc"`);
  }
  return (cursor) => {
    const value = target.get(cursor);
    if (!isList(value)) throw new OttlError(`sort with unsupported type: '${typeName(value)}'. Target is not a list`);
    const compareBy = comparatorOf(value);
    if (compareBy === undefined) return value;
    return value.toSorted((a, b) => (order === "asc" ? compareBy(a, b) : compareBy(b, a)));
  };
});

/** Numbers sort as numbers, anything else that can be sorted as text; what has maps, lists or bytes in it stays as it is. */
function comparatorOf(values: ValueList): ((a: Value, b: Value) => number) | undefined {
  if (values.every((value) => typeof value === "bigint" || typeof value === "number")) {
    return (a, b) => (compare(a, "<", b) ? -1 : compare(a, ">", b) ? 1 : 0);
  }
  const isPlain = values.every(
    (value) => value === null || ["string", "boolean", "bigint", "number"].includes(typeof value),
  );
  return isPlain ? (a, b) => compareText(toElementText(a), toElementText(b)) : undefined;
}

const sliceToMap = define(
  "SliceToMap",
  { target: list, key_path: optional(listOf(constantText)), value_path: optional(listOf(constantText)) },
  ({ target, key_path: keyPath, value_path: valuePath }) =>
    (cursor) => {
      const result = new Map<string, Value>();
      for (const [i, element] of target.get(cursor).entries()) {
        if ((keyPath !== undefined || valuePath !== undefined) && !isMap(element)) {
          throw new OttlError(
            `slice elements must be maps when using \`key_path\` or \`value_path\`, but could not cast element of type \`${typeName(element)}\` to a map`,
          );
        }
        let key: Value = String(i);
        if (keyPath !== undefined) {
          key = extract(element as ValueMap, keyPath, `could not extract key from element ${i}`);
          if (typeof key !== "string") {
            throw new OttlError(`element ${i}: extracted key attribute is not of type string, got "${typeName(key)}"`);
          }
        }
        const value =
          valuePath === undefined
            ? element
            : extract(element as ValueMap, valuePath, `could not extract value from element ${i}`);
        result.set(key, value);
      }
      return result;
    },
);

function extract(from: ValueMap, path: readonly string[], failure: string): Value {
  if (path.length === 0) throw new OttlError(`${failure}: must provide at least one path item`);
  let at: Value | undefined = from;
  for (const name of path) {
    at = isMap(at) ? at.get(name) : undefined;
    if (at === undefined) {
      throw new OttlError(`${failure}: provided object does not contain the path [${path.join(" ")}]`);
    }
  }
  return at;
}

const coalesce = define("Coalesce", { values: listOf(any) }, ({ values }) => {
  if (values.length === 0) throw new OttlError("Coalesce requires at least one argument");
  return (cursor) => {
    for (const { get } of values) {
      const value = get(cursor);
      if (value !== null) return value;
    }
    return null;
  };
});

export const collections: readonly OttlFunction[] = [
  len,
  index,
  containsValue,
  sort,
  sliceToMap,
  coalesce,
  define("Keys", { target: map }, ({ target }) => (cursor) => [...target.get(cursor).keys()]),
  define("Values", { target: map }, ({ target }) => (cursor) => [...target.get(cursor).values()]),
];
