import { unlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { messageOf } from "./error-facts.ts";
import { JournalError } from "./journal-error.ts";
import type { Journal, JournalConsumer, JournalRecord, JournalStats, Position, StoredRecord } from "./journal.ts";
import { PositionFile } from "./position-file.ts";
import { encodeHeader, headerBytes, maxPayloadBytes } from "./record.ts";
import { SegmentConsumer } from "./segment-consumer.ts";
import type { ConsumedLog } from "./segment-consumer.ts";
import type { Damage } from "./segment-reader.ts";
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

interface PendingAppend {
  readonly record: JournalRecord;
  readonly bytes: number;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: JournalError) => void;
}

/** Appends written together: as many as one `writev` takes buffers, or as many bytes as make a good write. */
const maxGroupRecords = 512;
const maxGroupBytes = 16 * 1024 * 1024;
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
  readonly #openConsumers: SegmentConsumer[] = [];
  readonly #cache: TailCache;
  readonly #waiters = new Set<() => void>();
  readonly #seenDamage = new Set<Position>();
  readonly #truncatedBytes: number;
  #writer: SegmentWriter;
  #bytes: number;
  #pending: PendingAppend[] = [];
  #pendingBytes = 0;
  #draining: Promise<void> | undefined;
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
    this.#cache = new TailCache(options.cacheBytes);
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
      this.#pending.push({ record, bytes, resolve, reject });
      this.#pendingBytes += bytes;
      this.#draining ??= this.#drain();
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
    const reclaimable = this.#isConsumed(this.#writer.segment) ? this.#writer.length : 0;
    if (this.#bytes - reclaimable + this.#pendingBytes + bytes <= this.#options.maxBytes) return undefined;
    return this.#full();
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

  async #drain(): Promise<void> {
    // Lets everything that is appended in this turn of the event loop into the first group.
    await Promise.resolve();
    while (this.#pending.length > 0) await this.#writeGroup(this.#takeGroup());
    this.#draining = undefined;
  }

  #takeGroup(): PendingAppend[] {
    const limit = Math.min(maxGroupBytes, this.#options.segmentBytes);
    let count = 0;
    let bytes = 0;
    while (count < this.#pending.length && count < maxGroupRecords) {
      bytes += this.#pending[count]!.bytes;
      if (count > 0 && bytes > limit) break;
      count++;
    }
    const group = count === this.#pending.length ? this.#pending : this.#pending.slice(0, count);
    this.#pending = count === this.#pending.length ? [] : this.#pending.slice(count);
    return group;
  }

  async #writeGroup(taken: PendingAppend[]): Promise<void> {
    const takenBytes = sumOfBytes(taken);
    let group = taken;
    try {
      await this.#prepare(takenBytes);
      group = this.#withinBound(taken);
      if (group.length === 0) return;
      const start = this.#writer.segment.end;
      const bytes = sumOfBytes(group);
      await this.#writer.write(toBuffers(group, start), bytes, this.#options.durability === "disk");
      this.#written(group, start, bytes);
    } catch (error) {
      const refusal = JournalError.fromWrite(error, "the record");
      for (const append of group) append.reject(refusal);
    } finally {
      this.#pendingBytes -= takenBytes;
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
    const { dir, durability } = this.#options;
    const writer = await SegmentWriter.create(dir, full.nextStart);
    this.#writer = writer;
    this.#segments.push(writer.segment);
    const settled = Promise.all([full[Symbol.asyncDispose](), syncDirectory(dir)]);
    if (durability === "disk") await settled;
    else this.#inBackground(settled);
    await this.#retire();
  }

  #withinBound(group: PendingAppend[]): PendingAppend[] {
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
      if (this.#openConsumers.length > 0) {
        this.#cache.add({ signal, itemCount, receivedAtMs, payload, position, nextPosition });
      }
      this.#appendedRecords++;
      this.#appendedItems += itemCount;
      resolve(position);
      position = nextPosition;
    }
    for (const wake of this.#waiters) wake();
    if (this.#options.durability === "process") this.#scheduleSync();
  }

  #scheduleSync(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      this.#inBackground(this.#writer.sync());
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
        await file.write(oldest, undefined);
      } catch (error) {
        await file?.[Symbol.asyncDispose]();
        throw JournalError.fromWrite(error, `the position of consumer "${name}"`);
      }
      this.#positions.set(name, file);
    }
    const consumer = new SegmentConsumer(this, name, file, this.#segments[0]!.start);
    this.#openConsumers.push(consumer);
    return consumer;
  }

  segmentAt(position: Position): Segment | undefined {
    return this.#segments.find((segment) => position < segment.end);
  }

  cached(position: Position): StoredRecord | undefined {
    return this.#cache.get(position);
  }

  bytesAfter(position: Position): number {
    return this.#segments.reduce((sum, { start, end }) => sum + Math.max(0, end - Math.max(start, position)), 0);
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
    this.#cache.release(Math.min(...this.#openConsumers.map((consumer) => consumer.cursor)));
  }

  hasCommitted(): Promise<void> {
    return this.#retire();
  }

  *#committed(): Generator<[name: string, position: Position]> {
    const open = new Map(this.#openConsumers.map((consumer) => [consumer.name, consumer]));
    for (const [name, file] of this.#positions) {
      yield [name, open.get(name)?.committed ?? file.stored?.position ?? this.#segments[0]!.start];
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

  async reportDamage({ segment, position, bytes }: Damage): Promise<void> {
    if (this.#seenDamage.has(position)) return;
    this.#seenDamage.add(position);
    this.#damagedBytes += bytes.length;
    await keepAside(this.#options, segment, position, bytes);
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
    await this.#draining;
    try {
      await Promise.allSettled(this.#consumers.values());
      await Promise.all(this.#openConsumers.map((consumer) => consumer[Symbol.asyncDispose]()));
      const opened = new Set(this.#openConsumers.map((consumer) => consumer.name));
      for (const [name, file] of this.#positions) if (!opened.has(name)) await file[Symbol.asyncDispose]();
      await this.#background;
      await this.#writer[Symbol.asyncDispose]();
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }
}

/** Copies damaged bytes beside the segment, once, and tells of them. */
export async function keepAside(
  { dir, onWarning }: Pick<SegmentJournalOptions, "dir" | "onWarning">,
  segment: Segment,
  position: Position,
  bytes: Buffer,
): Promise<boolean> {
  const copy = join(dir, `${String(position).padStart(16, "0")}-${bytes.length}.corrupt`);
  let fate = `a copy is in ${basename(copy)}`;
  let isKept = true;
  try {
    await writeFile(copy, bytes);
  } catch (error) {
    isKept = false;
    fate = `they could not be copied aside: ${messageOf(error)}`;
  }
  const offset = position - segment.start;
  onWarning(
    `${bytes.length} bytes of ${basename(segment.path)} from offset ${offset} are damaged and left out; ${fate}`,
  );
  return isKept;
}

function toBuffers(group: readonly PendingAppend[], start: Position): Uint8Array[] {
  const headers = Buffer.allocUnsafe(group.length * headerBytes);
  const buffers: Uint8Array[] = [];
  let position = start;
  for (const [index, { record, bytes }] of group.entries()) {
    const at = index * headerBytes;
    encodeHeader(headers, at, record, position);
    buffers.push(headers.subarray(at, at + headerBytes));
    if (record.payload.byteLength > 0) buffers.push(record.payload);
    position += bytes;
  }
  return buffers;
}

function sumOfBytes(group: readonly PendingAppend[]): number {
  return group.reduce((sum, append) => sum + append.bytes, 0);
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function closedError(): JournalError {
  return new JournalError("closed", "the journal is closed");
}
