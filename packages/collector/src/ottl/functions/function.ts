import type { Compiler } from "../compile/compiler.ts";
import type { Cursor } from "../cursor.ts";
import type { Expression } from "../expression.ts";
import type { Node } from "../syntax/ast.ts";
import type { Value } from "../values/value.ts";

/** What an argument may be, and what the function gets of it. */
export interface Parameter<Result> {
  readonly isOptional: boolean;
  /** @throws {OttlSyntaxError} for an argument that cannot be one. */
  readonly compile: (compiler: Compiler, argument: Node) => Result;
  /** Of a parameter that takes any expression of its type. */
  readonly from?: (expression: Expression) => Result;
}

/** In the order arguments without names come in. */
export type ParameterTable = Readonly<Record<string, Parameter<unknown>>>;

export type ArgumentsOf<Parameters extends ParameterTable> = {
  readonly [Name in keyof Parameters]: Parameters[Name] extends Parameter<infer Result> ? Result : never;
};

export type Run = (cursor: Cursor) => Value;

/** An editor (lower case), which changes something, or a converter (upper case), which gives a value. */
export interface OttlFunction {
  readonly name: string;
  readonly parameters: ParameterTable;
  /** @throws {OttlError} for arguments that do not go together. */
  readonly create: (values: Readonly<Record<string, unknown>>) => Run;
}

export function define<Parameters extends ParameterTable>(
  name: string,
  parameters: Parameters,
  create: (values: ArgumentsOf<Parameters>) => Run,
): OttlFunction {
  return { name, parameters, create: create as OttlFunction["create"] };
}

export type FunctionTable = ReadonlyMap<string, OttlFunction>;

export function functionTable(...lists: readonly (readonly OttlFunction[])[]): FunctionTable {
  return new Map(lists.flat().map((one) => [one.name, one]));
}
