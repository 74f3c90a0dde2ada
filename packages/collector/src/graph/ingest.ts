import type { Journal } from "@genscope/journal";
import { JournalError } from "@genscope/journal";
import {
  type Check,
  checkLogs,
  checkMetrics,
  checkTraces,
  defaultReceiveLimits,
  encode,
  jsonToProtobuf,
  OtlpError,
  type ReceiveLimits,
  Signal,
} from "@genscope/otlp";
import type { ReceivedRequest, ReceiveResult, RequestSink } from "@genscope/otlp/receiver";
import type { Chain, Processed } from "./chain.ts";
import { createIndexer, internalLimits, type SignalView } from "./index-request.ts";
import type { RecentViews } from "./recent-views.ts";
import { signalNameOf } from "./signals.ts";

/** Items by what became of them on the way in. Adds up: received = journaled + rejected + refused. */
export interface IngestStats {
  readonly received: { spans: number; logs: number; points: number };
  /** Taken: in the journal, or left out by a processor on the way there. */
  readonly journaled: { spans: number; logs: number; points: number };
  /** Items (or, for requests that could not be read, requests) by reason. */
  readonly rejected: Record<string, number>;
}

export interface Ingest {
  readonly sink: RequestSink;
  stats(): IngestStats;
}

/** Where a receiver's requests go: through a pipeline's stateless processors into its first journal. */
export interface IngestTarget {
  readonly chain?: Chain;
  readonly journal: Pick<Journal, "append">;
}

export interface IngestOptions {
  readonly targets: (signal: Signal) => readonly IngestTarget[];
  /** Where those who read a target's journal find views, too. */
  readonly recent?: RecentViews;
  readonly limits?: ReceiveLimits;
  /** Told of every request that could be read, with what became of its items. */
  readonly onOutcome?: (request: ReceivedRequest, accepted: number, refused: number) => void;
}

const counterOf = { [Signal.traces]: "spans", [Signal.logs]: "logs", [Signal.metrics]: "points" } as const;

function check(one: SignalView, limits: ReceiveLimits): Check {
  if (one.signal === "traces") return checkTraces(one.view, limits);
  return one.signal === "logs" ? checkLogs(one.view, limits) : checkMetrics(one.view, limits);
}

/**
 * What happens between a receiver and the journals: read the request, leave out what is unusable and say so, run the stateless processors of every
 * pipeline, append what is left. It resolves, and the receiver acknowledges, only when the batch is in every journal (docs/adr/0004, 0016).
 */
export function createIngest({ targets, recent, limits = defaultReceiveLimits, onOutcome }: IngestOptions): Ingest {
  const received = { spans: 0, logs: 0, points: 0 };
  const journaled = { spans: 0, logs: 0, points: 0 };
  const rejected: Record<string, number> = {};
  const share = recent?.add.bind(recent);
  const index = createIndexer(limits, share);
  const indexClean = createIndexer(internalLimits, share);

  function reject(reasons: Readonly<Record<string, number>>): void {
    for (const [reason, count] of Object.entries(reasons)) rejected[reason] = (rejected[reason] ?? 0) + count;
  }

  /** Processors first, for every pipeline: a request that one of them refuses is in no journal. */
  async function take(signal: Signal, result: Check, view: SignalView, bytes: Uint8Array): Promise<void> {
    const clean = result.rejected > 0 ? encode(result.view, result.edits) : bytes;
    const cleanView = result.rejected > 0 ? indexClean(signal, clean) : view;
    const made = targets(signal).map((target) => ({
      journal: target.journal,
      what: processed(cleanView, clean, result.accepted, target),
    }));
    const receivedAtMs = Date.now();
    const appended = await Promise.allSettled(
      made.map(async ({ journal, what }) => {
        if (what === undefined) return;
        await journal.append({ signal, itemCount: what.itemCount, receivedAtMs, payload: what.request });
      }),
    );
    for (const each of appended) if (each.status === "rejected") throw toOtlpError(each.reason);
  }

  const sink: RequestSink = async (request): Promise<ReceiveResult> => {
    const { signal } = request;
    let bytes: Uint8Array;
    let view: SignalView;
    let result: Check;
    if (targets(signal).length === 0) {
      reject({ "no-pipeline": 1 });
      throw new OtlpError("unsupported-media-type", `no pipeline takes ${signalNameOf[signal]} from this receiver`);
    }
    try {
      bytes = request.encoding === "json" ? jsonToProtobuf(signal, request.body, limits) : request.body;
      view = index(signal, bytes);
      result = check(view, limits);
    } catch (error) {
      reject({ [error instanceof OtlpError ? error.code : "internal"]: 1 });
      throw error;
    }
    const { accepted, rejected: unusable } = result;
    received[counterOf[signal]] += accepted + unusable;
    reject(result.reasons);
    try {
      if (accepted === 0 && unusable > 0) throw new OtlpError("invalid-argument", result.message);
      if (accepted > 0) await take(signal, result, view, bytes);
    } catch (error) {
      if (accepted > 0) reject({ [reasonOf(error)]: accepted });
      onOutcome?.(request, 0, accepted + unusable);
      throw error;
    }
    journaled[counterOf[signal]] += accepted;
    onOutcome?.(request, accepted, unusable);
    return { accepted, rejected: unusable, message: result.message };
  };

  return { sink, stats: () => ({ received: { ...received }, journaled: { ...journaled }, rejected: { ...rejected } }) };
}

function processed(
  view: SignalView,
  request: Uint8Array,
  itemCount: number,
  target: IngestTarget,
): Processed | undefined {
  return target.chain === undefined || target.chain.isEmpty ? { request, itemCount } : target.chain.run(view);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof OtlpError)) return "internal";
  return error.cause instanceof JournalError ? error.cause.code : error.code;
}

function toOtlpError(error: unknown): unknown {
  if (!(error instanceof JournalError)) return error;
  if (!error.retryable) return new OtlpError("too-large", error.message, { cause: error });
  return new OtlpError("unavailable", error.message, { cause: error, retryAfterMs: 5_000 });
}
