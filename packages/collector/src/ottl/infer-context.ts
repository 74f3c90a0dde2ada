import { type ContextName, contextNamed, contexts, inferenceOrder } from "./contexts.ts";
import type { FunctionTable } from "./functions/function.ts";
import type { Node } from "./syntax/ast.ts";
import { walk } from "./syntax/ast.ts";
import { parseCondition, parseStatement } from "./syntax/parse.ts";
import { OttlParseError, withPlace } from "./statement.ts";

export interface InferenceInput {
  readonly statements?: readonly string[];
  readonly conditions?: readonly string[];
  /** Contexts that the signal has. */
  readonly candidates: readonly ContextName[];
  readonly functionsOf: (context: ContextName) => FunctionTable;
}

interface Hints {
  readonly prefixes: Set<string>;
  readonly functions: Set<string>;
  readonly enums: Set<string>;
}

function addHints(node: Node, { prefixes, functions, enums }: Hints): void {
  walk(node, (one) => {
    if (one.type === "call") functions.add(one.name);
    else if (one.type === "enum") enums.add(one.name);
    else if (one.type === "path" && one.segments.length > 1) prefixes.add(one.segments[0]!.name);
  });
}

/**
 * The context that texts with prefixed paths are about: the innermost one that a path names, or, where that one lacks a function or enum they use, the first
 * below it that has them all.
 * @throws {OttlParseError}
 */
export function inferContext({
  statements = [],
  conditions = [],
  candidates,
  functionsOf,
}: InferenceInput): ContextName {
  const hints: Hints = { prefixes: new Set(), functions: new Set(), enums: new Set() };
  for (const text of statements) {
    const { editor, where } = withPlace("statement", text, () => parseStatement(text));
    addHints(editor, hints);
    if (where !== undefined) addHints(where, hints);
  }
  for (const text of conditions)
    addHints(
      withPlace("condition", text, () => parseCondition(text)),
      hints,
    );
  const quoted = [...statements, ...conditions].map((text) => JSON.stringify(text)).join(", ");
  const named = inferenceOrder.find((prefix) => hints.prefixes.has(prefix));
  const inferred = named === undefined ? undefined : contextNamed(named);
  if (inferred === undefined) {
    throw new OttlParseError(
      `unable to infer a context from ${quoted}: paths must start with one of ${candidates.join(", ")}, or the context be given`,
    );
  }
  const lack = (context: ContextName): string | undefined => {
    if (!candidates.includes(context)) return `context "${context}" is none of this signal's: ${candidates.join(", ")}`;
    const table = functionsOf(context);
    for (const name of hints.functions) if (!table.has(name)) return `context "${context}" has no function "${name}"`;
    for (const name of hints.enums) {
      if (!Object.hasOwn(contexts[context].enums, name)) return `context "${context}" has no enum symbol "${name}"`;
    }
    return undefined;
  };
  const problem = lack(inferred);
  if (problem === undefined) return inferred;
  const isBelow = (context: ContextName): boolean =>
    context !== inferred && Object.hasOwn(contexts[context].paths, inferred) && lack(context) === undefined;
  const below = inferenceOrder.map((name) => contextNamed(name)!).find(isBelow);
  if (below !== undefined) return below;
  // a function or enum that no context has: compiling says so with its place
  if (candidates.includes(inferred) && candidates.every((context) => lack(context) !== undefined)) return inferred;
  throw new OttlParseError(`unable to infer a context from ${quoted}: ${problem}`);
}
