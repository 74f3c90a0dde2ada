import type { PipelineSignal } from "../../components.ts";
import { conditionOptions } from "../../ottl/conditions.ts";
import { inferContext } from "../../ottl/infer-context.ts";
import {
  compileConditions,
  compileStatement,
  type ContextName,
  contexts,
  type Cursor,
  type ErrorMode,
  handleError,
  type OnError,
  OttlParseError,
  type OttlFunction,
  statementFunctions,
} from "../../ottl/index.ts";
import type { Group } from "./group-fields.ts";
import type { Outcomes } from "./outcomes.ts";
import { signalContexts } from "./signal-contexts.ts";

export interface GroupOptions {
  readonly signal: PipelineSignal;
  /** Where the group has none. */
  readonly errorMode: ErrorMode;
  readonly onError: OnError;
  /** Where to count what becomes of statements. */
  readonly outcomesOf?: (statement: string) => Outcomes;
  /** Functions besides the standard ones. */
  readonly functionsOf: (context: ContextName) => readonly OttlFunction[];
}

/** A group, compiled. */
export interface CompiledGroup {
  readonly context: ContextName;
  /** Carries its statements out on the item the cursor is at, in order, if one of its conditions holds or it has none. */
  readonly run: (cursor: Cursor) => void;
  /** Whether one of its conditions holds. */
  readonly holds: (cursor: Cursor) => boolean;
}

/** @throws {OttlParseError} */
export function compileGroup(group: Group, given: GroupOptions): CompiledGroup {
  const { signal, errorMode, onError, functionsOf, outcomesOf } = given;
  const candidates = signalContexts[signal];
  const hasStatements = group.statements.length > 0;
  if (group.context !== undefined && !candidates.includes(group.context)) {
    throw new OttlParseError(`context "${group.context}" is none of ${signal}: those are ${candidates.join(", ")}`);
  }
  const context =
    group.context ??
    inferContext({
      ...group,
      candidates,
      functionsOf: (name) =>
        hasStatements
          ? statementFunctions(name, functionsOf(name))
          : conditionOptions(name, functionsOf(name)).functions,
    });
  const mode = group.errorMode ?? errorMode;
  const own = functionsOf(context);
  const allowBarePaths = group.context !== undefined;
  const options = { context: contexts[context], functions: statementFunctions(context, own), allowBarePaths };
  const statements = group.statements.map((text) => ({
    ...compileStatement(text, options),
    outcomes: outcomesOf?.(text),
  }));
  const holds = compileConditions(group.conditions, {
    context,
    errorMode: mode,
    onError,
    functions: own,
    allowBarePaths,
  });
  const isAlways = group.conditions.length === 0;
  return {
    context,
    holds,
    run(cursor) {
      if (!isAlways && !holds(cursor)) return;
      for (const { text, run, outcomes } of statements) {
        const { revision } = cursor.edits;
        try {
          const ran = run(cursor);
          if (outcomes === undefined) continue;
          if (!ran) outcomes.skipped.add(1);
          else if (cursor.edits.revision === revision) outcomes.unchanged.add(1);
          else outcomes.changed.add(1);
        } catch (error) {
          outcomes?.failed.add(1);
          handleError(mode, text, error, onError);
        }
      }
    },
  };
}
