/**
 * OTTL for whoever needs it. Texts are compiled once, for a context; what comes of it is called with a {@link Cursor} that stands on an item of a batch:
 * `new Cursor(batch)` and {@link eachItem}, or its rows set by hand.
 *
 * @example
 * ```ts
 * const keeps = compileConditions(['attributes["gen_ai.usage.input_tokens"] > 1000'], { context: "span", errorMode, onError });
 * const cursor = new Cursor({ signal: "traces", view, edits: new Edits() });
 * eachItem("span", cursor, () => keeps(cursor) && …);
 * ```
 */
export { compileConditions, conditionOptions, type ConditionsOptions } from "./conditions.ts";
export { type ContextName, contexts, type OttlContext } from "./contexts.ts";
export { Cursor } from "./cursor.ts";
export { eachItem } from "./each-item.ts";
export { createErrorReport, type ErrorMode, errorModes, handleError, type OnError } from "./error-mode.ts";
export { define, type FunctionTable, functionTable, type OttlFunction } from "./functions/function.ts";
export { conditionFunctions, statementFunctions } from "./functions/standard.ts";
export { OttlError } from "./ottl-error.ts";
export {
  compileCondition,
  compileStatement,
  compileValueExpression,
  type Condition,
  OttlParseError,
  type Statement,
} from "./statement.ts";
export { parseProblems } from "./parse-problems.ts";
export {
  Duration,
  Id,
  isList,
  isMap,
  Native,
  Time,
  type Value,
  type ValueList,
  type ValueMap,
} from "./values/value.ts";
