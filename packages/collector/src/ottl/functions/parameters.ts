import type { Compiler } from "../compile/compiler.ts";
import type { Cursor } from "../cursor.ts";
import { type Expression, literal, type Target } from "../expression.ts";
import { OttlError } from "../ottl-error.ts";
import type { Node } from "../syntax/ast.ts";
import { OttlSyntaxError } from "../syntax/syntax-error.ts";
import { toBool, toBytes, toDouble, toInt } from "../values/convert.ts";
import { toText } from "../values/to-text.ts";
import { Duration, isList, isMap, Time, typeName, type Value, type ValueList, type ValueMap } from "../values/value.ts";
import type { OttlFunction, Parameter } from "./function.ts";

function ofExpression<Result>(convert: (value: Value) => Result): Parameter<Expression<Result>> {
  const from = ({ get, literal: known }: Expression): Expression<Result> =>
    known === undefined ? { get: (cursor) => convert(get(cursor)) } : literal(convert(known.value));
  return { isOptional: false, compile: (compiler, node) => from(compiler.value(node)), from };
}

function expected<Result extends Value>(
  type: string,
  is: (value: Value) => value is Result,
): Parameter<Expression<Result>> {
  return ofExpression((value) => {
    if (is(value)) return value;
    throw new OttlError(`expected ${type} but got ${value === null ? "nil" : typeName(value)}`);
  });
}

/** Any value. */
export const any: Parameter<Expression> = {
  isOptional: false,
  compile: (compiler, node) => compiler.value(node),
  from: (expression) => expression,
};
export const text = expected("string", (value): value is string => typeof value === "string");
export const int = expected("int64", (value): value is bigint => typeof value === "bigint");
export const double = expected("float64", (value): value is number => typeof value === "number");
export const bool = expected("bool", (value): value is boolean => typeof value === "boolean");
export const time = expected("time.Time", (value): value is Time => value instanceof Time);
export const duration = expected("time.Duration", (value): value is Duration => value instanceof Duration);
export const map = expected("pcommon.Map", (value): value is ValueMap => isMap(value));
export const list = expected("pcommon.Slice", (value): value is ValueList => isList(value));

/** Anything that can be made such a value; nil stays nil. */
export const textLike = ofExpression(toText);
export const intLike = ofExpression(toInt);
export const doubleLike = ofExpression(toDouble);
export const boolLike = ofExpression(toBool);
export const bytesLike = ofExpression(toBytes);

/** A path that can be written. */
export type Place = Required<Pick<Target, "get" | "set">> & Pick<Target, "deleteKeys">;

function placeOf(compiler: Compiler, node: Node): Place {
  if (node.type !== "path") throw new OttlSyntaxError("must be a path", node.at);
  const { set, ...target } = compiler.path(node);
  if (set === undefined) throw new OttlSyntaxError(`${node.text} cannot be set`, node.at);
  return { ...target, set };
}

export const place: Parameter<Place> = { isOptional: false, compile: placeOf };

/** A path that holds a map (or list). */
export interface PlaceOf<Content extends Value> {
  readonly get: (cursor: Cursor) => Content;
  readonly set: (cursor: Cursor, value: Content) => void;
  readonly deleteKeys?: Target["deleteKeys"];
}

function placeWith<Content extends Value>(parameter: Parameter<Expression<Content>>): Parameter<PlaceOf<Content>> {
  return {
    isOptional: false,
    compile: (compiler, node) => {
      const { get, ...target } = placeOf(compiler, node);
      return { ...target, get: parameter.from!({ get }).get };
    },
  };
}

export const mapPlace: Parameter<PlaceOf<ValueMap>> = placeWith(map);
export const listPlace: Parameter<PlaceOf<ValueList>> = placeWith(list);

function constant<Result>(type: string, read: (node: Node) => Result | undefined): Parameter<Result> {
  return {
    isOptional: false,
    compile: (_, node) => {
      const value = read(node);
      if (value === undefined) throw new OttlSyntaxError(`must be ${type}`, node.at);
      return value;
    },
  };
}

/** Written out, and so known before there is any data. */
export const constantText = constant("a string", (node) => (node.type === "string" ? node.value : undefined));
export const constantInt = constant("an int", (node) => (node.type === "int" ? node.value : undefined));
export const constantDouble = constant("a float", (node) => (node.type === "float" ? node.value : undefined));
export const constantBool = constant("a bool", (node) => (node.type === "bool" ? node.value : undefined));

/** A list that is written out. */
export function listOf<Element>(element: Parameter<Element>): Parameter<readonly Element[]> {
  return {
    isOptional: false,
    compile: (compiler, node) => {
      if (node.type !== "list") throw new OttlSyntaxError("must be a list", node.at);
      return node.items.map((item) => element.compile(compiler, item));
    },
  };
}

/** A list that is written out, or whatever gives one. */
export function anyListOf<Element>(element: Parameter<Expression<Element>>): Parameter<Expression<readonly Element[]>> {
  return {
    isOptional: false,
    compile: (compiler, node) => {
      if (node.type === "list") {
        const elements = node.items.map((item) => element.compile(compiler, item));
        if (elements.every((one) => one.literal !== undefined))
          return literal(elements.map((one) => one.literal!.value));
        return { get: (cursor) => elements.map((one) => one.get(cursor)) };
      }
      const { get } = list.compile(compiler, node);
      return { get: (cursor) => get(cursor).map((value) => element.from!({ get: () => value }).get(cursor)) };
    },
  };
}

/** A converter of one argument, by name. */
export const converter: Parameter<(input: Expression) => Expression> = {
  isOptional: false,
  compile: (compiler, node) => {
    if (node.type !== "enum" && node.type !== "function")
      throw new OttlSyntaxError("invalid function name given", node.at);
    const found = compiler.functionNamed(node.name);
    if (found === undefined) throw new OttlSyntaxError(`undefined function ${node.name}`, node.at);
    return (input) => callWithOne(found, input, node.at);
  },
};

function callWithOne({ parameters, create }: OttlFunction, input: Expression, at: number): Expression {
  const [first, ...others] = Object.entries(parameters);
  const from = first?.[1].from;
  if (first === undefined || from === undefined || others.length > 0) {
    const count = Object.keys(parameters).length;
    throw new OttlSyntaxError(`incorrect number of arguments. Expected: ${count} Received: 1`, at);
  }
  return { get: create({ [first[0]]: from(input) }) };
}

/** `(a, b) => …` of the given number of parameters. */
export type Lambda = (cursor: Cursor, ...values: readonly Value[]) => Value;

export function lambda(arity: number): Parameter<Lambda> {
  return {
    isOptional: false,
    compile: (compiler, node) => {
      if (node.type !== "lambda") throw new OttlSyntaxError("must be a lambda expression", node.at);
      if (node.parameters.length !== arity) {
        throw new OttlSyntaxError(`the lambda must have ${arity} parameter${arity === 1 ? "" : "s"}`, node.at);
      }
      return compiler.lambda(node);
    },
  };
}

export function optional<Result>(parameter: Parameter<Result>): Parameter<Result | undefined> {
  return { ...parameter, isOptional: true };
}
