import type { OtTraceState } from "./ot-trace-state.ts";

/** Thresholds and randomness are numbers of 56 bits: 14 hexadecimal digits. */
const digits = 14;
const scale = 2 ** 56;
/** Digits that a threshold keeps after its leading `f`s or `0`s, unless told otherwise. */
const defaultPrecision = 4;

/**
 * The rejection threshold that keeps a share of all traces: of what is kept, the randomness is at least this. Four digits after the leading `f`s or
 * `0`s, as the Collector writes them, so the share is met to one part in 65,536. `undefined` keeps nothing.
 *
 * @param probability from 0 to 1; throws a `RangeError` for anything else.
 * @param precision the digits instead of four, 1 to 14.
 */
export function thresholdOf(probability: number, precision: number = defaultPrecision): string | undefined {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`a sampling probability is a number from 0 to 1, not ${probability}`);
  }
  if (probability * scale < 1) return undefined;
  const exact = ((1n << 56n) - BigInt(Math.round(probability * scale))).toString(16).padStart(digits, "0");
  const leading = /^(?:f+|0+)?/u.exec(exact)?.[0].length ?? 0;
  const kept = Math.min(digits, leading + precision);
  const dropped = BigInt(4 * (digits - kept));
  const half = dropped === 0n ? 0n : 1n << (dropped - 1n);
  const rounded = ((BigInt(`0x${exact}`) + half) >> dropped).toString(16).padStart(kept, "0");
  // rounding up may have reached 1: the exact digits then
  const threshold = rounded.length > kept ? exact : rounded;
  return threshold.replace(/0+$/u, "") || "0";
}

/** A trace's randomness: what its trace state says, else the last 56 bits of its id. */
export function randomnessOf(traceId: string, state: OtTraceState): string {
  return state.randomness ?? traceId.slice(-digits);
}

/** Whether a threshold keeps a trace of this randomness. Both are compared as fractions, digit by digit. */
export function isKept(threshold: string, randomness: string): boolean {
  return randomness >= threshold.padEnd(digits, "0");
}

/** How many spans one with this threshold stands for: at 90 % rejected, 10. 1 if nobody sampled, or nobody said how. */
export function adjustedCount(threshold: string | undefined): number {
  if (threshold === undefined) return 1;
  return scale / Number((1n << 56n) - BigInt(`0x${threshold.padEnd(digits, "0")}`));
}
