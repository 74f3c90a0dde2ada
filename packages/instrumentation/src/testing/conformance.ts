import {
  type AttributeName,
  checkEvent,
  type CheckedMetric,
  type CheckedSpan,
  checkMetric as checkMetricIn,
  checkSpan as checkSpanIn,
  type Finding,
  spanConventions,
  type SpanConventionName,
} from "@genscope/semconv/genai";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { RecordedMetric, Recorder } from "./recorder.ts";

function spanOf({ name, kind, attributes, status }: ReadableSpan): CheckedSpan {
  return {
    name,
    kind: SpanKind[kind] as CheckedSpan["kind"],
    attributes,
    failed: status.code === SpanStatusCode.ERROR,
  };
}

function metricOf({ name, unit, points }: RecordedMetric): CheckedMetric {
  const first = points[0]?.value as { buckets?: { boundaries: readonly number[] } } | number | undefined;
  const boundaries = typeof first === "object" ? first.buckets?.boundaries : undefined;
  return {
    name,
    unit,
    instrument: boundaries === undefined ? "counter" : "histogram",
    boundaries,
    points: points.map(({ attributes }) => attributes),
  };
}

/** The lists of well-known values are open: a value outside them is no fault. */
function isFault({ message }: Finding): boolean {
  return !message.endsWith("is not among the well-known values");
}

/** Findings in words. */
function inWords(findings: readonly Finding[]): string[] {
  return findings.filter(isFault).map(({ subject, message }) => `${subject} ${message}`);
}

/** What a span does otherwise than the pinned conventions say, in words; content may be there. */
export function checkSpan(span: ReadableSpan): readonly string[] {
  const problems = inWords(checkSpanIn(spanOf(span), { content: true }).findings);
  if (span.status.code === SpanStatusCode.OK) problems.push("the status is OK, which is for applications to say");
  return problems;
}

/** As {@link checkSpan}, for a metric and its attributes. */
export function checkMetric(metric: RecordedMetric): readonly string[] {
  return inWords(checkMetricIn(metricOf(metric)));
}

/** What the conventions say of everything a program's instrumentation emitted. */
export interface Conformance {
  /** By kind of span: the attributes seen on any of them, and how many the conventions name. */
  readonly spans: ReadonlyMap<
    SpanConventionName,
    { readonly recorded: ReadonlySet<AttributeName>; readonly of: number }
  >;
  /** Who answered the calls of models. */
  readonly providers: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
  readonly metrics: ReadonlySet<string>;
  /** Each once: `what: subject message`. */
  readonly violations: readonly string[];
  readonly advice: readonly string[];
}

/** Names of the template of prompt variables and of one provider's own are not counted: the figures compare libraries. */
function isCounted(name: string): boolean {
  return !/^(?:openai|aws)\./u.test(name);
}

/** Holds everything recorded against the pinned conventions. `content`: whether its capture was switched on. */
export async function checkRecorded(recorder: Recorder, content: boolean): Promise<Conformance> {
  const spans = new Map<SpanConventionName, { recorded: Set<AttributeName>; of: number }>();
  const providers = new Set<string>();
  const violations = new Set<string>();
  const advice = new Set<string>();
  const note = (what: string, findings: readonly Finding[]): void => {
    for (const { level, subject, message } of findings.filter(isFault))
      (level === "violation" ? violations : advice).add(`${what}: ${subject} ${message}`);
  };
  for (const span of recorder.spans) {
    const { convention, findings, recorded } = checkSpanIn(spanOf(span), { content });
    note(convention ?? "other span", findings);
    if (convention === undefined) continue;
    const provider = span.attributes["gen_ai.provider.name"];
    if (/^(?:inference|embeddings)$/u.test(convention) && typeof provider === "string") providers.add(provider);
    const names = Object.keys(spanConventions[convention].attributes).filter(isCounted);
    const known = spans.get(convention) ?? { recorded: new Set(), of: names.length };
    spans.set(convention, known);
    for (const one of recorded) if (isCounted(one)) known.recorded.add(one);
  }
  for (const { eventName = "", attributes, severityNumber } of recorder.logs)
    note(eventName, checkEvent({ name: eventName, attributes, severityNumber }));
  const metrics = await recorder.metrics();
  for (const metric of metrics) note(metric.name, checkMetricIn(metricOf(metric)));
  return {
    spans,
    providers,
    events: new Set(recorder.logs.flatMap(({ eventName }) => (eventName === undefined ? [] : [eventName]))),
    metrics: new Set(metrics.map(({ name }) => name)),
    violations: [...violations].toSorted(),
    advice: [...advice].toSorted(),
  };
}
