import { adjustedCount, isKept, thresholdOf } from "@genscope/semconv/sampling";
import type { ProbabilisticSamplerConfig } from "./config.ts";
import { hashBits } from "./hashed-randomness.ts";

/** A threshold that rejects nothing. */
export const always = "0";

/** What is to be decided about: thresholds and randomness as in a trace state's `ot`. */
export interface Candidate {
  /** Undefined if there is none to be found. */
  readonly randomness: string | undefined;
  /** The threshold it came with. */
  readonly arriving: string | undefined;
  /** Whether what it came with cannot be used. */
  readonly isUnusable: boolean;
}

/** The rejection threshold for one that can be used, by the one it came with; undefined rejects all. */
export type Decide = (arriving: string | undefined) => string | undefined;

const smallest = 2 ** -56;

export function isHigher(a: string, b: string): boolean {
  return a.padEnd(14, "0") > b.padEnd(14, "0");
}

/** By the configured mode. What is more than a hundred percent is all. */
export function createDecide({
  sampling_percentage: wanted,
  mode,
  sampling_precision: precision,
}: ProbabilisticSamplerConfig): Decide {
  // as a float32, which decides what a hash is compared with
  const percentage = Math.fround(Math.min(wanted, 100));
  const ratio = Math.max(percentage / 100, smallest);
  if (percentage === 0) return () => undefined;
  if (mode === "equalizing") {
    const own = thresholdOf(ratio, precision)!;
    return (arriving) => (arriving !== undefined && isHigher(arriving, own) ? arriving : own);
  }
  if (mode === "proportional") {
    return (arriving) => thresholdOf(ratio / adjustedCount(arriving), precision);
  }
  const buckets = 1 << hashBits;
  const accepted = Math.trunc(Math.fround(percentage * Math.fround(buckets / 100)));
  if (accepted === 0) return () => undefined;
  const rejected = (BigInt(buckets - accepted) << 42n).toString(16).padStart(14, "0").replace(/0+$/u, "");
  return () => rejected || always;
}

/** The threshold that holds for a candidate: what cannot be used is kept, or, with `failClosed`, not. */
export function thresholdFor({ randomness, arriving, isUnusable }: Candidate, decide: Decide, failClosed: boolean) {
  const isInconsistent = randomness !== undefined && arriving !== undefined && !isKept(arriving, randomness);
  if (isUnusable || randomness === undefined || isInconsistent) return failClosed ? undefined : always;
  return decide(arriving);
}
