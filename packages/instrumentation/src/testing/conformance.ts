import {
  type AttributeName,
  attributeTypes,
  hasAttributeType,
  type MetricName,
  metricConventions,
  type Requirements,
  type SpanConvention,
  spanConventions,
} from "@genscope/semconv/genai";
import { SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { RecordedMetric } from "./recorder.ts";

const kinds = ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;

/** Keys that are nobody's convention but belong to the run. */
const ownKeys = /^(?:genscope\.|user\.id$|session\.id$)/u;

/** What a span does that the pinned conventions do not allow, in words. Operations they do not know are held to no kind. */
export function checkSpan(span: ReadableSpan): readonly string[] {
  const operation = span.attributes["gen_ai.operation.name"];
  const operationName = typeof operation === "string" ? operation : "";
  const convention = Object.values<SpanConvention>(spanConventions).find(
    ({ operations, kind }) => operations.includes(operationName) && kind === kinds[span.kind],
  );
  if (convention === undefined) return checkAttributes(span.attributes);
  const problems = [...checkAttributes(span.attributes), ...checkRequired(convention.attributes, span.attributes)];
  for (const key of Object.keys(span.attributes)) {
    if (!ownKeys.test(key) && !(key in convention.attributes)) problems.push(`${key} is not of ${convention.type}`);
  }
  const suffix = convention.nameSuffix === undefined ? undefined : span.attributes[convention.nameSuffix];
  const name = typeof suffix === "string" ? `${operationName} ${suffix}` : operationName;
  if (span.name !== name) problems.push(`the name is ${span.name}, not ${name}`);
  if ((span.status.code === SpanStatusCode.ERROR) !== "error.type" in span.attributes)
    problems.push("status and error.type disagree");
  if (span.status.code === SpanStatusCode.OK) problems.push("the status is OK, which is for applications to say");
  return problems;
}

/** As {@link checkSpan}, for a metric and its attributes. */
export function checkMetric({ name, unit, points }: RecordedMetric): readonly string[] {
  const convention = metricConventions[name as MetricName];
  if (convention === undefined) return [`${name} is no metric of the conventions`];
  const problems = unit === convention.unit ? [] : [`${name}: unit ${unit}, not ${convention.unit}`];
  for (const { attributes, value } of points) {
    problems.push(...checkAttributes(attributes), ...checkRequired(convention.attributes, attributes));
    for (const key of Object.keys(attributes)) {
      if (!(key in convention.attributes)) problems.push(`${name}: ${key} is none of its attributes`);
    }
    if ("boundaries" in convention && convention.boundaries !== undefined) {
      const { buckets } = value as { buckets: { boundaries: readonly number[] } };
      if (buckets.boundaries.join() !== convention.boundaries.join()) problems.push(`${name}: other buckets`);
    }
  }
  return problems;
}

function checkAttributes(attributes: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (ownKeys.test(key)) continue;
    const type = attributeTypes[key as AttributeName];
    if (type === undefined) problems.push(`${key} is no attribute of the conventions`);
    else if (!hasAttributeType(type, value)) problems.push(`${key} is no ${type}: ${JSON.stringify(value)}`);
  }
  return problems;
}

function checkRequired(requirements: Requirements, attributes: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(requirements)
    .filter(([key, level]) => level === "required" && attributes[key] === undefined)
    .map(([key]) => `${key} is missing`);
}
