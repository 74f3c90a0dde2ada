import { createField, readField } from "../edit/fields.ts";
import { OtlpError } from "../errors.ts";
import type { SignalName } from "../signal.ts";

const itemsLookedAt = 16;

const services: Readonly<Record<SignalName, string>> = {
  traces: "opentelemetry.proto.collector.trace.v1.TraceService",
  logs: "opentelemetry.proto.collector.logs.v1.LogsService",
  metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService",
};

/** Tells a sender who took the wrong path which one is right; undefined if the request looks like what it was sent as. */
export function misroutedHint(bytes: Uint8Array, sentAs: SignalName): string | undefined {
  const signal = looksLike(bytes, sentAs);
  if (signal === sentAs) return undefined;
  return `this looks like OTLP ${signal} sent to the path of ${sentAs}: send ${signal} to /v1/${signal} (gRPC: ${services[signal]})`;
}

/** The error as it was, with the hint where there is one. */
export function withHint(error: unknown, bytes: Uint8Array, sentAs: SignalName): unknown {
  if (!(error instanceof OtlpError)) return error;
  const hint = misroutedHint(bytes, sentAs);
  return hint === undefined ? error : new OtlpError(error.code, `${error.message}; ${hint}`, { cause: error });
}

/**
 * Which signal the items of a request really are, from the first few of them. The three requests nest alike, and field 2 of a scope holds the
 * items in each, so that one is read as another with most of its fields unknown; what tells them apart is which field numbers come with which
 * wire types. Takes any bytes.
 */
export function looksLike(bytes: Uint8Array, expected: SignalName): SignalName {
  const votes = { traces: 0, logs: 0, metrics: 0 };
  let looked = 0;
  for (const [resourceStart, resourceEnd] of messages(bytes, 0, bytes.length, 1)) {
    for (const [scopeStart, scopeEnd] of messages(bytes, resourceStart, resourceEnd, 2)) {
      for (const [start, end] of messages(bytes, scopeStart, scopeEnd, 2)) {
        votes[kindOf(bytes, start, end, expected)]++;
        if (++looked === itemsLookedAt) return winner(votes, expected);
      }
    }
  }
  return winner(votes, expected);
}

function winner(votes: Record<SignalName, number>, expected: SignalName): SignalName {
  let best = expected;
  for (const name of ["traces", "logs", "metrics"] as const) if (votes[name] > votes[best]) best = name;
  return best;
}

function* messages(bytes: Uint8Array, from: number, end: number, number: number): Generator<[number, number]> {
  const field = createField();
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    if (field.end > end) return;
    if (field.number === number && field.wireType === 2) yield [field.start, field.end];
  }
}

const key = (field: number, wireType: number): number => field * 8 + wireType;

function kindOf(bytes: Uint8Array, from: number, end: number, expected: SignalName): SignalName {
  const seen = new Set<number>();
  const field = createField();
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    seen.add(key(field.number, field.wireType));
  }
  const has = (number: number, wireType: number): boolean => seen.has(key(number, wireType));
  // Span: fixed64 start and end. LogRecord: fixed64 times in 1 or 11, or a severity. Metric: a name and data, nothing but messages.
  if (has(7, 1) || has(8, 1)) return "traces";
  if (has(1, 1) || has(11, 1) || (has(2, 0) && !has(6, 0))) return "logs";
  const hasData = [5, 7, 9, 10, 11].some((number) => has(number, 2));
  const onlyMessages = [...seen].every((tag) => (tag & 7) === 2);
  const looksLikeSpan = has(2, 2) && has(5, 2) && has(1, 2) && expected === "traces";
  if (has(1, 2) && hasData && onlyMessages && !looksLikeSpan) return "metrics";
  // A metric with a description, sent as traces: the data of field 7 is no field of a span, that of 5 would be its name.
  if (onlyMessages && has(1, 2) && has(7, 2)) return "metrics";
  return expected;
}
