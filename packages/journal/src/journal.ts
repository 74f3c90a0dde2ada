/**
 * A byte offset into the endless log, growing by what is written. A record's position is where it starts; the next one starts at
 * the position after it or, where a run of the journal ended, later. A position is never used twice, not even when a power cut took
 * the records behind it. Below 2^53, so a number holds it exactly.
 */
export type Position = number;

/** One batch as it was accepted. The journal does not look into the payload, and keeps it by reference: do not write to it any more. */
export interface JournalRecord {
  /** 1 traces, 2 logs, 3 metrics. */
  readonly signal: number;
  /** Spans, log records or data points in the payload. */
  readonly itemCount: number;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAtMs: number;
  readonly payload: Uint8Array;
}

export interface StoredRecord extends JournalRecord {
  readonly position: Position;
  readonly nextPosition: Position;
}

export interface ReadOptions {
  /** Default: where this consumer's last read ended, at first the committed position. */
  readonly from?: Position;
  /** Stop before a record that would exceed this many payload bytes in all (default 16 MiB); one record is always returned. */
  readonly maxBytes?: number;
  readonly maxItems?: number;
  /** Do not return records at or past this position (to read a recorded range again). */
  readonly until?: Position;
  /** With nothing to read: wait this long for more. 0 returns at once. Default: for ever, until `signal` aborts. Either ends with no records. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** A named reader with its own committed position. Segments are kept until every consumer has committed past them. */
export interface JournalConsumer {
  readonly name: string;
  /** Everything before this was handled by the consumer, durably. */
  readonly committed: Position;
  /**
   * Records in order, possibly none if the wait ended. Payloads stay valid; other readers may have the same ones, so do not write to them.
   * Damaged stretches are reported and left out. One read at a time. Rejects with `closed` when the journal is disposed.
   */
  read(options?: ReadOptions): Promise<StoredRecord[]>;
  /**
   * The record that starts at `position`, wherever reading has got to; where the next read starts stays. Undefined if it was removed, having been
   * committed by all consumers, or is damaged. The payload is only valid until the next call: its memory is used again.
   */
  readAt(position: Position): Promise<StoredRecord | undefined>;
  /**
   * Records durably (atomically) that everything before `position` is handled; never goes back. `note` (at most 4072 bytes of UTF-8) is kept with it
   * and given back after a restart.
   */
  commit(position: Position, note?: string): Promise<void>;
  readonly note: string | undefined;
  /** Bytes of records between the committed position and the end. Positions have gaps: `committed + lagBytes` is not the end. */
  readonly lagBytes: number;
  /** Where the next record will start: once this is committed, everything appended so far is handled. */
  readonly endPosition: Position;
}

export interface JournalStats {
  readonly firstPosition: Position;
  readonly endPosition: Position;
  /** Bytes held on disk. */
  readonly bytes: number;
  readonly maxBytes: number;
  readonly segments: number;
  readonly appendedRecords: number;
  readonly appendedItems: number;
  /** Appends refused because the bound was reached. */
  readonly refusedRecords: number;
  /** Bytes cut from a torn tail when the journal was opened. */
  readonly truncatedBytes: number;
  /** Bytes found damaged since the journal was opened, and left out. */
  readonly damagedBytes: number;
  readonly consumers: readonly { name: string; committed: Position; lagBytes: number }[];
}

/**
 * The durable queue. `append` resolves once the record survives a kill of this process (`durability: "process"`) or a power cut
 * (`"disk"`), and rejects with a retryable `JournalError` when the bound in bytes is reached or the disk is full: nothing of
 * the record is then kept.
 */
export interface Journal extends AsyncDisposable {
  append(record: JournalRecord): Promise<Position>;
  /** Opens or creates the consumer; a new one starts at the oldest record held. */
  consumer(name: string): Promise<JournalConsumer>;
  /** Lets go of a consumer that is not open: what it has not committed is not kept for it any more. Nothing happens if there is none. */
  forget(name: string): Promise<void>;
  stats(): JournalStats;
}
