import type { Pricing } from "@genscope/semconv/prices";
import type { Evaluations } from "../evaluations/evaluations.ts";
import type { Facts } from "../facts.ts";
import type { SpanAt } from "../span-at.ts";

/** A trace whose decision is due. */
export interface TraceAt {
  /** Of its {@link Facts}. */
  readonly slot: number;
  /** 16 bytes. */
  readonly id: Uint8Array;
  readonly spanCount: number;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** With which chance a policy keeps traces like the one at hand. */
export interface Chance {
  /** 0 to 1. */
  readonly share: number;
  /** What the dice are: shares by the same dice are nested, by different ones independent. "" where there are none. */
  readonly dice: string;
}

export interface Evaluation {
  readonly decision: "sampled" | "not_sampled" | "dropped";
  /** Undefined where it cannot be known, as under a limit. */
  readonly chance: Chance | undefined;
  /** Of a composite policy, which of its policies. */
  readonly subPolicy?: string;
}

/** Decides from facts. Throws where it cannot; the trace is then decided without it. */
export type Evaluate = (trace: TraceAt) => Evaluation;

export interface PolicyBody {
  readonly evaluate: Evaluate;
  /** Each evaluation changes later ones. */
  readonly isStateful: boolean;
}

/** What a policy is made with: where it notes, and how it comes to see spans. */
export interface PolicyContext {
  readonly facts: Facts;
  /** Called for every span of a trace that waits, as it comes. */
  readonly watch: (observe: (span: SpanAt, slot: number) => void) => void;
  /** Those that come beside spans. */
  readonly evaluations: Evaluations;
  /** Reads the price table. @throws {Error} for one that cannot be used */
  readonly pricing: () => Pricing;
  /** For what a person should know, once. */
  readonly warn: (message: string) => void;
}

export const sampled: Evaluation = { decision: "sampled", chance: { share: 1, dice: "" } };
export const notSampled: Evaluation = { decision: "not_sampled", chance: { share: 0, dice: "" } };
/** By a limit: how likely that was is not known. */
export const withinLimit: Evaluation = { decision: "sampled", chance: undefined };
export const overLimit: Evaluation = { decision: "not_sampled", chance: undefined };

export function stateless(evaluate: Evaluate): PolicyBody {
  return { evaluate, isStateful: false };
}

/** A policy for which one span is enough, noted with a flag. */
export function anySpan(
  { facts, watch }: PolicyContext,
  matches: (span: SpanAt) => boolean,
  isInverted = false,
): PolicyBody {
  const flag = facts.flag();
  watch((span, slot) => {
    if (!facts.has(slot, flag) && matches(span)) facts.set(slot, flag);
  });
  return stateless(({ slot }) => (facts.has(slot, flag) !== isInverted ? sampled : notSampled));
}
