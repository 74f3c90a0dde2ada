import { createPricing, type Pricing } from "@genscope/semconv/prices";
import { UsageLineage } from "@genscope/semconv/wire";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate, setTimeout as delay } from "node:timers/promises";
import { ClickHouseError } from "@clickhouse/client";
import type { JournalConsumer, Position, StoredRecord } from "@genscope/journal";
import { Signal } from "@genscope/otlp";
import type { Loader, LoaderStats, Store, StoredBlock } from "../store.ts";
import { abortable } from "../abortable.ts";
import { messageOf } from "../message-of.ts";
import { Block } from "./block.ts";
import { fillLineage } from "./fill-lineage.ts";
import { IdWindow } from "./id-window.ts";
import { insertBlock } from "./insert-block.ts";
import { fillWindow, storedPositions } from "./reconcile.ts";
import type { StoredPositions } from "./reconcile.ts";
import { restoreSummaries } from "./restore-summaries.ts";

export interface LoaderOptions {
  readonly store: Pick<Store, "client" | "ready">;
  readonly consumer: JournalConsumer;
  /** Where records go that the store will never take. */
  readonly deadLetterDir: string;
  /** What calls cost; list prices if left out. */
  readonly pricing?: Pricing | undefined;
}

/** A block holds at most this much of the journal. */
const maxBlockBytes = 26 * 1024 * 1024;
const maxBlockItems = 100_000;
/** Blocks this small wait for company: the engine merges fewer, larger parts with less work. */
const smallBlockItems = 5_000;
const lingerMs = 150;
/** The receivers share this thread: encoding lets them in at least this often. */
const encodeSliceMs = 4;
const firstRetryMs = 100;
const maxRetryMs = 5_000;

/** Not about the data: the engine was out of memory, timed out, or was told to stop. Trying again may do. */
const passingCodes = new Set(["159", "202", "209", "210", "236", "241", "243", "252", "394", "439", "999"]);

function isAboutTheData(error: unknown): boolean {
  return error instanceof ClickHouseError && !passingCodes.has(error.code);
}

/** Records with a block to encode them into. */
interface Batch {
  readonly records: readonly StoredRecord[];
  readonly block: Block;
  /** The records that the block has rows of. */
  readonly encoded: StoredRecord[];
  /** The epoch the block was encoded in; -1 while it is not encoded. */
  epoch: number;
}

function newBatch(records: readonly StoredRecord[], block: Block): Batch {
  return { records, block, encoded: [], epoch: -1 };
}

function isIn(stored: StoredPositions | undefined, { signal, position }: StoredRecord): boolean {
  if (stored === undefined) return false;
  if (signal === Signal.traces) return stored.spans.has(position);
  return signal === Signal.logs ? stored.logs.has(position) : stored.points.has(position);
}

function itemsOf(records: readonly StoredRecord[]): number {
  return records.reduce((sum, { itemCount }) => sum + itemCount, 0);
}

/**
 * Starts moving records from the journal into the store, block by block: encode, insert, commit the position. While one block is inserted the next one is
 * encoded. An insert whose outcome is not known is followed by asking the tables what they have (see reconcile.ts), so that each record is stored exactly
 * once however the engine or this process ends.
 */
