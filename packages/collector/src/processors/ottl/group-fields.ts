import { z } from "zod";
import { Expanded, typeName } from "../../config/config-value.ts";
import { list, section, text } from "../../config/fields.ts";
import { type ContextName, contexts, type ErrorMode, errorModes } from "../../ottl/index.ts";

/** Texts about one context, as a configuration groups them. */
export interface Group {
  /** To be inferred if it is left out. */
  readonly context: ContextName | undefined;
  readonly conditions: readonly string[];
  readonly statements: readonly string[];
  readonly errorMode: ErrorMode | undefined;
}

const isText = (value: unknown): boolean => typeof value === "string" || value instanceof Expanded;

function named<Name extends string>(what: string, names: readonly Name[]): z.ZodType<Name | undefined> {
  return text().transform((written, context) => {
    const name = written?.toLowerCase();
    if (name === undefined || name === "") return undefined;
    const found = names.find((one) => one === name);
    if (found !== undefined) return found;
    context.addIssue({ code: "custom", message: `unknown ${what} ${name}: must be one of ${names.join(", ")}` });
    return z.NEVER;
  });
}

/** What becomes of errors; `undefined` if nothing is said. */
export function errorModeField(): z.ZodType<ErrorMode | undefined> {
  return named("error mode", errorModes);
}

const contextNames = Object.keys(contexts) as ContextName[];

/**
 * Texts in groups, or, in short, a list of texts that is one group. `item` is what a group's texts are: statements, which may have conditions before them, or
 * conditions alone.
 */
export function groupsField(item: "statements" | "conditions"): z.ZodType<readonly Group[]> {
  const shape = { context: named("context", contextNames), conditions: list(text("")), error_mode: errorModeField() };
  const group =
    item === "statements"
      ? section({ ...shape, statements: list(text("")) })
      : section(shape).transform((one) => ({ ...one, statements: [] }));
  const groups = z.array(group, {
    error: ({ input }) => `expected type 'slice', got unconvertible type '${typeName(input)}'`,
  });
  return z
    .unknown()
    .optional()
    .transform((value, context) => {
      if (value === undefined || value === null) return [];
      if (!Array.isArray(value)) return value;
      const texts = value.filter(isText).length;
      if (texts === 0) return value as unknown;
      if (texts === value.length) return [{ [item]: value }];
      const message =
        "configuring multiple configuration styles is not supported, please use only Basic configuration or only Advanced configuration";
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    })
    .pipe(groups)
    .transform((all) => all.map(({ error_mode: errorMode, ...rest }): Group => ({ ...rest, errorMode })));
}
