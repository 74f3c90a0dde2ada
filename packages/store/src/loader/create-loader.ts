import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ClickHouseError } from "@clickhouse/client";
import type { JournalConsumer, Position, StoredRecord } from "@genscope/journal";
import { Signal } from "@genscope/otlp";
import type { Loader, LoaderStats, Store, StoredBlock } from "../store.ts";
import { abortable } from "../abortable.ts";
import { messageOf } from "../message-of.ts";
import { Block } from "./block.ts";
import { IdWindow } from "./id-window.ts";
import { insertBlock } from "./insert-block.ts";
import { fillWindow, storedPositions } from "./reconcile.ts";
import type { StoredPositions } from "./reconcile.ts";

export interface LoaderOptions {
  readonly store: Pick<Store, "client" | "ready">;
  readonly consumer: JournalConsumer;
  /** Where records go that the store will never take. */
  readonly deadLetterDir: string;
}

/** A block holds at most this much of the journal. */
const maxBlockBytes = 16 * 1024 * 1024;
const maxBlockItems = 60_000;
/** Blocks this small wait for company: the engine merges fewer, larger parts with less work. */
const smallBlockItems = 5_000;
const lingerMs = 150;
const firstRetryMs = 100;
const maxRetryMs = 5_000;

/** Not about the data: the engine was out of memory, timed out, or was told to stop. Trying again may do. */
const passingCodes = new Set(["159", "202", "209", "210", "236", "241", "243", "252", "394", "439", "999"]);

function isAboutTheData(error: unknown): boolean {
  return error instanceof ClickHouseError && !passingCodes.has(error.code);
}

function itemsOf(records: readonly StoredRecord[]): number {
  return records.reduce((sum, { itemCount }) => sum + itemCount, 0);
}

/**
 * Starts moving records from the journal into the store, block by block: encode, insert, commit the position. An insert whose outcome is not known is followed
 * by asking the tables what they have (see reconcile.ts), so that each record is stored exactly once however the engine or this process ends.
 */
