import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { AppendQueue, sumOfBytes, toBuffers } from "./append-queue.ts";
import type { PendingAppend } from "./append-queue.ts";
import { keepAside } from "./damage.ts";
import type { Damage } from "./damage.ts";
import { messageOf } from "./error-facts.ts";
import { JournalError } from "./journal-error.ts";
import type { Journal, JournalConsumer, JournalRecord, JournalStats, Position, StoredRecord } from "./journal.ts";
import { PositionFile } from "./position-file.ts";
import { headerBytes, maxPayloadBytes } from "./record.ts";
import { SegmentConsumer } from "./segment-consumer.ts";
import type { ConsumedLog } from "./segment-consumer.ts";
import { syncDirectory } from "./segment.ts";
import type { Segment } from "./segment.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { TailCache } from "./tail-cache.ts";

export interface SegmentJournalOptions {
  readonly dir: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly durability: "process" | "disk";
  readonly syncIntervalMs: number;
  readonly cacheBytes: number;
  readonly onWarning: (message: string) => void;
}

/** What opening found. */
export interface RecoveredLog {
  readonly segments: Segment[];
  readonly positions: ReadonlyMap<string, PositionFile>;
  readonly truncatedBytes: number;
  readonly lock: Disposable;
  readonly writer: SegmentWriter;
}

const consumerName = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export function positionPath(dir: string, consumer: string): string {
  return join(dir, `${consumer}.position`);
}

/** The journal in segment files. Made by `openJournal`. */
export class SegmentJournal implements Journal, ConsumedLog {
  readonly #options: SegmentJournalOptions;
  readonly #lock: Disposable;
  readonly #segments: Segment[];
  /** Positions of all consumers there ever were: those not open now hold their segments too. */
  readonly #positions: Map<string, PositionFile>;
  readonly #consumers = new Map<string, Promise<SegmentConsumer>>();
  readonly #openConsumers = new Map<string, SegmentConsumer>();
  readonly #queue: AppendQueue;
  readonly #cache: TailCache;
  readonly #waiters = new Set<() => void>();
  readonly #seenDamage = new Set<Position>();
  readonly #truncatedBytes: number;
  #writer: SegmentWriter;
  /** On disk; those of the group being written are counted apart until they are there. */
  #bytes: number;
  #writingBytes = 0;
  #background: Promise<unknown> = Promise.resolve();
  #syncTimer: NodeJS.Timeout | undefined;
  #disposing: Promise<void> | undefined;
  #appendedRecords = 0;
  #appendedItems = 0;
  #refusedRecords = 0;
  #damagedBytes = 0;

  constructor(options: SegmentJournalOptions, log: RecoveredLog) {
    this.#options = options;
    this.#lock = log.lock;
    this.#segments = [...log.segments, log.writer.segment];
    this.#positions = new Map(log.positions);
    this.#truncatedBytes = log.truncatedBytes;
    this.#writer = log.writer;
    this.#bytes = log.segments.reduce((sum, segment) => sum + segment.end - segment.start, 0);
    this.#queue = new AppendQueue(options.segmentBytes, (group) => this.#write(group));
    this.#cache = new TailCache(options.cacheBytes);
  }

  get isSynced(): boolean {
    return this.#options.durability === "disk";
  }

  get endPosition(): Position {
    return this.#writer.segment.end;
  }

  append(record: JournalRecord): Promise<Position> {
    return new Promise((resolve, reject) => {
      const bytes = headerBytes + record.payload.byteLength;
      const refusal = this.#refusal(record, bytes);
      if (refusal !== undefined) {
        reject(refusal);
        return;
      }
      this.#queue.add({ record, bytes, resolve, reject });
    });
  }

  #refusal(record: JournalRecord, bytes: number): JournalError | undefined {
    if (this.#disposing !== undefined) return closedError();
    const isValid =
      isWhole(record.signal, 0xffff) &&
      isWhole(record.itemCount, 0xffff_ffff) &&
      isWhole(record.receivedAtMs, 2 ** 48 - 1);
    if (!isValid)
      return new JournalError("invalid", "signal, itemCount and receivedAtMs must be whole numbers in range");
    if (bytes > this.#options.maxBytes || record.payload.byteLength > maxPayloadBytes) {
      return new JournalError("too-large", `a record of ${bytes} bytes can never fit into ${this.#options.maxBytes}`);
    }
    const over = this.#bytes + this.#writingBytes + this.#queue.bytes + bytes - this.#options.maxBytes;
    if (over <= 0) return undefined;
    return over <= this.#writer.length && this.#isConsumed(this.#writer.segment) ? undefined : this.#full();
  }

