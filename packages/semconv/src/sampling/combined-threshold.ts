import { adjustedCount, thresholdOf } from "./threshold.ts";

/**
 * The threshold of what is sampled again, with a chance of its own: of two independent choices the shares multiply. `undefined` if that is less than a threshold
 * can say.
 *
 * @param threshold what it had: `undefined` if nobody sampled, or nobody said how.
 * @param probability from 0 to 1, of the second choice.
 */
export function combinedThreshold(threshold: string | undefined, probability: number): string | undefined {
  if (probability === 1 && threshold !== undefined) return threshold;
  return thresholdOf(Math.min(1, probability / adjustedCount(threshold)));
}