export function createLoader(options: LoaderOptions): Loader {
  const { consumer, store } = options;
  const { client } = store;
  const window = new IdWindow();
  const block = new Block();
  const stopping = new AbortController();
  const listeners = new Set<(stored: StoredBlock) => void>();
  const waiting = new Set<{ position: Position; resolve: () => void }>();
  const dropped: Record<string, number> = {};
  let loadedSpans = 0;
  let loadedLogs = 0;
  let loadedPoints = 0;
  let duplicates = 0;
  let blocks = 0;
  let lastError: string | undefined;
  let readTo: Position = consumer.committed;
  /** What the tables had past the committed position when they were last asked. */
  let present: StoredPositions | undefined;
  /** Whether an insert's outcome is not known, so that neither the window nor `present` can be trusted. */
  let isUncertain = true;

  function isPresent({ signal, position }: StoredRecord): boolean {
    if (present === undefined) return false;
    if (signal === Signal.traces) return present.spans.has(position);
    return signal === Signal.logs ? present.logs.has(position) : present.points.has(position);
  }

  /** Asks the tables what they have, if that is not known. */
  async function reconcile(): Promise<void> {
    if (!isUncertain) return;
    await store.ready(stopping.signal);
    block.sources.forget();
    await fillWindow(client, window);
    present = await storedPositions(client, consumer.committed);
    isUncertain = false;
  }

  async function setAside(record: StoredRecord, reason: string): Promise<void> {
    dropped[reason] = (dropped[reason] ?? 0) + record.itemCount;
    await mkdir(options.deadLetterDir, { recursive: true });
    const name = `${record.position}-${["", "traces", "logs", "metrics"][record.signal] ?? "unknown"}.bin`;
    await writeFile(join(options.deadLetterDir, name), record.payload);
  }

  /** Encodes what is not stored yet. Records that cannot be read are set aside. */
  async function encode(records: readonly StoredRecord[]): Promise<void> {
    block.clear();
    for (const record of records) {
      if (isPresent(record)) continue;
      try {
        block.add(record, window);
      } catch (error) {
        lastError = messageOf(error);
        await setAside(record, "unreadable");
      }
    }
  }

  /** Stores records that the engine refuses as a whole in halves, until the one it refuses is alone. */
  async function storeInHalves(records: readonly StoredRecord[], reason: string): Promise<void> {
    const [only] = records;
    if (records.length === 1 && only !== undefined) {
      lastError = reason;
      await setAside(only, "refused");
      return;
    }
    const half = records.length >> 1;
    for (const part of [records.slice(0, half), records.slice(half)]) await storeRecords(part);
  }

  async function storeRecords(records: readonly StoredRecord[]): Promise<void> {
    await reconcile();
    await encode(records);
    // until it is answered; encoding has put the block's ids into the window already
    isUncertain = true;
    try {
      await insertBlock(client, block, `${records[0]!.position}-${records.at(-1)!.nextPosition}`);
    } catch (error) {
      if (!isAboutTheData(error)) throw error;
      await storeInHalves(records, messageOf(error));
      return;
    }
    isUncertain = false;
    lastError = undefined;
    loadedSpans += block.spans;
    loadedLogs += block.logs;
    loadedPoints += block.points;
    duplicates += block.duplicates;
    blocks++;
    const stored: StoredBlock = {
      spans: block.spans,
      logs: block.logs,
      points: block.points,
      position: records[0]!.position,
      traceIds: [...block.traceIds],
    };
    for (const listener of listeners) listener(stored);
  }

  /** Tries until the records are stored; gives up only when stopping. */
  async function storeSurely(records: readonly StoredRecord[]): Promise<void> {
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(maxRetryMs, retryMs * 2)) {
      try {
        await storeRecords(records);
        return;
      } catch (error) {
        stopping.signal.throwIfAborted();
        lastError = messageOf(error);
        await delay(retryMs, undefined, { signal: stopping.signal });
      }
    }
  }

  async function nextRecords(): Promise<StoredRecord[]> {
    const limits = { maxBytes: maxBlockBytes, maxItems: maxBlockItems, signal: stopping.signal };
    const records = await consumer.read({ ...limits, from: readTo });
    if (records.length > 0 && itemsOf(records) < smallBlockItems) {
      await delay(lingerMs, undefined, { signal: stopping.signal }).catch(() => {});
      const more = await consumer.read({ ...limits, from: records.at(-1)!.nextPosition, waitMs: 0 });
      records.push(...more);
    }
    return records;
  }

  function wake(): void {
    for (const waiter of waiting) {
      if (consumer.committed < waiter.position) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const records = await nextRecords();
        if (records.length === 0) continue;
        await storeSurely(records);
        readTo = records.at(-1)!.nextPosition;
        await consumer.commit(readTo);
        if (present !== undefined && readTo > present.last) present = undefined;
        wake();
      } catch (error) {
        // the journal could not be read, or the position not be written: a disk that is full may have room again
        stopping.signal.throwIfAborted();
        lastError = messageOf(error);
        await delay(maxRetryMs, undefined, { signal: stopping.signal });
      }
    }
  }

  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) lastError = messageOf(error);
  });

  return {
    stats: (): LoaderStats => ({
      loadedSpans,
      loadedLogs,
      loadedPoints,
      duplicates,
      dropped: { ...dropped },
      blocks,
      committedPosition: consumer.committed,
      lagBytes: consumer.lagBytes,
      lastError,
    }),
    onStored(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async drained(signal) {
      const position = consumer.endPosition;
      if (consumer.lagBytes === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const waiter = { position, resolve };
      waiting.add(waiter);
      try {
        await abortable(promise, signal);
      } finally {
        waiting.delete(waiter);
      }
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error("the loader was stopped"));
      await running;
    },
  };
}
