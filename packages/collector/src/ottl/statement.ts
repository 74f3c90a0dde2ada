import { Compiler, type CompilerOptions } from "./compile/compiler.ts";
import type { Cursor } from "./cursor.ts";
import { parseCondition, parseStatement, parseValueExpression } from "./syntax/parse.ts";
import { describeSyntaxError, OttlSyntaxError, type SyntaxKind } from "./syntax/syntax-error.ts";
import type { Value } from "./values/value.ts";

/** A text that cannot be compiled; the message has the place with a caret. */
export class OttlParseError extends Error {
  override readonly name = "OttlParseError";
}

/** A statement, compiled. */
export interface Statement {
  readonly text: string;
  /** Carries it out on the item the cursor is at. False if its condition did not hold. @throws {OttlError} */
  readonly run: (cursor: Cursor) => boolean;
}

export interface Condition {
  readonly text: string;
  /** @throws {OttlError} */
  readonly holds: (cursor: Cursor) => boolean;
}

/** Does `work` on a text, and says where it is wrong. @throws {OttlParseError} */
export function withPlace<Result>(kind: SyntaxKind, text: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OttlSyntaxError)) throw error;
    throw new OttlParseError(
      `unable to parse OTTL ${kind} ${JSON.stringify(text)}: ${describeSyntaxError(kind, text, error)}`,
      {
        cause: error,
      },
    );
  }
}

/** @throws {OttlParseError} */
export function compileStatement(text: string, options: CompilerOptions): Statement {
  return withPlace("statement", text, () => {
    const { editor, where } = parseStatement(text);
    const compiler = new Compiler(options);
    const run = compiler.call(editor);
    const condition = where === undefined ? undefined : compiler.condition(where);
    if (condition === undefined || condition.literal?.value === true) {
      return { text, run: (cursor) => (run(cursor), true) };
    }
    const { get } = condition;
    return {
      text,
      run: (cursor) => {
        if (!get(cursor)) return false;
        run(cursor);
        return true;
      },
    };
  });
}

/** @throws {OttlParseError} */
export function compileCondition(text: string, options: CompilerOptions): Condition {
  return withPlace("condition", text, () => ({
    text,
    holds: new Compiler(options).condition(parseCondition(text)).get,
  }));
}

/** @throws {OttlParseError} */
export function compileValueExpression(text: string, options: CompilerOptions): (cursor: Cursor) => Value {
  return withPlace("expression", text, () => new Compiler(options).value(parseValueExpression(text)).get);
}
