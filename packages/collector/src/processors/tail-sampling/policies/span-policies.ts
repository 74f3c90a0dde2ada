import { readString } from "@genscope/otlp";
import { type Cursor, compileConditions } from "../../../ottl/index.ts";
import { parseTraceState } from "../../../ottl/paths/trace-state.ts";
import type { SpanAt } from "../span-at.ts";
import type {
  LatencyConfig,
  OttlConditionConfig,
  SpanCountConfig,
  StatusCodeConfig,
  TraceStateConfig,
} from "./policy-config.ts";
import { anySpan, notSampled, type PolicyBody, type PolicyContext, sampled, stateless } from "./policy.ts";

/**
 * From the earliest start to the latest end. With an upper bound it is enough that the time was within the bounds when some of the spans had come, as it is in the
 * Collector.
 */
export function latency(
  { threshold_ms: low, upper_threshold_ms: high }: LatencyConfig,
  context: PolicyContext,
): PolicyBody {
  const { facts, watch } = context;
  const times = facts.times();
  if (high === 0) {
    watch(({ view, row }, slot) => times.observe(view, row, slot));
    return stateless(({ slot }) => (times.durationMs(slot) > low ? sampled : notSampled));
  }
  const flag = facts.flag();
  watch(({ view, row }, slot) => {
    times.observe(view, row, slot);
    const durationMs = times.durationMs(slot);
    if (durationMs > low && durationMs <= high) facts.set(slot, flag);
  });
  return stateless(({ slot }) => (facts.has(slot, flag) ? sampled : notSampled));
}

const statusCodes: Readonly<Record<string, number>> = { UNSET: 0, OK: 1, ERROR: 2 };

export function statusCode({ status_codes: names }: StatusCodeConfig, context: PolicyContext): PolicyBody {
  if (names.length === 0) throw new Error("expected at least one status code to filter on");
  /** By code. */
  const isWanted = [false, false, false];
  for (const name of names) {
    const code = Object.hasOwn(statusCodes, name) ? statusCodes[name] : undefined;
    if (code === undefined) {
      throw new Error(`unknown status code ${JSON.stringify(name)}, supported: OK, ERROR, UNSET`);
    }
    isWanted[code] = true;
  }
  return anySpan(context, ({ view, row }) => isWanted[view.spans.statusCode[row]!] === true);
}

/** 0 as the upper bound is none. */
export function spanCount({ min_spans: min, max_spans: max }: SpanCountConfig): PolicyBody {
  return stateless(({ spanCount: count }) => (count >= min && (max === 0 || count <= max) ? sampled : notSampled));
}

/** A member of a trace state has at most this many characters, `=` included. */
const longestMember = 256;

export function traceState({ key, values }: TraceStateConfig, context: PolicyContext): PolicyBody {
  const wanted = new Set(values.filter((value) => value !== "" && key.length + value.length < longestMember));
  let last = { text: "", matches: false };
  return anySpan(context, ({ view, row }) => {
    const length = view.spans.traceStateLength[row]!;
    if (length === 0) return false;
    const text = readString(view, view.spans.traceStateOffset[row]!, length);
    if (text !== last.text) {
      const value = parseTraceState(text)?.get(key);
      last = { text, matches: value !== undefined && wanted.has(value) };
    }
    return last.matches;
  });
}

export function traceFlags(context: PolicyContext): PolicyBody {
  return anySpan(context, ({ view, row }) => (view.spans.flags[row]! & 1) !== 0);
}

/** The first span, or event of a span, that settles it: one for which a condition holds or, where errors propagate, cannot be evaluated. */
export function ottlCondition(config: OttlConditionConfig, context: PolicyContext): PolicyBody {
  const { span: spanTexts, spanevent: eventTexts, error_mode: errorMode } = config;
  if (spanTexts.length === 0 && eventTexts.length === 0) {
    throw new Error("expected at least one OTTL condition to filter on");
  }
  const { facts, watch, warn } = context;
  const told = new Set<string>();
  const onError = (text: string, error: Error): void => {
    if (told.has(text)) return;
    told.add(text);
    warn(`condition ${JSON.stringify(text)} could not be evaluated: ${error.message} (told once)`);
  };
  const holdsForSpan = compileConditions(spanTexts, { context: "span", errorMode, onError });
  const holdsForEvent = compileConditions(eventTexts, { context: "spanevent", errorMode, onError });
  const holds = (span: SpanAt): boolean => {
    const cursor = span.cursor();
    cursor.clearCache();
    return holdsForSpan(cursor) || (eventTexts.length > 0 && someEvent(cursor, holdsForEvent));
  };
  const [matched, failed] = [facts.flag(), facts.flag()];
  let lastFailure = "";
  watch((span, slot) => {
    if (facts.has(slot, matched) || facts.has(slot, failed)) return;
    try {
      if (holds(span)) facts.set(slot, matched);
    } catch (error) {
      lastFailure = error instanceof Error ? error.message : String(error);
      facts.set(slot, failed);
    }
  });
  return stateless(({ slot }) => {
    if (facts.has(slot, failed)) throw new Error(`a condition could not be evaluated: ${lastFailure}`);
    return facts.has(slot, matched) ? sampled : notSampled;
  });
}

function someEvent(cursor: Cursor, holds: (cursor: Cursor) => boolean): boolean {
  const { spans, events } = cursor.traces;
  cursor.eventIndex = 0;
  for (let event = spans.firstEvent[cursor.span]!; event !== -1; event = events.next[event]!) {
    cursor.event = event;
    cursor.clearCache();
    if (holds(cursor)) return true;
    cursor.eventIndex++;
  }
  return false;
}
