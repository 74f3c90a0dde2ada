import { type AttributeName, attributeTypes, hasAttributeType } from "./attributes.ts";
import { contentAttributes, eventConventions } from "./events.ts";
import { type MetricConvention, metricConventions } from "./metrics.ts";
import {
  genAiSpanName,
  type Requirements,
  type SpanConvention,
  type SpanConventionName,
  spanConventions,
} from "./spans.ts";
import { wellKnownValues } from "./values.ts";
import { conventions } from "./versions.ts";

/** Something that telemetry does otherwise than the pinned conventions say: against a MUST, or short of a SHOULD. */
export interface Finding {
  readonly level: "violation" | "advice";
  /** The attribute, or `name`, `kind`, `unit` … */
  readonly subject: string;
  readonly message: string;
}

export type CheckedAttributes = Readonly<Record<string, unknown>>;

export interface CheckedSpan {
  readonly name: string;
  readonly kind: "INTERNAL" | "SERVER" | "CLIENT" | "PRODUCER" | "CONSUMER";
  readonly attributes: CheckedAttributes;
  /** Whether its status is that of a failure. */
  readonly failed: boolean;
}

export interface CheckedMetric {
  readonly name: string;
  readonly unit: string;
  readonly instrument: "histogram" | "counter";
  readonly boundaries?: readonly number[] | undefined;
  /** Of each of its points. */
  readonly points: readonly CheckedAttributes[];
}

export interface CheckOptions {
  /** Whether what people and models said may be among the attributes. */
  readonly content?: boolean;
}

/** What was found of one span. */
export interface SpanCheck {
  /** The kind of span it was held against; undefined for one that the GenAI conventions do not speak of. */
  readonly convention: SpanConventionName | undefined;
  readonly findings: readonly Finding[];
  /** Attributes of the convention that it has. */
  readonly recorded: readonly AttributeName[];
}

/** Names of older versions, by what to write instead; `undefined` where nothing took its place. */
const deprecated: ReadonlyMap<string, string | undefined> = new Map([
  ...Object.values(conventions).flatMap(({ renames }) =>
    Object.entries(renames).flatMap(([now, then]): [string, string][] =>
      typeof then === "string" && !(then in attributeTypes) ? [[then, now]] : [],
    ),
  ),
  ["gen_ai.usage.prompt_tokens", "gen_ai.usage.input_tokens"],
  ["gen_ai.usage.completion_tokens", "gen_ai.usage.output_tokens"],
  ["gen_ai.prompt", "gen_ai.input.messages"],
  ["gen_ai.completion", "gen_ai.output.messages"],
]);

/** Where the conventions have a word in names: others' attributes are no concern of theirs. */
const ownNames = /^(?:gen_ai|openai|mcp)\./;
const promptVariable = "gen_ai.prompt.variable.";

/** Holds a span against the pinned conventions. */
export function checkSpan(span: CheckedSpan, options: CheckOptions = {}): SpanCheck {
  const convention = conventionOf(span);
  if (convention === undefined) return { convention, findings: checkNames(span.attributes), recorded: [] };
  const { attributes, kind, nameSuffix }: SpanConvention = spanConventions[convention];
  const findings = [
    ...checkNames(span.attributes),
    ...checkAttributes(span.attributes, attributes, options.content === true),
    ...checkFailure(span),
  ];
  if (span.kind !== kind) findings.push(violation("kind", `is ${span.kind}, not ${kind}`));
  const operation = span.attributes["gen_ai.operation.name"];
  if (typeof operation === "string" && !convention.startsWith("mcp")) {
    const suffix = nameSuffix === undefined ? undefined : span.attributes[nameSuffix];
    const name = genAiSpanName(operation, typeof suffix === "string" ? suffix : undefined);
    if (span.name !== name) findings.push(violation("name", `is "${span.name}", not "${name}"`));
  }
  const names = Object.keys(attributes) as AttributeName[];
  return { convention, findings, recorded: names.filter((name) => span.attributes[name] !== undefined) };
}

