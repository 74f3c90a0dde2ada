import { type ConfigValue, Expanded } from "../../config/config-value.ts";
import type { AttributeMatch, MatchProperties } from "./match-properties.ts";

type Item = "span" | "log" | "metric";

/** A value as OTTL writes it. */
function literalOf(value: ConfigValue): string {
  if (value === null) return "nil";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(20).replace(/0+$/u, "0");
  if (Array.isArray(value)) return `[${value.map(literalOf).join(", ")}]`;
  if (value instanceof Expanded) return literalOf(value.value);
  if (typeof value !== "object") return String(value);
  return `{${Object.entries(value)
    .map(([key, element]) => `${JSON.stringify(key)}: ${literalOf(element)}`)
    .join(", ")}}`;
}

const anyOf = (conditions: readonly string[]): string => `(${conditions.join(" or ")})`;

/** The condition in OTTL that holds for an item with these properties; undefined if they ask for nothing. */
export function matchCondition(properties: MatchProperties, item: Item): string | undefined {
  const isRegex = properties.match_type === "regexp";
  const matches = (path: string, value: ConfigValue): string =>
    isRegex ? `IsMatch(${path}, ${literalOf(value)})` : `${path} == ${literalOf(value)}`;
  const oneOf = (path: string, values: readonly string[] = []): string[] =>
    values.length === 0 ? [] : [anyOf(values.map((value) => matches(path, value)))];
  const attributes = (of: string, wanted: readonly AttributeMatch[] = []): string[] =>
    wanted.map(({ key, value }) => {
      const path = `${of}.attributes[${JSON.stringify(key)}]`;
      return value === null ? `${path} != nil` : `${path} != nil and ${matches(path, value)}`;
    });
  const libraries = (properties.libraries ?? []).map(({ name, version }) =>
    version === undefined
      ? matches("scope.name", name)
      : `${matches("scope.name", name)} and ${matches("scope.version", version)}`,
  );
  const conditions = [
    ...oneOf('resource.attributes["service.name"]', properties.services),
    ...oneOf("span.name", properties.span_names),
    ...oneOf("span.kind.deprecated_string", properties.span_kinds),
    ...oneOf("metric.name", properties.metric_names),
    ...oneOf("log.severity_text", properties.log_severity_texts),
    ...oneOf("log.body.string", properties.log_bodies),
    ...severityCondition(properties.log_severity_number),
    ...(libraries.length === 0 ? [] : [anyOf(libraries)]),
    ...attributes("resource", properties.resources),
    ...attributes(item, properties.attributes),
  ];
  return conditions.length === 0 ? undefined : conditions.join(" and ");
}

function severityCondition(severity: MatchProperties["log_severity_number"]): string[] {
  if (severity === undefined) return [];
  const { min, match_undefined: matchUndefined } = severity;
  const least = min === "" ? "1" : /^\d+$/u.test(min) ? min : `SEVERITY_NUMBER_${min.toUpperCase()}`;
  const isEnough = `log.severity_number >= ${least}`;
  return [matchUndefined ? `(${isEnough} or log.severity_number == SEVERITY_NUMBER_UNSPECIFIED)` : isEnough];
}
