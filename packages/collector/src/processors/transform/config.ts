import type { z } from "zod";
import { type ComponentType, type PipelineSignal, signals } from "../../components.ts";
import { section } from "../../config/fields.ts";
import type { ErrorMode, OnError } from "../../ottl/index.ts";
import { parseProblems } from "../../ottl/index.ts";
import { type CompiledGroup, compileGroup } from "../ottl/compile-group.ts";
import { errorModeField, type Group, groupsField } from "../ottl/group-fields.ts";
import type { Outcomes } from "../ottl/outcomes.ts";
import { transformFunctions } from "./functions.ts";

const schema = section({
  error_mode: errorModeField(),
  trace_statements: groupsField("statements"),
  metric_statements: groupsField("statements"),
  log_statements: groupsField("statements"),
});

export type TransformConfig = z.output<typeof schema>;

export const defaultErrorMode: ErrorMode = "ignore";

function groupsOf(config: TransformConfig): Readonly<Record<PipelineSignal, readonly Group[]>> {
  return { traces: config.trace_statements, metrics: config.metric_statements, logs: config.log_statements };
}

/** The groups of a signal, in their order. @throws {OttlParseError} */
export function compileGroups(
  config: TransformConfig,
  signal: PipelineSignal,
  onError: OnError,
  outcomesOf: (statement: string) => Outcomes,
): readonly CompiledGroup[] {
  const errorMode = config.error_mode ?? defaultErrorMode;
  const options = { signal, errorMode, onError, outcomesOf, functionsOf: transformFunctions };
  return groupsOf(config)[signal].map((group) => compileGroup(group, options));
}

function check(checked: unknown): readonly string[] {
  const config = checked as TransformConfig;
  const errorMode = config.error_mode ?? defaultErrorMode;
  return signals.flatMap((signal) => {
    const options = { signal, errorMode, onError: () => {}, functionsOf: transformFunctions };
    return parseProblems(...groupsOf(config)[signal].map((group) => () => compileGroup(group, options)));
  });
}

/** Statements in OTTL, carried out on everything that passes. */
export const transformComponent: ComponentType = {
  kind: "processors",
  type: "transform",
  signals,
  differs: {
    "": "[OTTL](ottl.md) has what differs in the language.",
    flatten_data: "behind a feature gate there",
    profile_statements: "profiles are not a signal here",
    "log_statements[].shared_cache": "experimental there; here a cache is the item's",
    "metric_statements[].shared_cache": "experimental there; here a cache is the item's",
    "trace_statements[].shared_cache": "experimental there; here a cache is the item's",
  },
  config: schema,
  check,
};
