import type { TraceSummary } from "@genscope/server/contract";

/**
 * The list with what the live stream told since: known traces take their newest state where they stand, new ones go on top, latest
 * first. Those in `waiting` came while the reader had scrolled down and are left out, so that nothing moves under the eye.
 */
export function mergeLive(
  listed: readonly TraceSummary[],
  live: ReadonlyMap<string, TraceSummary>,
  waiting: ReadonlySet<string>,
): readonly TraceSummary[] {
  if (live.size === 0) return listed;
  const known = new Set(listed.map((trace) => trace.traceId));
  const rows = listed.map((trace) => live.get(trace.traceId) ?? trace);
  const fresh = [...live.values()].filter(({ traceId }) => !known.has(traceId) && !waiting.has(traceId));
  return [...fresh.toSorted(laterFirst), ...rows];
}

/** Adds what arrived; beyond `most` traces the oldest told are let go (the list itself has them after the next load). */
export function addLive(
  live: ReadonlyMap<string, TraceSummary>,
  traces: readonly TraceSummary[],
  most: number,
): ReadonlyMap<string, TraceSummary> {
  const next = new Map(live);
  for (const trace of traces) {
    next.delete(trace.traceId);
    next.set(trace.traceId, trace);
  }
  for (const id of next.keys()) {
    if (next.size <= most) break;
    next.delete(id);
  }
  return next;
}

/** Decimal strings without leading zeros: the longer is the larger. */
function laterFirst(a: TraceSummary, b: TraceSummary): number {
  const [x, y] = [a.startUnixNano, b.startUnixNano];
  return x.length !== y.length ? y.length - x.length : x < y ? 1 : x > y ? -1 : 0;
}
