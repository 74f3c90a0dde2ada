import { OttlError } from "../ottl-error.ts";
import { isList, isMap, Native, type Value } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import { any, boolLike, doubleLike, intLike, textLike } from "./parameters.ts";

function is(name: string, test: (value: Value) => boolean): OttlFunction {
  return define(
    name,
    { target: any },
    ({ target }) =>
      (cursor) =>
        test(target.get(cursor)),
  );
}

function isEmpty(value: Value): boolean {
  if (value === null || value === "" || value === 0 || value === 0n || value === false) return true;
  if (isMap(value)) return value.size === 0;
  if (isList(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Native) return Array.isArray(value.content) && value.content.length === 0;
  if (typeof value === "object" && "hex" in value) return /^0*$/u.test(value.hex);
  return typeof value === "object" && "nano" in value && value.nano === 0n;
}

export const types: readonly OttlFunction[] = [
  define("Bool", { target: boolLike }, ({ target }) => target.get),
  define("Double", { target: doubleLike }, ({ target }) => target.get),
  define("Int", { target: intLike }, ({ target }) => target.get),
  define("String", { target: textLike }, ({ target }) => target.get),
  is("IsBool", (value) => typeof value === "boolean"),
  is("IsDouble", (value) => typeof value === "number"),
  is("IsEmpty", isEmpty),
  is("IsInt", (value) => typeof value === "bigint"),
  is("IsList", (value) => isList(value) || (value instanceof Native && Array.isArray(value.content))),
  is("IsMap", isMap),
  is("IsString", (value) => typeof value === "string"),
  define("IsRootSpan", {}, () => (cursor) => {
    const changed = cursor.pending("span", cursor.span, "parentSpanId");
    if (typeof changed === "string") return /^0*$/u.test(changed);
    return cursor.traces.spans.parentSpanIdOffset[cursor.span] === -1;
  }),
  define("Log", { target: doubleLike }, ({ target }) => (cursor) => {
    const value = target.get(cursor);
    if (value === null) throw new OttlError("invalid input: <nil>");
    if (value <= 0) throw new OttlError(`invalid input: expected number greater than zero but got ${value}`);
    return Math.log(value);
  }),
];
