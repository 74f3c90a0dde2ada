import type { ClickHouseClient } from "@clickhouse/client";
import type { Loader, StoredBlock } from "@genscope/store";
import { spansSince } from "@genscope/store/queries";
import type { LiveSpan } from "./contract.ts";

/** What was stored since the last beat. */
export interface Beat {
  /** Hex ids of traces that changed, newest last, at most {@link maxTraces}. */
  readonly traceIds: readonly string[];
  /** Changed traces not named. */
  readonly skippedTraces: number;
  /** The spans, if anybody asked for spans. */
  readonly spans: readonly LiveSpan[];
  readonly skippedSpans: number;
}

export interface LiveHub {
  /** Tells the listener of each beat with something in it, until the returned function is called. */
  listen(listener: (beat: Beat) => void, options: { readonly spans: boolean }): () => void;
  close(): void;
}

const beatMs = 250;
const maxTraces = 200;
const maxSpans = 500;

/**
 * Gathers what the loader stores and tells listeners a few times a second, however fast it comes. Nothing is kept for anyone: what exceeds a beat's bound is counted.
 */
export function createLiveHub(client: ClickHouseClient, loader: Pick<Loader, "onStored">): LiveHub {
  const listeners = new Map<(beat: Beat) => void, boolean>();
  let changed = new Set<string>();
  let skipped = 0;
  let spanCount = 0;
  let firstPosition: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function beat(): Promise<void> {
    const traceIds = [...changed];
    const [skippedTraces, count, position] = [skipped, spanCount, firstPosition];
    changed = new Set();
    skipped = spanCount = 0;
    firstPosition = undefined;
    timer = undefined;
    const wanted = [...listeners.values()].includes(true);
    const spans = wanted && position !== undefined ? await spansSince(client, position, maxSpans).catch(() => []) : [];
    for (const listener of listeners.keys()) {
      listener({ traceIds, skippedTraces, spans, skippedSpans: Math.max(0, count - spans.length) });
    }
  }

  const stop = loader.onStored((block: StoredBlock) => {
    if (block.spans === 0 || listeners.size === 0) return;
    for (const id of block.traceIds) {
      if (changed.size < maxTraces || changed.has(id)) changed.add(id);
      else skipped++;
    }
    spanCount += block.spans;
    firstPosition ??= block.position;
    timer ??= setTimeout(() => void beat(), beatMs);
  });

  return {
    listen(listener, { spans }) {
      listeners.set(listener, spans);
      return () => listeners.delete(listener);
    },
    close() {
      stop();
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
