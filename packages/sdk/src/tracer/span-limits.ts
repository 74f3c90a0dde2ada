import { type Env, readNumber } from "../setup/read-env.ts";

/** How much one span may carry. Source: OpenTelemetry specification, "Span Limits". */
export interface SpanLimits {
  readonly attributes: number;
  /** Characters of a text; longer ones are cut. */
  readonly valueLength: number;
  readonly events: number;
  readonly links: number;
  readonly attributesPerEvent: number;
  readonly attributesPerLink: number;
}

/** The limits that `OTEL_SPAN_*` and `OTEL_ATTRIBUTE_*` set, else the specification's own. */
export function readSpanLimits(env: Env): SpanLimits {
  const read = (fallback: number, ...names: readonly string[]): number => {
    for (const name of names) {
      const value = readNumber(env, name);
      if (value !== undefined) return value;
    }
    return fallback;
  };
  return {
    attributes: read(128, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"),
    valueLength: read(Infinity, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"),
    events: read(128, "OTEL_SPAN_EVENT_COUNT_LIMIT"),
    links: read(128, "OTEL_SPAN_LINK_COUNT_LIMIT"),
    attributesPerEvent: read(128, "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"),
    attributesPerLink: read(128, "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"),
  };
}
