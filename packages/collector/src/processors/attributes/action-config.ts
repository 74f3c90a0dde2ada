import type { ConfigValue } from "../../config/config-value.ts";
import { anything, section, text } from "../../config/fields.ts";
import { Regex } from "../../ottl/text/regex.ts";

export const actionFields = section({
  key: text(""),
  action: text(""),
  value: anything(),
  default_value: anything(),
  pattern: text(""),
  from_attribute: text(""),
  from_context: text(""),
  converted_type: text(""),
});

export interface ActionConfig {
  readonly key: string;
  readonly action: string;
  readonly value: ConfigValue;
  readonly default_value: ConfigValue;
  readonly pattern: string;
  readonly from_attribute: string;
  readonly from_context: string;
  readonly converted_type: string;
}

const setting = ["insert", "update", "upsert"];
const known = [...setting, "delete", "hash", "extract", "convert"];
const convertible = ["string", "int", "double"];

/** What is wrong with the actions of a configuration, in words. */
export function actionProblems(actions: readonly ActionConfig[]): readonly string[] {
  return actions.flatMap((action, index) => {
    const problem = problemOf(action);
    if (problem === undefined) return [];
    return [`error with key ${JSON.stringify(action.key)} (${index}-th action): ${problem}`];
  });
}

function problemOf(action: ActionConfig): string | undefined {
  const { key, pattern } = action;
  const name = action.action.toLowerCase();
  if (!known.includes(name))
    return `unsupported action ${JSON.stringify(action.action)}: must be one of ${known.join(", ")}`;
  const byPattern = name === "delete" || name === "hash";
  if (key === "" && !(byPattern && pattern !== "")) {
    return byPattern ? 'at least one of "key" and "pattern" has to be used' : 'missing required field "key"';
  }
  return unused(action, name) ?? missing(action, name);
}

/** A field that the action has no use for. */
function unused(action: ActionConfig, name: string): string | undefined {
  const isSetting = setting.includes(name);
  const given = [
    ...(action.value === null || isSetting ? [] : ["value"]),
    ...(action.from_attribute === "" || isSetting ? [] : ["from_attribute"]),
    ...(action.from_context === "" || isSetting ? [] : ["from_context"]),
    ...(action.default_value === null || isSetting ? [] : ["default_value"]),
    ...(action.pattern === "" || ["delete", "hash", "extract"].includes(name) ? [] : ["pattern"]),
    ...(action.converted_type === "" || name === "convert" ? [] : ["converted_type"]),
  ];
  return given.length === 0 ? undefined : `action "${name}" does not use the "${given[0]}" field`;
}

function missing(action: ActionConfig, name: string): string | undefined {
  const { value, from_attribute: fromAttribute, from_context: fromContext, pattern, converted_type: type } = action;
  if (setting.includes(name)) {
    const sources = Number(value !== null) + Number(fromAttribute !== "") + Number(fromContext !== "");
    if (sources > 1) return "multiple value sources are set";
    if (sources === 0 && action.default_value === null) {
      return 'either field "value", "from_attribute", "from_context" or "default_value" must be specified';
    }
  }
  if (name === "convert" && !convertible.includes(type)) {
    return type === ""
      ? 'missing required field "converted_type" for action "convert"'
      : `invalid value ${JSON.stringify(type)} in field "converted_type": must be one of ${convertible.join(", ")}`;
  }
  return patternProblem(name, pattern);
}

function patternProblem(name: string, pattern: string): string | undefined {
  if (pattern === "") return name === "extract" ? 'missing required field "pattern" for action "extract"' : undefined;
  try {
    const { names, groupCount } = new Regex(name, pattern);
    if (name !== "extract") return undefined;
    if (names.length === 0) return 'field "pattern" contains no named matcher groups';
    return names.length < groupCount ? 'field "pattern" contains at least one unnamed matcher group' : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
