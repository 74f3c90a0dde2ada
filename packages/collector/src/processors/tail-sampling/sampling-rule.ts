import { join } from "node:path";
import { encodeKeyValue, type KeyValue, type PickedSpans, type TraceView } from "@genscope/otlp";
import type { StageContext } from "../../graph/stage.ts";
import { Due, type PendingTraces } from "../pending-traces/pending-traces.ts";
import { leftOut, Recall, type TraceRule } from "../pending-traces/trace-rule.ts";
import { policiesOf, type TailSamplingConfig } from "./config.ts";
import { EvaluationFeed } from "./evaluations/evaluation-feed.ts";
import type { PolicySet } from "./policy-set.ts";
import type { Evaluation, TraceAt } from "./policies/policy.ts";
import { RecentDecisions } from "./recent-decisions.ts";
import { SamplingMetrics } from "./sampling-metrics.ts";
import type { VerdictLabel } from "./verdicts/verdict-labels.ts";
import { notKept, VerdictBatch } from "./verdicts/verdict-record.ts";
import { Verdicts } from "./verdicts/verdicts.ts";
import { WrittenProbability } from "./written-probability.ts";

const dueWords: Readonly<Record<Due, string>> = {
  [Due.waited]: "decision_wait",
  [Due.complete]: "complete",
  [Due.tooMany]: "num_traces",
  [Due.journalFull]: "journal",
  [Due.tooLarge]: "maximum_trace_size_bytes",
  [Due.settled]: "span-ingest",
};
/** Decided before all of it could be there, for want of room. */
const earlyWords = new Map<Due, string>([
  [Due.tooMany, dueWords[Due.tooMany]],
  [Due.journalFull, dueWords[Due.journalFull]],
]);
const noLabel: VerdictLabel = { policy: undefined, subPolicy: undefined, probability: undefined };

/** Keeps the traces that policies sample. */
export class SamplingRule implements TraceRule {
  readonly waitMs: number;
  readonly waitAfterRootMs: number | undefined;
  readonly waitAfterCompleteMs: number | undefined;
  readonly maxTraces: number;
  readonly blocksWhenFull: boolean;
  readonly maxTraceBytes: number | undefined;
  readonly isSettled: TraceRule["isSettled"];
  readonly recent: RecentDecisions;
  readonly #config: TailSamplingConfig;
  readonly #context: Pick<StageContext, "stateDir" | "warn" | "now">;
  readonly #recordsPolicy: boolean;
  readonly #recordsThreshold: boolean;
  readonly #dropsWhenFull: boolean;
  readonly #policies: PolicySet;
  readonly #metrics: SamplingMetrics;
  readonly #probability: WrittenProbability;
  readonly #feed: EvaluationFeed | undefined;
  /** What is being decided, and what policies came to; used again for the next. */
  readonly #trace = { slot: 0, id: new Uint8Array(16), spanCount: 0, sizeBytes: 0, nowMs: 0 };
  readonly #outcomes: (string | undefined)[];
  /** Of each label, for traces and for what comes late. */
  readonly #attributes: (readonly Uint8Array[])[] = [];
  #pending!: PendingTraces;
  #verdicts!: Verdicts;

  constructor(
    config: TailSamplingConfig,
    context: Pick<StageContext, "id" | "stateDir" | "telemetry" | "warn" | "now" | "isStrict" | "heard">,
  ) {
    this.#config = config;
    this.#context = context;
    this.waitMs = config.decision_wait;
    this.waitAfterRootMs = config.decision_wait_after_root_received || undefined;
    this.waitAfterCompleteMs = config.decision_wait_after_complete;
    this.maxTraces = config.num_traces;
    this.blocksWhenFull = config.block_on_overflow;
    this.maxTraceBytes = config.maximum_trace_size_bytes || undefined;
    this.#recordsPolicy = config.record_policy ?? !context.isStrict;
    this.#recordsThreshold = config.record_threshold ?? !context.isStrict;
    this.#dropsWhenFull = context.isStrict;
    this.#policies = policiesOf(config, context.warn);
    this.isSettled =
      config.sampling_strategy === "span-ingest"
        ? (slot, nowMs) => this.#settles(this.#traceOf(slot, nowMs))
        : undefined;
    const names = this.#policies.policies.map(({ name }) => name);
    this.recent = new RecentDecisions(names);
    this.#outcomes = names.map(() => undefined);
    if (names.length === 0) context.warn("there is no policy: nothing is kept");
    this.#metrics = new SamplingMetrics(context.telemetry, context.id, names);
    const { heard } = context;
    const most = config.num_traces;
    const onHeard = (): void => this.#metrics.evaluations.add(1);
    this.#feed = heard && new EvaluationFeed({ input: heard, evaluations: this.#policies.evaluations, most, onHeard });
    this.#probability = new WrittenProbability(() => this.#metrics.unparseable.add(1));
  }

