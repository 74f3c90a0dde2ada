import type { ClickHouseClient } from "@clickhouse/client";

export interface StoreOptions {
  /** Directory of the embedded engine; created if missing. */
  readonly dataDir: string;
  /** A ClickHouse server to use in place of the embedded engine: `http://user:password@host:8123/database`. */
  readonly url?: string;
  /** Days after which spans, logs and metrics are deleted. */
  readonly retentionDays?: number;
  /** Bytes on disk above which the oldest partitions are deleted. */
  readonly retentionBytes?: number;
  /** Engine events for people: started, crashed, restarting in n ms … */
  readonly onEvent?: (event: EngineEvent) => void;
}

export interface EngineEvent {
  readonly kind: "starting" | "ready" | "crashed" | "restarting" | "stopped";
  readonly message: string;
  /** Process id of the engine, where there is one. */
  readonly pid?: number;
}

/**
 * The ClickHouse-dialect store, reached through `@clickhouse/client` whether the engine is embedded or a server. Opening starts the
 * engine and brings the schema up to date; disposing stops it.
 */
export interface Store extends AsyncDisposable {
  readonly client: ClickHouseClient;
  /** Waits for the engine to be up (after a crash it is restarted with back-off); rejects when the signal aborts. */
  ready(signal?: AbortSignal): Promise<void>;
  status(): StoreStatus;
  /** Deletes what is older or more than the options allow; runs by itself every few minutes. Gives back the partitions dropped. */
  applyRetention(): Promise<readonly string[]>;
}

export interface StoreStatus {
  readonly kind: "embedded" | "server";
  readonly state: "starting" | "ready" | "restarting" | "stopped";
  readonly version: string | undefined;
  readonly pid: number | undefined;
  readonly restarts: number;
  readonly lastError: string | undefined;
}

/** Counters of the journal → table loader, all since it started, in items unless said otherwise. */
export interface LoaderStats {
  readonly loadedSpans: number;
  readonly loadedLogs: number;
  readonly loadedPoints: number;
  /** Items seen before (a client's retry, or a block that had been stored before a crash) and therefore left out. */
  readonly duplicates: number;
  /** Items the store would never take, dropped with the reason counted. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly blocks: number;
  readonly committedPosition: number;
  readonly lagBytes: number;
  readonly lastError: string | undefined;
}

/** What a stored block held, for the live views. Bounded: of a large block only the first traces are named. */
export interface StoredBlock {
  readonly spans: number;
  readonly logs: number;
  readonly points: number;
  /** Journal position of its first record: rows of this block have this or a later one. */
  readonly position: number;
  /** Hex ids, at most 500. */
  readonly traceIds: readonly string[];
}

/** Moves batches from the journal into tables, each exactly once, until disposed (which finishes the block in hand). */
export interface Loader extends AsyncDisposable {
  stats(): LoaderStats;
  /** Resolves once everything appended before the call is stored; rejects when the signal aborts. */
  drained(signal?: AbortSignal): Promise<void>;
  onStored(listener: (block: StoredBlock) => void): () => void;
}
