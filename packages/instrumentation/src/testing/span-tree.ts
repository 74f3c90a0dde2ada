import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** The tree of spans, children in the order they began: `name(child, child)`. */
export function spanTree(spans: readonly ReadableSpan[], parent?: ReadableSpan): string {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  return spans
    .filter(({ parentSpanContext }) =>
      parent === undefined
        ? parentSpanContext === undefined || !ids.has(parentSpanContext.spanId)
        : parentSpanContext?.spanId === parent.spanContext().spanId,
    )
    .toSorted((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1])
    .map((span) => {
      const below = spanTree(spans, span);
      return below === "" ? span.name : `${span.name}(${below})`;
    })
    .join(", ");
}