  async start(pending: PendingTraces): Promise<void> {
    const { decision_cache: cache, num_traces: most } = this.#config;
    this.#pending = pending;
    this.#metrics.watch(pending);
    this.#verdicts = await Verdicts.open({
      dir: join(this.#context.stateDir, "verdicts"),
      mostKept: Math.max(most, cache.sampled_cache_size),
      mostNotKept: Math.max(most, cache.non_sampled_cache_size),
      warn: this.#context.warn,
    });
    await this.#feed?.start();
  }

  restore(view: TraceView): void {
    const nowMs = this.#context.now();
    for (let row = 0; row < view.spans.count; row++) this.#verdicts.restore(view, row, noLabel, nowMs);
  }

  begin(view: TraceView): void {
    this.#policies.begin(view);
  }

  isNew(slot: number): void {
    this.#policies.clear(slot, this.#pending.capacity);
    this.#metrics.newTraces.add(1);
  }

  observe(slot: number, row: number): void {
    this.#policies.observe(slot, row);
  }

  recall(view: TraceView, row: number): number {
    const recalled = this.#verdicts.recall(view.bytes, view.spans.traceIdOffset[row]!);
    if (recalled === undefined) return Recall.isNew;
    if (!recalled.isKept && this.#isEvaluatedSince(view, row, recalled.atMs)) return Recall.isNew;
    this.#metrics.late(recalled.isKept, Math.max(0, this.#context.now() - recalled.atMs));
    return recalled.isKept ? recalled.label : Recall.leaveOut;
  }

  /** What came before is gone, but what comes now can still be kept. */
  #isEvaluatedSince({ bytes, spans }: TraceView, row: number, decidedAtMs: number): boolean {
    return this.#policies.evaluations.isNewSince(bytes, spans.traceIdOffset[row]!, decidedAtMs);
  }

  async decide(slots: readonly number[], nowMs: number, signal: AbortSignal): Promise<readonly number[]> {
    await this.#feed?.caughtUp();
    const startMs = performance.now();
    const batch = new VerdictBatch(slots.length);
    const groups: number[] = [];
    for (const slot of slots) {
      if (this.#dropsWhenFull && this.#pending.dueOf(slot) === Due.tooMany) {
        this.#metrics.droppedTooEarly.add(1);
        groups.push(leftOut);
        continue;
      }
      const trace = this.#traceOf(slot, nowMs);
      const label = this.#labelOf(trace);
      batch.ids.set(trace.id, batch.add(label));
      groups.push(label === notKept ? leftOut : label);
    }
    this.#metrics.ran(performance.now() - startMs);
    if (batch.count > 0) await this.#verdicts.add(batch, nowMs, signal);
    return groups;
  }

  /** What more spans do not change: a drop, and a sampling that no drop can come before. */
  #settles(trace: TraceAt): boolean {
    const { decision } = this.#policies.decide(trace, () => {});
    return decision === "dropped" || (decision === "sampled" && this.#policies.policies[0]?.isDrop === false);
  }

  /** Holds until the next one is asked for. */
  #traceOf(slot: number, nowMs: number): TraceAt {
    const pending = this.#pending;
    const trace = this.#trace;
    pending.ids.copyTo(slot, trace.id);
    trace.slot = slot;
    trace.spanCount = pending.spanCountOf(slot);
    trace.sizeBytes = pending.bytesOf(slot);
    trace.nowMs = nowMs;
    return trace;
  }

  /** The number of the label with which a trace is kept, or {@link notKept}. */
  #labelOf(trace: TraceAt): number {
    const due = this.#pending.dueOf(trace.slot);
    this.#outcomes.fill(undefined);
    if (due === Due.tooLarge) {
      this.#metrics.tooLarge.add(1);
      this.recent.add(trace, dueWords[due], { decision: "not_sampled", ...noLabel }, this.#outcomes);
      return notKept;
    }
    const decided = this.#policies.decide(trace, this.#evaluated);
    this.#policies.evaluations.consider(trace.id);
    this.#metrics.decided(decided.decision, due);
    this.recent.add(trace, dueWords[due], decided, this.#outcomes);
    if (decided.decision !== "sampled") return notKept;
    const early = earlyWords.get(due);
    return this.#verdicts.labels.numberOf(early === undefined ? decided : { ...decided, early });
  }

  readonly #evaluated = (index: number, outcome: Evaluation["decision"] | Error): void => {
    if (outcome instanceof Error) {
      this.#metrics.failed(index);
      this.#outcomes[index] = outcome.message;
      return;
    }
    this.#metrics.evaluated(index, outcome, this.#trace.spanCount, this.#trace.sizeBytes);
    this.#outcomes[index] = outcome;
  };

  changesOf(group: number, isLate: boolean, view: TraceView): PickedSpans {
    const label = this.#verdicts.labels.labelOf(group);
    const { probability } = label;
    return {
      ...(this.#recordsPolicy ? { scopeAttributes: this.#attributesOf(group, isLate) } : {}),
      ...(this.#recordsThreshold && probability !== undefined
        ? { traceState: (row) => this.#probability.of(view, row, probability) }
        : {}),
    };
  }

  #attributesOf(group: number, isLate: boolean): readonly Uint8Array[] {
    const kind = 2 * group + (isLate ? 1 : 0);
    return (this.#attributes[kind] ??= attributesOf(this.#verdicts.labels.labelOf(group), isLate).map(encodeKeyValue));
  }

  released(slot: number, nowMs: number): void {
    this.#metrics.removed(nowMs - this.#pending.arrivalMsOf(slot));
  }

  async settle(): Promise<void> {
    await this.#verdicts.settle();
    await this.#feed?.settle();
  }

  async stop(): Promise<void> {
    await this.#feed?.stop();
    await this.#verdicts[Symbol.asyncDispose]();
  }
}

/** The Collector's names, as far as it has one. */
function attributesOf({ policy, subPolicy, probability, early }: VerdictLabel, isLate: boolean): readonly KeyValue[] {
  return [
    ...(policy === undefined ? [] : [{ key: "tailsampling.policy", value: { stringValue: policy } }]),
    ...(subPolicy === undefined ? [] : [{ key: "tailsampling.composite_policy", value: { stringValue: subPolicy } }]),
    ...(probability === undefined ? [] : [{ key: "tailsampling.probability", value: { doubleValue: probability } }]),
    ...(early === undefined ? [] : [{ key: "tailsampling.decided_early", value: { stringValue: early } }]),
    ...(isLate ? [{ key: "tailsampling.cached_decision", value: { boolValue: true } }] : []),
  ];
}
