import type { JournalError } from "./journal-error.ts";
import type { JournalRecord, Position } from "./journal.ts";
import { encodeHeader, headerBytes } from "./record.ts";

export interface PendingAppend {
  readonly record: JournalRecord;
  /** Header and payload. */
  readonly bytes: number;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: JournalError) => void;
}

/** Appends written together: as many as one `writev` takes buffers, or as many bytes as make a good write. */
const maxGroupRecords = 512;
const maxGroupBytes = 16 * 1024 * 1024;

/** Collects appends while a write is running; hands them over in groups, one group at a time. */
export class AppendQueue {
  readonly #maxBytes: number;
  readonly #write: (group: readonly PendingAppend[]) => Promise<void>;
  #pending: PendingAppend[] = [];
  #bytes = 0;
  #draining: Promise<void> | undefined;

  /** `write` settles every append of its group and never rejects. */
  constructor(segmentBytes: number, write: (group: readonly PendingAppend[]) => Promise<void>) {
    this.#maxBytes = Math.min(maxGroupBytes, segmentBytes);
    this.#write = write;
  }

  /** Bytes waiting, without the group being written. */
  get bytes(): number {
    return this.#bytes;
  }

  add(append: PendingAppend): void {
    this.#pending.push(append);
    this.#bytes += append.bytes;
    this.#draining ??= this.#drain();
  }

  /** Resolves once everything added is settled. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // Lets everything that is appended in this turn of the event loop into the first group.
    await Promise.resolve();
    while (this.#pending.length > 0) await this.#write(this.#take());
    this.#draining = undefined;
  }

  #take(): PendingAppend[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#pending.length && count < maxGroupRecords) {
      bytes += this.#pending[count]!.bytes;
      if (count > 0 && bytes > this.#maxBytes) break;
      count++;
    }
    const group = this.#pending;
    this.#pending = group.splice(count);
    this.#bytes -= sumOfBytes(group);
    return group;
  }
}

export function sumOfBytes(group: readonly PendingAppend[]): number {
  return group.reduce((sum, append) => sum + append.bytes, 0);
}

/** What goes to the file: the headers are made here, the payloads are those that were given. */
export function toBuffers(group: readonly PendingAppend[], start: Position): Uint8Array[] {
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
