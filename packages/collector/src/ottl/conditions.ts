import type { CompilerOptions } from "./compile/compiler.ts";
import { type ContextName, contexts } from "./contexts.ts";
import type { Cursor } from "./cursor.ts";
import { type ErrorMode, handleError, type OnError } from "./error-mode.ts";
import type { OttlFunction } from "./functions/function.ts";
import { conditionFunctions } from "./functions/standard.ts";
import { compileCondition } from "./statement.ts";

export interface ConditionsOptions {
  readonly context: ContextName;
  readonly errorMode: ErrorMode;
  readonly onError: OnError;
  /** Functions besides the standard ones. */
  readonly functions?: readonly OttlFunction[];
  /** Whether paths without a context's name belong to the context; true if left out. */
  readonly allowBarePaths?: boolean;
}

/** For conditions on their own: converters, no editors. */
export function conditionOptions(
  context: ContextName,
  functions: readonly OttlFunction[] = [],
  allowBarePaths = true,
): CompilerOptions {
  return { context: contexts[context], functions: conditionFunctions(context, functions), allowBarePaths };
}

/**
 * Whether any of the conditions holds for the item the cursor is at; with none, none does. One that fails counts as not holding, unless errors propagate.
 * @throws {OttlParseError} for a text that is no condition; what it gives throws under `propagate` only
 */
export function compileConditions(
  texts: readonly string[],
  { context, errorMode, onError, functions, allowBarePaths }: ConditionsOptions,
): (cursor: Cursor) => boolean {
  const options = conditionOptions(context, functions, allowBarePaths);
  const conditions = texts.map((text) => compileCondition(text, options));
  return (cursor) => {
    for (const { text, holds } of conditions) {
      try {
        if (holds(cursor)) return true;
      } catch (error) {
        handleError(errorMode, text, error, onError);
      }
    }
    return false;
  };
}
