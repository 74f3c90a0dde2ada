import { compileCondition, conditionOptions, type Cursor } from "../../ottl/index.ts";
import { matchCondition } from "./match-condition.ts";
import type { MatchProperties } from "./match-properties.ts";

export interface IncludeExclude {
  readonly include?: MatchProperties | undefined;
  readonly exclude?: MatchProperties | undefined;
}

function matcherOf(
  properties: MatchProperties,
  item: "span" | "log" | "metric",
): ((cursor: Cursor) => boolean) | undefined {
  const text = matchCondition(properties, item);
  if (text === undefined) return undefined;
  const { holds } = compileCondition(text, conditionOptions(item));
  return (cursor) => {
    try {
      return holds(cursor);
    } catch {
      // a value of a type that cannot match
      return false;
    }
  };
}

/**
 * Whether the item at the cursor is one of those meant: included, if that is said, and not excluded. Undefined where all are.
 * @throws {OttlParseError} for a pattern that is none
 */
export function compileMatch(
  { include, exclude }: IncludeExclude,
  item: "span" | "log" | "metric",
): ((cursor: Cursor) => boolean) | undefined {
  const included = include === undefined ? undefined : matcherOf(include, item);
  const excluded = exclude === undefined ? undefined : matcherOf(exclude, item);
  if (included === undefined && excluded === undefined) return undefined;
  return (cursor) => included?.(cursor) !== false && excluded?.(cursor) !== true;
}
