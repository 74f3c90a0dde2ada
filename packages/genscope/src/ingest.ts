import type { Journal } from "@genscope/journal";
import { JournalError } from "@genscope/journal";
import {
  checkLogs,
  checkMetrics,
  checkTraces,
  defaultReceiveLimits,
  encode,
  indexLogs,
  indexMetrics,
  indexTraces,
  jsonToProtobuf,
  OtlpError,
  Signal,
} from "@genscope/otlp";
import type { Check, LogView, MetricView, ReceiveLimits, TraceView } from "@genscope/otlp";
import type { ReceiveResult, RequestSink } from "@genscope/otlp/receiver";

/** Items by what became of them on the way in. Adds up: received = journaled + rejected + refused. */
export interface IngestStats {
  readonly received: { spans: number; logs: number; points: number };
  readonly journaled: { spans: number; logs: number; points: number };
  /** Items (or, for requests that could not be read, requests) by reason. */
  readonly rejected: Record<string, number>;
}

export interface Ingest {
  readonly sink: RequestSink;
  stats(): IngestStats;
}

const counterOf = { [Signal.traces]: "spans", [Signal.logs]: "logs", [Signal.metrics]: "points" } as const;

/** Checks requests. The tables of the last request are used again: the answer's view holds only until the next call. */
function createCheck(limits: ReceiveLimits): (signal: Signal, bytes: Uint8Array) => Check {
  let traces: TraceView | undefined;
  let logs: LogView | undefined;
  let metrics: MetricView | undefined;
  return (signal, bytes) => {
    if (signal === Signal.traces) return checkTraces((traces = indexTraces(bytes, limits, traces)), limits);
    if (signal === Signal.logs) return checkLogs((logs = indexLogs(bytes, limits, logs)), limits);
    return checkMetrics((metrics = indexMetrics(bytes, limits, metrics)), limits);
  };
}

/**
 * What happens between a receiver and the journal: read the request, leave out what is unusable and say so, append the rest. It resolves, and the
 * receiver acknowledges, only when the batch is in the journal (docs/adr/0004).
 */
export function createIngest(journal: Journal, limits: ReceiveLimits = defaultReceiveLimits): Ingest {
  const received = { spans: 0, logs: 0, points: 0 };
  const journaled = { spans: 0, logs: 0, points: 0 };
  const rejected: Record<string, number> = {};
  const check = createCheck(limits);

  function reject(reasons: Readonly<Record<string, number>>): void {
    for (const [reason, count] of Object.entries(reasons)) rejected[reason] = (rejected[reason] ?? 0) + count;
  }

  async function append(signal: Signal, itemCount: number, payload: Uint8Array): Promise<void> {
    try {
      await journal.append({ signal, itemCount, receivedAtMs: Date.now(), payload });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      reject({ [error.code]: itemCount });
      if (!error.retryable) throw new OtlpError("too-large", error.message, { cause: error });
      throw new OtlpError("unavailable", error.message, { cause: error, retryAfterMs: 5_000 });
    }
  }

  const sink: RequestSink = async (request): Promise<ReceiveResult> => {
    const { signal } = request;
    let bytes: Uint8Array;
    let result: Check;
    try {
      bytes = request.encoding === "json" ? jsonToProtobuf(signal, request.body, limits) : request.body;
      result = check(signal, bytes);
    } catch (error) {
      reject({ [error instanceof OtlpError ? error.code : "internal"]: 1 });
      throw error;
    }
    received[counterOf[signal]] += result.accepted + result.rejected;
    reject(result.reasons);
    if (result.accepted === 0 && result.rejected > 0) throw new OtlpError("invalid-argument", result.message);
    if (result.accepted > 0) {
      await append(signal, result.accepted, result.rejected > 0 ? encode(result.view, result.edits) : bytes);
      journaled[counterOf[signal]] += result.accepted;
    }
    return { accepted: result.accepted, rejected: result.rejected, message: result.message };
  };

  return { sink, stats: () => ({ received: { ...received }, journaled: { ...journaled }, rejected: { ...rejected } }) };
}
