import type { PickedSpans } from "@genscope/otlp";
import type { StageContext } from "../../graph/stage.ts";
import type { Counter } from "../../graph/telemetry.ts";
import { Due, type PendingTraces } from "../pending-traces/pending-traces.ts";
import { leftOut, Recall, type TraceRule } from "../pending-traces/trace-rule.ts";
import type { GroupByTraceConfig } from "./index.ts";

const prefix = "otelcol_processor_groupbytrace_";

/** Lets every trace go on when it has waited; its slot is its group. */
export class GroupingRule implements TraceRule {
  readonly waitMs: number;
  readonly waitAfterRootMs = undefined;
  readonly waitAfterCompleteMs = undefined;
  readonly maxTraces: number;
  readonly blocksWhenFull = false;
  readonly maxTraceBytes = undefined;
  readonly isSettled = undefined;
  readonly #discardsOrphans: boolean;
  readonly #context: Pick<StageContext, "id" | "telemetry">;
  readonly #tracesReleased: Counter;
  readonly #spansReleased: Counter;
  readonly #evicted: Counter;
  readonly #orphans: Counter;
  #pending!: PendingTraces;

  constructor(config: GroupByTraceConfig, context: Pick<StageContext, "id" | "telemetry">) {
    this.waitMs = config.wait_duration;
    this.maxTraces = config.num_traces;
    this.#discardsOrphans = config.discard_orphans;
    this.#context = context;
    const counter = (name: string): Counter => context.telemetry.counter(`${prefix}${name}`, { processor: context.id });
    this.#tracesReleased = counter("traces_released");
    this.#spansReleased = counter("spans_released");
    this.#evicted = counter("traces_evicted");
    this.#orphans = counter("traces_discarded");
    // stays 0: what waits is not forgotten
    counter("incomplete_releases");
  }

  start(pending: PendingTraces): Promise<void> {
    const { telemetry, id } = this.#context;
    this.#pending = pending;
    telemetry.gauge(`${prefix}num_traces_in_memory`, () => pending.count, { processor: id });
    telemetry.gauge(`${prefix}conf_num_traces`, () => this.maxTraces, { processor: id });
    return Promise.resolve();
  }

  restore(): void {}

  begin(): void {}

  isNew(): void {}

  observe(): void {}

  recall(): number {
    return Recall.isNew;
  }

  decide(slots: readonly number[]): Promise<readonly number[]> {
    return Promise.resolve(slots.map((slot) => this.#groupOf(slot)));
  }

  #groupOf(slot: number): number {
    const pending = this.#pending;
    if (this.#discardsOrphans && !pending.hasRoot(slot)) {
      this.#orphans.add(1);
      return leftOut;
    }
    if (pending.dueOf(slot) !== Due.waited) this.#evicted.add(1);
    this.#tracesReleased.add(1);
    this.#spansReleased.add(pending.spanCountOf(slot));
    return slot;
  }

  changesOf(): PickedSpans {
    return {};
  }

  released(): void {}

  settle(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
