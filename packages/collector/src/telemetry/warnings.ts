import type { WarningState } from "./pipelines-state.ts";

/** What a person was told lately, each thing once. */
export interface Warnings {
  /** Whether it is new. */
  add(message: string): boolean;
  /** The last ones first. */
  recent(): WarningState[];
}

/** What says a number each time must not fill the memory. */
const maxKnown = 1_000;
const maxShown = 50;

export function createWarnings(now: () => number): Warnings {
  const known = new Map<string, { message: string; count: number; firstMs: number; lastMs: number }>();
  return {
    add(message) {
      const nowMs = now();
      const before = known.get(message);
      if (before !== undefined) {
        before.count++;
        before.lastMs = nowMs;
        return false;
      }
      if (known.size >= maxKnown) known.clear();
      known.set(message, { message, count: 1, firstMs: nowMs, lastMs: nowMs });
      return true;
    },
    recent: () => [...known.values()].toSorted((a, b) => b.lastMs - a.lastMs).slice(0, maxShown),
  };
}
