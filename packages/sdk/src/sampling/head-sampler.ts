import { getRunContext, guard, runAttributes } from "@genscope/instrumentation";
import { formatOtTraceState, isKept, parseOtTraceState, randomnessOf, thresholdOf } from "@genscope/semconv/sampling";
import {
  type Attributes,
  type Context,
  createTraceState,
  isSpanContextValid,
  type SpanContext,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import type { SamplingResult } from "../setup/extensions.ts";
import { type CompiledPolicy, compilePolicy, type HeadPolicy } from "./head-policy.ts";

export interface HeadSamplingOptions {
  /** The share of traces to keep, 0 to 1, of those no policy says more about. Default 1, or 0 if there are policies. */
  readonly ratio?: number;
  readonly policies?: readonly HeadPolicy[];
  /** Whether a span with a parent follows its parent, unless a policy keeps it for certain. Default true. */
  readonly parentBased?: boolean;
}

/** A decision: the threshold a trace's randomness is held against, and what made it. */
interface Intent {
  readonly threshold: string | undefined;
  /** `undefined` where the threshold is not known, only that the span is kept. */
  readonly recorded: boolean;
  readonly policy?: string;
}

/**
 * Samples when a span starts, and says so: the trace state carries the threshold (`ot=th:e666` for one trace of ten), by which whoever counts spans later
 * knows how many each stands for. A trace is kept in all services or in none, as its id decides. A span that a policy keeps for certain is kept though its
 * parent was not, and what is below it is, too.
 *
 * Source: OpenTelemetry specification, "TraceState: Probability Sampling" and "CompositeSampler".
 */
export class HeadSampler {
  readonly #ratio: number;
  readonly #policies: readonly CompiledPolicy[];
  readonly #parentBased: boolean;
  readonly #thresholds = new Map<number, string | undefined>();

  /** Throws for a ratio outside 0 to 1, and for a policy that cannot be decided at a span's start. */
  constructor({ ratio, policies = [], parentBased = true }: HeadSamplingOptions = {}) {
    this.#ratio = ratio ?? (policies.length === 0 ? 1 : 0);
    thresholdOf(this.#ratio);
    this.#policies = policies.map(compilePolicy);
    this.#parentBased = parentBased;
  }

  shouldSample(context: Context, traceId: string, _name: string, _kind: unknown, first: Attributes): SamplingResult {
    const parent = trace.getSpanContext(context);
    const state = parent?.traceState;
    const ot = parseOtTraceState(state?.get("ot"));
    const hasParent = parent !== undefined && isSpanContextValid(parent);
    const intent = this.#intentOf(context, first, this.#parentBased && hasParent ? parent : undefined, ot.threshold);
    const sampled = intent.threshold !== undefined && isKept(intent.threshold, randomnessOf(traceId, ot));
    const { threshold: _before, ...others } = ot;
    const written = formatOtTraceState(
      sampled && intent.recorded && intent.threshold !== undefined
        ? { ...others, threshold: intent.threshold }
        : others,
    );
    const base = state ?? (written === "" ? undefined : createTraceState());
    const traceState = written === "" ? base?.unset("ot") : base?.set("ot", written);
    return {
      decision: sampled ? 2 : 0,
      ...(traceState === undefined ? {} : { traceState }),
      ...(sampled && intent.policy !== undefined ? { attributes: { "genscope.sampling.policy": intent.policy } } : {}),
    };
  }

  toString(): string {
    const policies = this.#policies.map(({ name }) => name).join(", ");
    return `HeadSampler{ratio=${this.#ratio}, policies=[${policies}], parentBased=${this.#parentBased}}`;
  }

  #intentOf(
    context: Context,
    first: Attributes,
    parent: SpanContext | undefined,
    parentThreshold: string | undefined,
  ): Intent {
    if (parent === undefined) return this.#decide(context, first, this.#ratio);
    const certain = this.#policies.length === 0 ? undefined : this.#decide(context, first, 0);
    if (certain?.threshold === "0") return certain;
    if (parentThreshold !== undefined) return { threshold: parentThreshold, recorded: true };
    const isKeptAbove = (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    return { threshold: isKeptAbove ? "0" : undefined, recorded: false };
  }

  /** The largest share that a policy or the ratio wants, less what policies drop. */
  #decide(context: Context, first: Attributes, ratio: number): Intent {
    let probability = ratio;
    let most = 1;
    let policy: string | undefined;
    if (this.#policies.length > 0) {
      guard("applying a sampling policy", () => {
        const attributes = { ...runAttributes(getRunContext(context)), ...first };
        for (const one of this.#policies) {
          const share = one.probability(attributes);
          if (one.drops) most = Math.min(most, 1 - share);
          else if (share > probability) {
            probability = share;
            policy = one.name;
          }
        }
      });
    }
    const threshold = this.#thresholdOf(Math.min(probability, most));
    return { threshold, recorded: true, ...(policy === undefined ? {} : { policy }) };
  }

  #thresholdOf(probability: number): string | undefined {
    const known = this.#thresholds.get(probability);
    if (known !== undefined) return known;
    const threshold = thresholdOf(probability);
    this.#thresholds.set(probability, threshold);
    return threshold;
  }
}
