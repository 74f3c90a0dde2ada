import type { AttributeValue, SpanDetail } from "@genscope/server/contract";
import { adjustedCount, parseOtTraceState } from "@genscope/semconv/sampling";

/** Why a span is here though not every trace is kept, as samplers have recorded it. */
export interface SamplingNote {
  readonly policy: string | undefined;
  /** Of a composite policy, which of its policies. */
  readonly subPolicy: string | undefined;
  /** For how many traces like its own it stands; undefined if nobody said. */
  readonly standsFor: number | undefined;
  /** It came when its trace had been decided. */
  readonly isLate: boolean;
}

/** What tail and head samplers have recorded; undefined if nothing. */
export function samplingNote({
  scope,
  traceState,
}: Pick<SpanDetail, "scope" | "traceState">): SamplingNote | undefined {
  const recorded = new Map(scope.attributes.map(({ key, value }) => [key, value]));
  const policy = textOf(recorded.get("tailsampling.policy"));
  const member = traceState
    .split(",")
    .map((one) => one.trim())
    .find((one) => one.startsWith("ot="));
  const { threshold } = parseOtTraceState(member?.slice("ot=".length));
  if (policy === undefined && threshold === undefined) return undefined;
  const late = recorded.get("tailsampling.cached_decision");
  return {
    policy,
    subPolicy: textOf(recorded.get("tailsampling.composite_policy")),
    standsFor: threshold === undefined ? countOf(recorded.get("tailsampling.probability")) : adjustedCount(threshold),
    isLate: late !== undefined && "boolValue" in late && late.boolValue,
  };
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return value !== undefined && "stringValue" in value ? value.stringValue : undefined;
}

function countOf(probability: AttributeValue | undefined): number | undefined {
  const share = probability !== undefined && "doubleValue" in probability ? Number(probability.doubleValue) : 0;
  return share > 0 && share <= 1 ? 1 / share : undefined;
}
