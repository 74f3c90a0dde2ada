import {
  type AttributeName,
  checkEvent,
  checkMetric,
  checkSpan,
  type Finding,
  spanConventions,
  type SpanConventionName,
} from "@genscope/semconv/genai";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Recorder } from "./recorder.ts";

/** What the conventions say of everything a program's instrumentation emitted. */
export interface Conformance {
  /** By kind of span: the attributes seen on any of them, and how many the conventions name. */
  readonly spans: ReadonlyMap<
    SpanConventionName,
    { readonly recorded: ReadonlySet<AttributeName>; readonly of: number }
  >;
  readonly events: ReadonlySet<string>;
  readonly metrics: ReadonlySet<string>;
  /** Each once: `what: subject message`. */
  readonly violations: readonly string[];
  readonly advice: readonly string[];
}

/** Names of the template of prompt variables and of one provider's own are not counted: the figures compare libraries. */
function isCounted(name: string): boolean {
  return !name.startsWith("openai.");
}

/** Holds everything recorded against the pinned conventions. `content`: whether its capture was switched on. */
export async function checkRecorded(recorder: Recorder, content: boolean): Promise<Conformance> {
  const spans = new Map<SpanConventionName, { recorded: Set<AttributeName>; of: number }>();
  const violations = new Set<string>();
  const advice = new Set<string>();
  const note = (what: string, findings: readonly Finding[]): void => {
    for (const { level, subject, message } of findings)
      (level === "violation" ? violations : advice).add(`${what}: ${subject} ${message}`);
  };
  for (const { name, kind, attributes, status } of recorder.spans) {
    const checked = {
      name,
      kind: SpanKind[kind] as "CLIENT",
      attributes,
      failed: status.code === SpanStatusCode.ERROR,
    };
    const { convention, findings, recorded } = checkSpan(checked, { content });
    note(convention ?? "other span", findings);
    if (convention === undefined) continue;
    const names = Object.keys(spanConventions[convention].attributes).filter(isCounted);
    const known = spans.get(convention) ?? { recorded: new Set(), of: names.length };
    spans.set(convention, known);
    for (const one of recorded) if (isCounted(one)) known.recorded.add(one);
  }
  for (const { eventName = "", attributes, severityNumber } of recorder.logs)
    note(eventName, checkEvent({ name: eventName, attributes, severityNumber }));
  const metrics = await recorder.metrics();
  for (const { name, unit, points } of metrics) {
    const [first] = points;
    const histogram = first?.value as { buckets?: { boundaries: number[] } } | number | undefined;
    const boundaries = typeof histogram === "object" ? histogram.buckets?.boundaries : undefined;
    note(
      name,
      checkMetric({
        name,
        unit,
        instrument: boundaries === undefined ? "counter" : "histogram",
        boundaries,
        points: points.map((point) => point.attributes),
      }),
    );
  }
  return {
    spans,
    events: new Set(recorder.logs.flatMap(({ eventName }) => (eventName === undefined ? [] : [eventName]))),
    metrics: new Set(metrics.map(({ name }) => name)),
    violations: [...violations].toSorted(),
    advice: [...advice].toSorted(),
  };
}
