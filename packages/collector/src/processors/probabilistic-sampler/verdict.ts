import type { Cursor } from "../../ottl/index.ts";

/** Whether an item is kept, and what decided. */
export interface Verdict {
  readonly isKept: boolean;
  readonly policy: string;
}

/** Decides about the item at the cursor, and records in one that is kept what it was kept with. */
export type ItemSampler = (cursor: Cursor) => Verdict;

/** Decided by nothing: an item without an id or attribute to decide by. */
export const missingRandomness = "missing_randomness";
export const samplingPriority = "sampling_priority";
