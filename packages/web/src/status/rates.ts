/** Counts of a collector's components at one moment, by kind and id. */
export interface Sample {
  readonly atMs: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** Items a second between two moments, by kind and id; nothing for what was not counted at both or began anew. */
export function ratesBetween(before: Sample | undefined, now: Sample): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  if (before === undefined || seconds <= 0) return rates;
  for (const [key, count] of now.counts) {
    const earlier = before.counts.get(key);
    if (earlier !== undefined && count >= earlier) rates.set(key, (count - earlier) / seconds);
  }
  return rates;
}
