import type { PickedSpans, TraceView } from "@genscope/otlp";
import type { PendingTraces } from "./pending-traces.ts";

/** What becomes of a span whose trace does not wait: its trace begins to wait, it is left out, or (0 and above) it is put out with a group. */
export const Recall = { isNew: -1, leaveOut: -2 } as const;

/** What is left out instead of put out with a group. */
export const leftOut = -1;

/** What a stage that lets traces wait does with them. Slots are those of {@link PendingTraces}. */
export interface TraceRule {
  /** From a trace's first span on. */
  readonly waitMs: number;
  /** From its root on, if that is earlier. */
  readonly waitAfterRootMs: number | undefined;
  /** From when it is complete on, if that is earlier. */
  readonly waitAfterCompleteMs: number | undefined;
  readonly maxTraces: number;
  /** With that many: wait for some to be due, rather than making the oldest due. */
  readonly blocksWhenFull: boolean;
  /** Bytes of its spans past which a trace is due as too large; undefined for no bound. */
  readonly maxTraceBytes: number | undefined;
  /** Before anything else, with what an earlier run put out. */
  start(pending: PendingTraces): Promise<void>;
  restore(view: TraceView): void;
  /** A request whose spans come next. */
  begin(view: TraceView): void;
  isNew(slot: number): void;
  /** A span of a trace that waits. */
  observe(slot: number, row: number): void;
  recall(view: TraceView, row: number): number;
  /** Whether a trace that a request had spans of is settled, whatever comes. Undefined if none is before it is due. */
  readonly isSettled: ((slot: number, nowMs: number) => boolean) | undefined;
  /** Resolves, for each slot, to a group or {@link leftOut}, once that is durable. Rejects if `signal` aborts before it can be. */
  decide(slots: readonly number[], nowMs: number, signal: AbortSignal): Promise<readonly number[]>;
  /** What is changed in the spans of a group. */
  changesOf(group: number, isLate: boolean, view: TraceView): PickedSpans;
  /** A trace is let go of. */
  released(slot: number, nowMs: number): void;
  /** After the input is committed, now and then. */
  settle(): Promise<void>;
  /** At the end of a run. */
  stop(): Promise<void>;
}
