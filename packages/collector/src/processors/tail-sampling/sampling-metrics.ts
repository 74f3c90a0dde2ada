import type { Counter, Histogram, Telemetry } from "../../graph/telemetry.ts";
import { Due, type PendingTraces } from "../pending-traces/pending-traces.ts";
import type { Evaluation } from "./policies/policy.ts";

type Outcome = Evaluation["decision"];

interface ByOutcome {
  readonly traces: Counter;
  readonly spans: Counter;
  readonly bytes: Counter;
}

const prefix = "otelcol_processor_tail_sampling_";
const outcomes: readonly Outcome[] = ["sampled", "not_sampled", "dropped"];
const ageBoundsSeconds = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const timerBoundsMs = [1, 2, 5, 10, 25, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 2000, 3000, 5000, 10_000];

/** Why a trace was decided before its time, for `early_decisions`. */
const earlyReasons = new Map<Due, string>([
  [Due.complete, "complete"],
  [Due.tooMany, "num_traces"],
  [Due.journalFull, "journal"],
]);

function byOutcome<Value>(of: (labels: Readonly<Record<string, string>>) => Value): Readonly<Record<Outcome, Value>> {
  const [sampled, notSampled, dropped] = outcomes.map((decision) =>
    of({ sampled: String(decision === "sampled"), decision }),
  );
  return { sampled: sampled!, not_sampled: notSampled!, dropped: dropped! };
}

/** The processor's metrics about itself, under the Collector's names; what it has no name for is ours. */
export class SamplingMetrics {
  readonly #policies: readonly {
    readonly decided: Readonly<Record<Outcome, ByOutcome>>;
    readonly executions: Counter;
  }[];
  readonly #decided: Readonly<Record<Outcome, Counter>>;
  readonly #released: Readonly<Record<"true" | "false", Counter>>;
  readonly #early: ReadonlyMap<Due, Counter>;
  readonly newTraces: Counter;
  readonly errors: Counter;
  readonly tooLarge: Counter;
  /** With `--strict`, as the Collector has it; otherwise such traces are decided early. */
  readonly droppedTooEarly: Counter;
  readonly unparseable: Counter;
  /** That a policy goes by, and that came beside spans. */
  readonly evaluations: Counter;
  readonly #lateAge: Histogram;
  readonly #removalAge: Histogram;
  readonly #timer: Histogram;
  readonly #telemetry: Telemetry;
  readonly #labels: Readonly<Record<string, string>>;

  /** `id` is the component's, `type/name`. */
  constructor(telemetry: Telemetry, id: string, policies: readonly string[]) {
    this.#telemetry = telemetry;
    this.#labels = { processor: id };
    const counter = (name: string, labels: Readonly<Record<string, string>> = {}): Counter =>
      telemetry.counter(`${prefix}${name}`, { ...this.#labels, ...labels });
    const slash = id.indexOf("/");
    this.#policies = policies.map((name) => {
      const policy = slash === -1 ? name : `${id.slice(slash + 1)}.${name}`;
      return {
        executions: counter("sampling_policy_execution_count", { policy }),
        decided: byOutcome((labels) => ({
          traces: counter("count_traces_sampled", { policy, ...labels }),
          spans: counter("count_spans_sampled", { policy, ...labels }),
          bytes: counter("count_bytes_sampled", { policy, ...labels }),
        })),
      };
    });
    this.#decided = byOutcome((labels) => counter("global_count_traces_sampled", labels));
    const released = "early_releases_from_cache_decision";
    this.#released = { true: counter(released, { sampled: "true" }), false: counter(released, { sampled: "false" }) };
    this.#early = new Map(Array.from(earlyReasons, ([due, reason]) => [due, counter("early_decisions", { reason })]));
    this.newTraces = counter("new_trace_id_received");
    this.errors = counter("sampling_policy_evaluation_error");
    this.tooLarge = counter("traces_dropped_too_large");
    this.evaluations = counter("evaluations");
    this.unparseable = counter("count_spans_with_unparseable_tracestate");
    const histogram = (name: string, bounds: readonly number[]): Histogram =>
      telemetry.histogram(`${prefix}${name}`, bounds, this.#labels);
    this.#lateAge = histogram("sampling_late_span_age", ageBoundsSeconds);
    this.#removalAge = histogram("sampling_trace_removal_age", ageBoundsSeconds);
    this.#timer = histogram("sampling_decision_timer_latency", timerBoundsMs);
    this.droppedTooEarly = counter("sampling_trace_dropped_too_early");
  }

  watch(pending: PendingTraces): void {
    this.#telemetry.gauge(`${prefix}sampling_traces_on_memory`, () => pending.count, this.#labels);
  }

  evaluated(policy: number, outcome: Outcome, spans: number, bytes: number): void {
    const { decided, executions } = this.#policies[policy]!;
    executions.add(1);
    decided[outcome].traces.add(1);
    decided[outcome].spans.add(spans);
    decided[outcome].bytes.add(bytes);
  }

  failed(policy: number): void {
    this.#policies[policy]!.executions.add(1);
    this.errors.add(1);
  }

  decided(outcome: Outcome, due: Due): void {
    this.#decided[outcome].add(1);
    this.#early.get(due)?.add(1);
  }

  late(isKept: boolean, ageMs: number): void {
    this.#released[isKept ? "true" : "false"].add(1);
    this.#lateAge.record(Math.floor(ageMs / 1000));
  }

  removed(ageMs: number): void {
    this.#removalAge.record(Math.floor(ageMs / 1000));
  }

  /** A run through what was due. */
  ran(durationMs: number): void {
    this.#timer.record(durationMs);
  }
}
