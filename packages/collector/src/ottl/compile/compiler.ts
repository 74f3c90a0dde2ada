import { didYouMean } from "../../config/did-you-mean.ts";
import type { OttlContext } from "../contexts.ts";
import type { Cursor } from "../cursor.ts";
import { type Expression, literal, type Target } from "../expression.ts";
import type { FunctionTable, OttlFunction, Parameter, Run } from "../functions/function.ts";
import type { Lambda } from "../functions/parameters.ts";
import { OttlError } from "../ottl-error.ts";
import type { CallNode, LambdaNode, MapEntry, Node, PathNode } from "../syntax/ast.ts";
import { OttlSyntaxError } from "../syntax/syntax-error.ts";
import { compare } from "../values/compare.ts";
import { readConverterKeys, readIndexed } from "../values/indexing.ts";
import { calculate, negate } from "../values/math.ts";
import { typeName, type Value } from "../values/value.ts";
import { resolvePath } from "./resolve-path.ts";

export interface CompilerOptions {
  readonly context: OttlContext;
  readonly functions: FunctionTable;
  /** Paths without the name of a context before them belong to the context itself: so it is where the configuration names it. */
  readonly allowBarePaths: boolean;
}

/** Makes closures of syntax trees, once; what is wrong is thrown as an {@link OttlSyntaxError} with its place. */
export class Compiler {
  readonly #options: CompilerOptions;
  /** Parameters of the lambdas around what is being compiled; the index is where {@link Cursor.locals} has the value. */
  #locals: readonly string[] = [];

  constructor(options: CompilerOptions) {
    this.#options = options;
  }

  functionNamed(name: string): OttlFunction | undefined {
    return this.#options.functions.get(name);
  }

  value(node: Node): Expression {
    switch (node.type) {
      case "nil":
        return literal<Value>(null);
      case "string":
      case "int":
      case "float":
      case "bytes":
      case "bool":
        return literal<Value>(node.value);
      case "enum":
        return literal<Value>(this.#enum(node.name, node.at));
      case "list":
        return this.#list(node.items);
      case "map":
        return this.#map(node.entries);
      case "path":
        return this.path(node);
      case "call":
        return this.#converter(node);
      case "group":
        return this.value(node.inner);
      case "math":
        return this.#math(node);
      case "negate": {
        const operand = this.value(node.operand);
        return { get: (cursor) => negate(operand.get(cursor)) };
      }
      case "function":
        throw new OttlSyntaxError(`${node.name} is no value: a converter is called with parentheses`, node.at);
      case "lambda":
        throw new OttlSyntaxError(
          "lambda expressions can only be passed to function arguments that accept them",
          node.at,
        );
      default:
        throw new OttlSyntaxError("a comparison is no value", node.at);
    }
  }

  condition(node: Node): Expression<boolean> {
    switch (node.type) {
      case "bool":
        return literal(node.value);
      case "group":
        return this.condition(node.inner);
      case "not": {
        const { get, literal: constant } = this.condition(node.operand);
        return constant === undefined ? { get: (cursor) => !get(cursor) } : literal(!constant.value);
      }
      case "and":
      case "or":
        return joined(
          node.type === "or",
          node.operands.map((operand) => this.condition(operand)),
        );
      case "compare": {
        const left = this.value(node.left);
        const right = this.value(node.right);
        const { operator } = node;
        if (left.literal !== undefined && right.literal !== undefined) {
          return literal(compare(left.literal.value, operator, right.literal.value));
        }
        return { get: (cursor) => compare(left.get(cursor), operator, right.get(cursor)) };
      }
      default: {
        const { get } = this.value(node);
        return {
          get: (cursor) => {
            const value = get(cursor);
            if (typeof value === "boolean") return value;
            throw new OttlError(
              `value returned from a converter in a condition must be bool but got ${typeName(value)}`,
            );
          },
        };
      }
    }
  }

  path(node: PathNode): Target {
    const [first, second] = node.segments;
    const slot = this.#locals.lastIndexOf(first!.name);
    if (slot === -1) {
      const keys = node.segments.map((segment) => segment.keys.map((key) => this.value(key)));
      return resolvePath(node, keys, this.#options.context, this.#options.allowBarePaths);
    }
    if (second !== undefined) {
      throw new OttlSyntaxError(`local identifier "${first!.name}" cannot use "." to access nested fields`, second.at);
    }
    const keys = first!.keys.map((key) => this.value(key));
    return { get: (cursor) => readIndexed(cursor, cursor.locals[slot]!, keys, 0) };
  }

  lambda({ parameters, body }: LambdaNode): Lambda {
    const outer = this.#locals;
    const base = outer.length;
    this.#locals = [...outer, ...parameters.map(({ name }) => (name === "_" ? "" : name))];
    try {
      const isCondition = ["compare", "and", "or", "not"].includes(body.type === "group" ? body.inner.type : body.type);
      const { get }: Expression = isCondition ? this.condition(body) : this.value(body);
      return (cursor, ...values) => {
        for (const [i, value] of values.entries()) cursor.locals[base + i] = value;
        return get(cursor);
      };
    } finally {
      this.#locals = outer;
    }
  }

  /** An editor, or a converter without its keys. */
  call(node: CallNode): Run {
    const { functions } = this.#options;
    const found = functions.get(node.name);
    if (found === undefined) {
      const hint = didYouMean(node.name, functions.keys());
      throw new OttlSyntaxError(`undefined function "${node.name}"${hint === undefined ? "" : `, ${hint}`}`, node.at);
    }
    const values = this.#arguments(node, found);
    try {
      return found.create(values);
    } catch (error) {
      throw atNode(error, node.at, "couldn't create function: ");
    }
  }

  #arguments(node: CallNode, { parameters }: OttlFunction): Record<string, unknown> {
    const names = Object.keys(parameters);
    const required = names.filter((name) => !parameters[name]!.isOptional).length;
    const given = node.arguments;
    if (given.length < required || given.length > names.length) {
      throw new OttlSyntaxError(
        `incorrect number of arguments to ${node.name}(${signature(parameters)}). Expected: ${names.length} Received: ${given.length}`,
        node.at,
      );
    }
    const values: Record<string, unknown> = {};
    let seenNamed = false;
    for (const [position, argument] of given.entries()) {
      if (argument.name === undefined && seenNamed) {
        throw new OttlSyntaxError("unnamed argument used after named argument", argument.at);
      }
      seenNamed ||= argument.name !== undefined;
      const name = argument.name === undefined ? names[position]! : nameAmong(names, argument.name);
      const parameter: Parameter<unknown> | undefined = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
      if (parameter === undefined) {
        const hint = didYouMean(name, names) ?? `known: ${names.join(", ")}`;
        throw new OttlSyntaxError(`no such parameter: ${name}, ${hint}`, argument.at);
      }
      if (Object.hasOwn(values, name)) throw new OttlSyntaxError(`parameter ${name} is given twice`, argument.at);
      try {
        values[name] = parameter.compile(this, argument.value);
      } catch (error) {
        throw atNode(error, argument.value.at, `invalid argument ${name} of ${node.name}: `);
      }
    }
    const missing = names.find((name) => !parameters[name]!.isOptional && !Object.hasOwn(values, name));
    if (missing !== undefined) throw new OttlSyntaxError(`parameter ${missing} of ${node.name} is missing`, node.at);
    return values;
  }

  #converter(node: CallNode): Expression {
    const run = this.call(node);
    if (node.keys.length === 0) return { get: run };
    const keys = node.keys.map((key) => this.value(key));
    return { get: (cursor) => readConverterKeys(cursor, run(cursor), keys) };
  }