  #full(): JournalError {
    this.#refusedRecords++;
    const behind = [...this.#committed()].toSorted((a, b) => a[1] - b[1])[0];
    const who =
      behind === undefined
        ? "it has no consumer"
        : `consumer "${behind[0]}" is behind by ${this.bytesAfter(behind[1])} bytes`;
    return new JournalError(
      "journal-full",
      `the journal holds ${this.#bytes} of ${this.#options.maxBytes} bytes: ${who}`,
    );
  }

  async #write(taken: readonly PendingAppend[]): Promise<void> {
    let group = taken;
    this.#writingBytes = sumOfBytes(taken);
    try {
      await this.#prepare(this.#writingBytes);
      group = this.#withinBound(taken);
      if (group.length === 0) return;
      const start = this.#writer.segment.end;
      const bytes = sumOfBytes(group);
      await this.#writer.write(toBuffers(group, start), bytes, this.isSynced);
      this.#written(group, start, bytes);
    } catch (error) {
      const refusal = JournalError.fromWrite(error, "the record");
      for (const append of group) append.reject(refusal);
    } finally {
      this.#writingBytes = 0;
    }
  }

  /** Starts a new segment where this one is full, unusable, or in the way of the bound though nobody needs it. */
  async #prepare(bytes: number): Promise<void> {
    const { maxBytes, segmentBytes } = this.#options;
    const length = this.#writer.length;
    const isDue =
      !this.#writer.isUsable ||
      (length > 0 && length + bytes > segmentBytes) ||
      (length > 0 && this.#bytes + bytes > maxBytes && this.#isConsumed(this.#writer.segment));
    if (isDue) await this.#roll();
  }

  async #roll(): Promise<void> {
    const full = this.#writer;
    const { dir } = this.#options;
    const writer = await SegmentWriter.create(dir, full.nextStart);
    this.#writer = writer;
    this.#segments.push(writer.segment);
    const settled = Promise.all([full[Symbol.asyncDispose](), syncDirectory(dir)]);
    if (this.isSynced) await settled;
    else this.#inBackground(settled);
    await this.#retire();
  }

  #withinBound(group: readonly PendingAppend[]): PendingAppend[] {
    let room = this.#options.maxBytes - this.#bytes;
    return group.filter((append) => {
      if (append.bytes > room) {
        append.reject(this.#full());
        return false;
      }
      room -= append.bytes;
      return true;
    });
  }

  #written(group: readonly PendingAppend[], start: Position, bytes: number): void {
    this.#bytes += bytes;
    let position = start;
    for (const { record, bytes: length, resolve } of group) {
      const { signal, itemCount, receivedAtMs, payload } = record;
      const nextPosition = position + length;
      if (this.#openConsumers.size > 0) {
        this.#cache.add({ signal, itemCount, receivedAtMs, payload, position, nextPosition });
      }
      this.#appendedRecords++;
      this.#appendedItems += itemCount;
      resolve(position);
      position = nextPosition;
    }
    for (const wake of this.#waiters) wake();
    if (!this.isSynced) this.#scheduleSync();
  }

  #scheduleSync(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      this.#inBackground(Promise.all([this.#writer, ...this.#positions.values()].map((file) => file.sync())));
    }, this.#options.syncIntervalMs).unref();
  }

  #inBackground(work: Promise<unknown>): void {
    const reported = work.catch((error: unknown) => {
      this.#options.onWarning(`the journal could not be synced to the disk: ${messageOf(error)}`);
    });
    this.#background = Promise.all([this.#background, reported]);
  }

  async consumer(name: string): Promise<JournalConsumer> {
    if (this.#disposing !== undefined) throw closedError();
    if (!consumerName.test(name)) {
      throw new JournalError(
        "invalid",
        `a consumer's name is lower-case letters, digits and ._- (64 at most), not "${name}"`,
      );
    }
    let consumer = this.#consumers.get(name);
    if (consumer === undefined) {
      consumer = this.#openConsumer(name);
      this.#consumers.set(name, consumer);
      consumer.catch(() => this.#consumers.delete(name));
    }
    return consumer;
  }

  async #openConsumer(name: string): Promise<SegmentConsumer> {
    let file = this.#positions.get(name);
    if (file === undefined) {
      const oldest = this.#segments[0]!.start;
      try {
        file = await PositionFile.open(positionPath(this.#options.dir, name));
        await file.write(oldest, undefined, true);
      } catch (error) {
        await file?.[Symbol.asyncDispose]();
        throw JournalError.fromWrite(error, `the position of consumer "${name}"`);
      }
      this.#positions.set(name, file);
    }
    const consumer = new SegmentConsumer(this, name, file, this.#segments[0]!.start);
    this.#openConsumers.set(name, consumer);
    return consumer;
  }

  segmentAt(position: Position): Segment | undefined {
    return this.#segments.find(({ start, end }) => position < end && start < end);
  }

  cached(position: Position): StoredRecord | undefined {
    return this.#cache.get(position);
  }

  bytesAfter(position: Position): number {
    return this.#segments.reduce((sum, { start, end }) => sum + Math.max(0, end - Math.max(start, position)), 0);
  }

  async forget(name: string): Promise<void> {
    if (this.#disposing !== undefined) throw closedError();
    if (this.#consumers.has(name)) throw new JournalError("invalid", `consumer "${name}" is open`);
    const file = this.#positions.get(name);
    if (file === undefined) return;
    this.#positions.delete(name);
    await file[Symbol.asyncDispose]();
    try {
      await unlink(positionPath(this.#options.dir, name));
    } catch (error) {
      throw JournalError.fromWrite(error, `the position of consumer "${name}"`);
    }
    await this.#retire();
  }

  moreThan(position: Position, timeoutMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiters.delete(settle);
        clearTimeout(timer);
        signal?.removeEventListener("abort", settle);
        if (this.segmentAt(position) !== undefined) resolve(true);
        else if (this.#disposing !== undefined) reject(closedError());
        else resolve(false);
      };
      // Timers hold 31 bits of milliseconds.
      const timer = timeoutMs < 2 ** 31 ? setTimeout(settle, timeoutMs) : undefined;
      signal?.addEventListener("abort", settle);
      this.#waiters.add(settle);
      if (this.#disposing !== undefined) settle();
    });
  }

  hasRead(): void {
    this.#cache.release(Math.min(...Array.from(this.#openConsumers.values(), (consumer) => consumer.cursor)));
  }

  hasCommitted(): Promise<void> {
    if (!this.isSynced) this.#scheduleSync();
    return this.#retire();
  }

  *#committed(): Generator<[name: string, position: Position]> {
    for (const [name, file] of this.#positions) {
      yield [name, this.#openConsumers.get(name)?.committed ?? file.stored?.position ?? this.#segments[0]!.start];
    }
  }

  #isConsumed(segment: Segment): boolean {
    if (this.#positions.size === 0) return false;
    for (const [, position] of this.#committed()) if (position < segment.end) return false;
    return true;
  }

  /** Removes what every consumer is past. The newest segment stays: its name tells the next start which positions were used. */
  async #retire(): Promise<void> {
    while (this.#segments.length > 1 && this.#isConsumed(this.#segments[0]!)) {
      const { path, start, end } = this.#segments.shift()!;
      try {
        await unlink(path);
      } catch (error) {
        this.#options.onWarning(`${path} is not needed any more but cannot be removed: ${messageOf(error)}`);
      }
      this.#bytes -= end - start;
    }
  }

  async reportDamage(damage: Damage): Promise<void> {
    if (this.#seenDamage.has(damage.position)) return;
    this.#seenDamage.add(damage.position);
    this.#damagedBytes += damage.bytes.length;
    await keepAside(this.#options.dir, damage, this.#options.onWarning);
  }

  stats(): JournalStats {
    return {
      firstPosition: this.#segments[0]!.start,
      endPosition: this.endPosition,
      bytes: this.#bytes,
      maxBytes: this.#options.maxBytes,
      segments: this.#segments.length,
      appendedRecords: this.#appendedRecords,
      appendedItems: this.#appendedItems,
      refusedRecords: this.#refusedRecords,
      truncatedBytes: this.#truncatedBytes,
      damagedBytes: this.#damagedBytes,
      consumers: Array.from(this.#committed(), ([name, committed]) => ({
        name,
        committed,
        lagBytes: this.bytesAfter(committed),
      })),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #dispose(): Promise<void> {
    await Promise.resolve();
    for (const wake of this.#waiters) wake();
    clearTimeout(this.#syncTimer);
    await this.#queue.settled();
    try {
      await Promise.allSettled(this.#consumers.values());
      for (const [name, file] of this.#positions) {
        await (this.#openConsumers.get(name) ?? file)[Symbol.asyncDispose]();
      }
      await this.#background;
      await this.#writer[Symbol.asyncDispose]();
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function closedError(): JournalError {
  return new JournalError("closed", "the journal is closed");
}
