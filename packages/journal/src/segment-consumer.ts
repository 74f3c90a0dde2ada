import type { Damage } from "./damage.ts";
import { JournalError } from "./journal-error.ts";
import type { JournalConsumer, Position, ReadOptions, StoredRecord } from "./journal.ts";
import type { PositionFile } from "./position-file.ts";
import type { Segment } from "./segment.ts";
import { isDamage, SegmentReader } from "./segment-reader.ts";

/** What a consumer needs of its journal. */
export interface ConsumedLog {
  readonly endPosition: Position;
  /** Whether what is written is on the disk before anybody is told. */
  readonly isSynced: boolean;
  /** The segment that holds the first byte at or after `position`, if there is one. */
  segmentAt(position: Position): Segment | undefined;
  cached(position: Position): StoredRecord | undefined;
  bytesAfter(position: Position): number;
  reportDamage(damage: Damage): Promise<void>;
  /** Resolves at the next append or, with `false`, when the time is over or the signal aborts. Rejects when the journal is disposed. */
  moreThan(position: Position, timeoutMs: number, signal: AbortSignal | undefined): Promise<boolean>;
  hasRead(): void;
  hasCommitted(): Promise<void>;
}

const defaultMaxBytes = 16 * 1024 * 1024;

export class SegmentConsumer implements JournalConsumer, AsyncDisposable {
  readonly name: string;
  readonly #log: ConsumedLog;
  readonly #file: PositionFile;
  readonly #reader = new SegmentReader();
  readonly #finder = new SegmentReader({ reusesMemory: true });
  #committed: Position;
  #note: string | undefined;
  #cursor: Position;
  #isReading = false;
  #finding: Promise<unknown> = Promise.resolve();
  #committing: Promise<void> = Promise.resolve();

  constructor(log: ConsumedLog, name: string, file: PositionFile, oldest: Position) {
    this.#log = log;
    this.name = name;
    this.#file = file;
    this.#committed = file.stored?.position ?? oldest;
    this.#note = file.stored?.note;
    this.#cursor = this.#committed;
  }

  get committed(): Position {
    return this.#committed;
  }

  get note(): string | undefined {
    return this.#note;
  }

  get lagBytes(): number {
    return this.#log.bytesAfter(this.#committed);
  }

  get endPosition(): Position {
    return this.#log.endPosition;
  }

  /** Where the next read starts. */
  get cursor(): Position {
    return this.#cursor;
  }

  async read(options: ReadOptions = {}): Promise<StoredRecord[]> {
    if (this.#isReading) throw new JournalError("invalid", `consumer "${this.name}" is reading already`);
    const { from, until, waitMs = Number.POSITIVE_INFINITY, signal } = options;
    if (from !== undefined && !(from >= 0 && from <= this.#log.endPosition)) {
      throw new JournalError("invalid", `position ${from} is not between 0 and the end, ${this.#log.endPosition}`);
    }
    this.#isReading = true;
    try {
      if (from !== undefined) this.#cursor = from;
      const deadline = performance.now() + waitMs;
      for (;;) {
        const records = await this.#collect(options);
        if (records.length > 0 || (until !== undefined && this.#cursor >= until)) return records;
        const left = deadline - performance.now();
        if (left <= 0 || signal?.aborted) return records;
        if (!(await this.#log.moreThan(this.#cursor, left, signal))) return records;
      }
    } finally {
      this.#isReading = false;
      this.#log.hasRead();
    }
  }

  async #collect(options: ReadOptions): Promise<StoredRecord[]> {
    const {
      until = Number.POSITIVE_INFINITY,
      maxBytes = defaultMaxBytes,
      maxItems = Number.POSITIVE_INFINITY,
    } = options;
    const records: StoredRecord[] = [];
    let bytes = 0;
    let items = 0;
    for (;;) {
      const segment = this.#log.segmentAt(this.#cursor);
      if (segment === undefined) return records;
      const position = Math.max(this.#cursor, segment.start);
      if (position >= until) {
        this.#cursor = position;
        return records;
      }
      const found = this.#log.cached(position) ?? (await this.#next(segment, position));
      if (found === undefined) continue;
      if (isDamage(found)) {
        await this.#log.reportDamage(found);
        this.#cursor = position + found.bytes.length;
        continue;
      }
      bytes += found.payload.byteLength;
      items += found.itemCount;
      if (records.length > 0 && (bytes > maxBytes || items > maxItems)) return records;
      records.push(found);
      this.#cursor = found.nextPosition;
    }
  }

  readAt(position: Position): Promise<StoredRecord | undefined> {
    const found = this.#finding.then(() => this.#find(position));
    this.#finding = found.catch(() => {});
    return found;
  }

  async #find(position: Position): Promise<StoredRecord | undefined> {
    const cached = this.#log.cached(position);
    if (cached !== undefined) return cached;
    const segment = this.#log.segmentAt(position);
    if (segment === undefined || position < segment.start) return undefined;
    const found = await this.#next(segment, position, this.#finder);
    if (found === undefined || !isDamage(found)) return found;
    await this.#log.reportDamage(found);
    return undefined;
  }

  /** Undefined if the segment was removed just now, because all consumers have committed past it. */
  async #next(
    segment: Segment,
    position: Position,
    reader: SegmentReader = this.#reader,
  ): Promise<StoredRecord | Damage | undefined> {
    try {
      return await reader.next(segment, position);
    } catch (error) {
      if (this.#log.segmentAt(position) !== segment) return undefined;
      throw error;
    }
  }

  commit(position: Position, note?: string): Promise<void> {
    const done = this.#committing.then(() => this.#commit(position, note));
    this.#committing = done.catch(() => {});
    return done;
  }

  async #commit(position: Position, note: string | undefined): Promise<void> {
    if (!(position >= this.#committed && position <= this.#log.endPosition)) {
      throw new JournalError(
        "invalid",
        `consumer "${this.name}" cannot commit ${position}: not between ${this.#committed} and ${this.#log.endPosition}`,
      );
    }
    try {
      await this.#file.write(position, note, this.#log.isSynced);
    } catch (error) {
      throw JournalError.fromWrite(error, `the position of consumer "${this.name}"`);
    }
    this.#committed = position;
    this.#note = note;
    // what is handled without having been read here needs no place in memory either
    if (!this.#isReading && this.#cursor < position) {
      this.#cursor = position;
      this.#log.hasRead();
    }
    await this.#log.hasCommitted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#committing, this.#finding]);
    await this.#finder[Symbol.asyncDispose]();
    await this.#reader[Symbol.asyncDispose]();
    await this.#file[Symbol.asyncDispose]();
  }
}
