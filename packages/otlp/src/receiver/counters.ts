import type { OtlpErrorCode } from "../errors.ts";
import { Signal, type SignalName } from "../signal.ts";
import type { ReceiveResult } from "./sink.ts";

/** Why a request got no success: an OTLP error, or something that never came as far as that. */
export type RefusalReason =
  | OtlpErrorCode
  | "not-found"
  | "method-not-allowed"
  | "wrong-protocol"
  | "timed-out"
  | "aborted";

const signalNames: Readonly<Record<Signal, SignalName>> = {
  [Signal.traces]: "traces",
  [Signal.logs]: "logs",
  [Signal.metrics]: "metrics",
};

/**
 * What one receiver has seen since it started. Once nothing is in hand,
 * `requests` = `succeeded` + the sum of `refused`.
 */
export class ReceiveCounters {
  /** Export requests begun; a browser's preflight or a look at `/` is none. */
  requests = 0;
  /** Answered with success, partial ones included. */
  succeeded = 0;
  /** Body bytes of requests read to their end, as sent. */
  receivedBytes = 0;
  /** The same after decompression. */
  decompressedBytes = 0;
  /** Spans, log records and data points the sink took, or left out of a partial success. */
  readonly accepted: Record<SignalName, number> = { traces: 0, logs: 0, metrics: 0 };
  readonly rejected: Record<SignalName, number> = { traces: 0, logs: 0, metrics: 0 };
  readonly refused: Partial<Record<RefusalReason, number>> = {};

  succeed(signal: Signal, result: ReceiveResult): void {
    this.succeeded++;
    this.accepted[signalNames[signal]] += result.accepted;
    this.rejected[signalNames[signal]] += result.rejected;
  }

  refuse(reason: RefusalReason): void {
    this.refused[reason] = (this.refused[reason] ?? 0) + 1;
  }
}