/** Holds an event (a log record with a name) against the pinned conventions. */
export function checkEvent(event: {
  readonly name: string;
  readonly attributes: CheckedAttributes;
  readonly severityNumber?: number | undefined;
}): readonly Finding[] {
  const known = Object.entries(eventConventions).find(([name]) => name === event.name)?.[1];
  if (known === undefined) {
    return event.name.startsWith("gen_ai.") ? [violation("name", `${event.name} is no event of the conventions`)] : [];
  }
  const findings = [...checkNames(event.attributes), ...checkAttributes(event.attributes, known.attributes, true)];
  const severity = "severityNumber" in known ? known.severityNumber : undefined;
  if (severity !== undefined && event.severityNumber !== severity)
    findings.push(violation("severity", `is ${event.severityNumber}, not ${severity}`));
  return findings;
}

/** Holds a metric and its points against the pinned conventions. */
export function checkMetric(metric: CheckedMetric): readonly Finding[] {
  const known: MetricConvention | undefined = Object.entries(metricConventions).find(
    ([name]) => name === metric.name,
  )?.[1];
  if (known === undefined) {
    return ownNames.test(metric.name) ? [violation("name", `${metric.name} is no metric of the conventions`)] : [];
  }
  const findings: Finding[] = [];
  if (metric.unit !== known.unit) findings.push(violation("unit", `is ${metric.unit}, not ${known.unit}`));
  if (metric.instrument !== known.instrument)
    findings.push(violation("instrument", `is a ${metric.instrument}, not a ${known.instrument}`));
  if (known.boundaries !== undefined && JSON.stringify(metric.boundaries) !== JSON.stringify(known.boundaries))
    findings.push(advice("boundaries", "are not those advised"));
  for (const point of metric.points) {
    findings.push(...checkNames(point), ...checkAttributes(point, known.attributes, false));
  }
  return findings;
}

function violation(subject: string, message: string): Finding {
  return { level: "violation", subject, message };
}

function advice(subject: string, message: string): Finding {
  return { level: "advice", subject, message };
}

function conventionOf({ kind, attributes }: CheckedSpan): SpanConventionName | undefined {
  if (attributes["mcp.method.name"] !== undefined) return kind === "SERVER" ? "mcpServer" : "mcpClient";
  const operation = attributes["gen_ai.operation.name"];
  if (typeof operation !== "string") return undefined;
  const fitting = (Object.keys(spanConventions) as SpanConventionName[]).filter((name) => {
    const { operations }: SpanConvention = spanConventions[name];
    return operations.includes(operation);
  });
  return fitting.find((name) => spanConventions[name].kind === kind) ?? fitting[0];
}

/** Names that are none of the conventions', or not any more; and values of another type. */
function checkNames(attributes: CheckedAttributes): Finding[] {
  const findings: Finding[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (deprecated.has(name)) {
      const now = deprecated.get(name);
      findings.push(violation(name, now === undefined ? "is deprecated" : `is deprecated: ${now}`));
      continue;
    }
    const type = name in attributeTypes ? attributeTypes[name as AttributeName] : undefined;
    if (type === undefined) {
      if (ownNames.test(name) && !name.startsWith(promptVariable))
        findings.push(violation(name, "is not in the conventions"));
    } else if (!hasAttributeType(type, value)) findings.push(violation(name, `is not of type ${type}`));
  }
  return findings;
}

/** What is missing, what does not belong, what is said in other words. */
function checkAttributes(attributes: CheckedAttributes, wanted: Requirements, content: boolean): Finding[] {
  const findings: Finding[] = [];
  for (const [name, level] of Object.entries(wanted)) {
    if (level === "required" && attributes[name] === undefined) findings.push(violation(name, "is required"));
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (!content && contentAttributes.some((one) => one === name))
      findings.push(violation(name, "is content, which nobody opted into"));
    if (name in attributeTypes && !(name in wanted)) findings.push(advice(name, "is not asked for here"));
    const known: readonly string[] | undefined = Object.entries(wellKnownValues).find(([key]) => key === name)?.[1];
    if (known !== undefined && typeof value === "string" && !known.includes(value))
      findings.push(advice(name, `${JSON.stringify(value)} is not among the well-known values`));
  }
  if (attributes["server.port"] !== undefined && attributes["server.address"] === undefined)
    findings.push(violation("server.port", "stands without server.address"));
  return findings;
}

function checkFailure({ failed, attributes }: CheckedSpan): Finding[] {
  const type = attributes["error.type"];
  if (failed && type === undefined) return [violation("error.type", "is required of what failed")];
  return !failed && type !== undefined ? [violation("error.type", "is set, and the status is not an error")] : [];
}