export function createLoader(options: LoaderOptions): Loader {
  const { consumer, store } = options;
  const { client } = store;
  const window = new IdWindow();
  const pricing = options.pricing ?? createPricing();
  const lineage = new UsageLineage();
  const blocks = [new Block(pricing, lineage), new Block(pricing, lineage)] as const;
  const stopping = new AbortController();
  const listeners = new Set<(stored: StoredBlock) => void>();
  const waiting = new Set<{ position: Position; resolve: () => void }>();
  const dropped: Record<string, number> = {};
  let loadedSpans = 0;
  let loadedLogs = 0;
  let loadedPoints = 0;
  let duplicates = 0;
  let storedBlocks = 0;
  let lastError: string | undefined;
  let readTo: Position = consumer.committed;
  /** What the tables had past the committed position when they were last asked. */
  let present: StoredPositions | undefined;
  /** Blocks from before this position may have been tried already, by this process or by one before it. */
  let triedTo: Position = consumer.endPosition;
  /** How often the engine took a block for one that it has, and has not. */
  let mistaken = 0;
  /** Whether an insert's outcome is not known, so that neither the window nor `present` can be trusted. */
  let isUncertain = true;
  /** Counts how often the window was made anew: what was encoded before that must be encoded again. */
  let epoch = 0;
  /** Encoding and making the window anew must not run into each other. */
  let windowFree: Promise<unknown> = Promise.resolve();

  function withWindow<T>(use: () => Promise<T>): Promise<T> {
    const used = windowFree.then(use);
    windowFree = used.catch(() => {});
    return used;
  }

  /** Asks the tables what they have, if that is not known. */
  async function reconcile(): Promise<void> {
    if (!isUncertain) return;
    await store.ready(stopping.signal);
    await withWindow(async () => {
      for (const block of blocks) block.sources.forget();
      await fillWindow(client, window);
      await fillLineage(client, lineage);
      present = await storedPositions(client, consumer.committed);
      if (present.spans.size > 0) await restoreSummaries(client, consumer.committed);
      triedTo = consumer.endPosition;
      epoch++;
      isUncertain = false;
    });
  }

  /**
   * Rejects if the tables lack rows of a block that the engine says it took. It leaves a block out whose token it knows, and writes down the token before the
   * rows: one that was killed in between has the first and not the second. The next try has another token.
   */
  async function confirm({ encoded }: Batch): Promise<void> {
    const [first] = encoded;
    if (first === undefined) return;
    const stored = await storedPositions(client, first.position);
    if (encoded.every((record) => isIn(stored, record))) return;
    mistaken++;
    throw new Error("the engine left out a block that it was killed over");
  }

  async function setAside(record: StoredRecord, reason: string): Promise<void> {
    dropped[reason] = (dropped[reason] ?? 0) + record.itemCount;
    await mkdir(options.deadLetterDir, { recursive: true });
    const name = `${record.position}-${["", "traces", "logs", "metrics"][record.signal] ?? "unknown"}.bin`;
    await writeFile(join(options.deadLetterDir, name), record.payload);
  }

  /** Encodes what is not stored yet, a few milliseconds at a time. Records that cannot be read are set aside. */
  function encode(batch: Batch): Promise<void> {
    return withWindow(async () => {
      const { block, records, encoded } = batch;
      block.clear();
      encoded.length = 0;
      let pauseAt = performance.now() + encodeSliceMs;
      for (const record of records) {
        if (isIn(present, record)) continue;
        try {
          const before = block.items;
          block.add(record, window);
          if (block.items > before) encoded.push(record);
        } catch (error) {
          lastError = messageOf(error);
          await setAside(record, "unreadable");
        }
        if (performance.now() < pauseAt) continue;
        await setImmediate();
        pauseAt = performance.now() + encodeSliceMs;
      }
      batch.epoch = epoch;
    });
  }

  /** Stores records that the engine refuses as a whole in halves, until the one it refuses is alone. */
  async function storeInHalves({ records, block }: Batch, reason: string): Promise<void> {
    const [only] = records;
    if (records.length === 1 && only !== undefined) {
      lastError = reason;
      await setAside(only, "refused");
      return;
    }
    const half = records.length >> 1;
    for (const part of [records.slice(0, half), records.slice(half)]) await storeBatch(newBatch(part, block));
  }

  async function storeBatch(batch: Batch): Promise<void> {
    const { records, block } = batch;
    await reconcile();
    if (batch.epoch !== epoch) await encode(batch);
    // until it is answered; encoding has put the block's ids into the window already
    isUncertain = true;
    try {
      const range = `${records[0]!.position}-${records.at(-1)!.nextPosition}`;
      await insertBlock(client, block, mistaken === 0 ? range : `${range} ${mistaken}`);
      if (records[0]!.position < triedTo) await confirm(batch);
    } catch (error) {
      if (!isAboutTheData(error)) throw error;
      await storeInHalves(batch, messageOf(error));
      return;
    }
    isUncertain = false;
    lastError = undefined;
    loadedSpans += block.spans;
    loadedLogs += block.logs;
    loadedPoints += block.points;
    duplicates += block.duplicates;
    storedBlocks++;
    const stored: StoredBlock = {
      spans: block.spans,
      logs: block.logs,
      points: block.points,
      position: records[0]!.position,
      traceIds: [...block.traceIds],
    };
    for (const listener of listeners) listener(stored);
  }

  /** Tries until the records are stored, then commits their position. Rejects only when stopping. */
  async function finish(batch: Batch): Promise<void> {
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(maxRetryMs, retryMs * 2)) {
      try {
        await storeBatch(batch);
        break;
      } catch (error) {
        stopping.signal.throwIfAborted();
        batch.epoch = -1;
        lastError = messageOf(error);
        await delay(retryMs, undefined, { signal: stopping.signal });
      }
    }
    const position = batch.records.at(-1)!.nextPosition;
    if (present !== undefined && position > present.last) present = undefined;
    try {
      await consumer.commit(position);
    } catch (error) {
      // the disk may be full; a later commit covers this one, and after a crash the tables are asked
      lastError = messageOf(error);
    }
    wake();
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

  /** The next records, encoded if the window can be trusted by then. */
  async function nextBatch(block: Block): Promise<Batch | undefined> {
    const records = await nextRecords();
    if (records.length === 0) return undefined;
    const batch = newBatch(records, block);
    if (epoch > 0) await encode(batch);
    readTo = records.at(-1)!.nextPosition;
    return batch;
  }

  async function run(): Promise<void> {
    let inserting: Promise<void> = Promise.resolve();
    for (let turn = 0; !stopping.signal.aborted;) {
      try {
        const batch = await nextBatch(blocks[turn % 2 === 0 ? 0 : 1]);
        await inserting;
        if (batch === undefined) continue;
        inserting = finish(batch);
        inserting.catch(() => {});
        turn++;
      } catch (error) {
        // the journal could not be read: a disk may come back
        if (stopping.signal.aborted) break;
        lastError = messageOf(error);
        await delay(maxRetryMs, undefined, { signal: stopping.signal });
      }
    }
    await inserting;
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
      blocks: storedBlocks,
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
