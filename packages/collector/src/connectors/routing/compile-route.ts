import {
  compileCondition,
  compileStatement,
  conditionOptions,
  type ContextName,
  contexts,
  type Cursor,
} from "../../ottl/index.ts";
import { define, functionTable, OttlParseError } from "../../ottl/index.ts";

export interface RouteRule {
  readonly context: ContextName | "request";
  readonly condition: string;
  /** `route() where …`, an older way to say the same. */
  readonly statement: string;
}

const routeFunction = define("route", {}, () => () => null);

/** Whether the item at the cursor takes the route. @throws {OttlParseError} */
export function compileRoute({ context, condition, statement }: RouteRule): {
  readonly context: ContextName;
  readonly text: string;
  readonly holds: (cursor: Cursor) => boolean;
} {
  if (context === "request") throw new OttlParseError("invalid context: request");
  const options = conditionOptions(context);
  if (statement === "") return { context, ...compileCondition(condition, options) };
  const functions = functionTable([...options.functions.values(), routeFunction]);
  const { text, run } = compileStatement(statement, { ...options, context: contexts[context], functions });
  return { context, text, holds: run };
}