  #enum(name: string, at: number): bigint {
    const { enums, name: context } = this.#options.context;
    const number = Object.hasOwn(enums, name) ? enums[name] : undefined;
    if (number !== undefined) return BigInt(number);
    const hint = didYouMean(name, Object.keys(enums));
    const isFunction = this.#options.functions.has(name);
    const advice = isFunction ? "a converter is called with parentheses" : hint;
    throw new OttlSyntaxError(
      `enum symbol, ${name}, not found in the ${context} context${advice === undefined ? "" : `, ${advice}`}`,
      at,
    );
  }

  #list(items: readonly Node[]): Expression {
    const elements = items.map((item) => this.value(item));
    if (elements.every((element) => element.literal !== undefined)) {
      return literal<Value>(elements.map((element) => element.literal!.value));
    }
    return { get: (cursor) => elements.map((element) => element.get(cursor)) };
  }

  #map(entries: readonly MapEntry[]): Expression {
    const pairs = entries.map(({ key, value }) => [this.value(key), this.value(value)] as const);
    const get = (cursor: Cursor): Value =>
      new Map(pairs.map(([key, value]) => [mapKey(key.get(cursor)), value.get(cursor)]));
    if (pairs.every((pair) => pair.every((part) => part.literal !== undefined))) {
      return literal<Value>(new Map(pairs.map(([key, value]) => [mapKey(key.literal!.value), value.literal!.value])));
    }
    return { get };
  }

  #math(node: Node & { readonly type: "math" }): Expression {
    const left = this.value(node.left);
    const right = this.value(node.right);
    const { operator } = node;
    return { get: (cursor) => calculate(left.get(cursor), operator, right.get(cursor)) };
  }
}

function mapKey(value: Value): string {
  if (typeof value === "string") return value;
  throw new OttlError(
    value === null
      ? "map key expression returned nil, expected a string"
      : `map key must evaluate to a string, got ${typeName(value)}`,
  );
}

/** Left to right, no further than needed; what is constant is settled now. */
function joined(isOr: boolean, operands: readonly Expression<boolean>[]): Expression<boolean> {
  const rest: Expression<boolean>[] = [];
  for (const operand of operands) {
    if (operand.literal === undefined) rest.push(operand);
    else if (operand.literal.value === isOr) return literal(isOr);
  }
  if (rest.length === 0) return literal(!isOr);
  if (rest.length === 1) return rest[0]!;
  return {
    get: (cursor) => {
      for (const operand of rest) if (operand.get(cursor) === isOr) return isOr;
      return !isOr;
    },
  };
}

function withoutCase(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** `sourceIP` is `source_ip`: the Collector knows parameters by the names of fields. */
function nameAmong(names: readonly string[], name: string): string {
  return names.includes(name) ? name : (names.find((one) => withoutCase(one) === withoutCase(name)) ?? name);
}

function signature(parameters: OttlFunction["parameters"]): string {
  return Object.entries(parameters)
    .map(([name, { isOptional }]) => (isOptional ? `${name}?` : name))
    .join(", ");
}

/** An error of evaluating a constant is one of the text. */
function atNode(error: unknown, at: number, prefix: string): unknown {
  return error instanceof OttlError ? new OttlSyntaxError(`${prefix}${error.message}`, at, { cause: error }) : error;
}
