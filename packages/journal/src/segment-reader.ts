import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import type { Damage } from "./damage.ts";
import { messageOf } from "./error-facts.ts";
import { JournalError } from "./journal-error.ts";
import type { Position, StoredRecord } from "./journal.ts";
import { decodeRecord, findRecord, headerBytes, isIntact, recordBytes } from "./record.ts";
import type { Segment } from "./segment.ts";
import { readFully } from "./segment.ts";

const chunkBytes = 1024 * 1024;
const nothing: Buffer = Buffer.alloc(0);

export interface SegmentReaderOptions {
  /** Payloads are valid until the next call only; nothing is allocated as long as records fit into what there is. */
  readonly reusesMemory?: boolean;
}

/** Reads records one after the other, from the disk in large pieces. Payloads are views into those. */
export class SegmentReader implements AsyncDisposable {
  readonly #reusesMemory: boolean;
  /** What is used again. */
  #memory = nothing;
  #segment: Segment | undefined;
  #file: FileHandle | undefined;
  #buffer = nothing;
  #bufferStart: Position = 0;

  constructor({ reusesMemory = false }: SegmentReaderOptions = {}) {
    this.#reusesMemory = reusesMemory;
  }

  /** What is at `position`, which is in `segment`. Throws `unreadable`. */
  async next(segment: Segment, position: Position): Promise<StoredRecord | Damage> {
    if (this.#segment !== segment) await this.#moveTo(segment);
    if (position + headerBytes > segment.end) return this.#damage(segment, position);
    await this.#need(segment, position, headerBytes);
    const bytes = recordBytes(this.#buffer, position - this.#bufferStart, position);
    if (bytes === 0 || position + bytes > segment.end) return this.#damage(segment, position);
    await this.#need(segment, position, bytes);
    const at = position - this.#bufferStart;
    return isIntact(this.#buffer, at, bytes)
      ? decodeRecord(this.#buffer, at, bytes, position)
      : this.#damage(segment, position);
  }

  async #moveTo(segment: Segment): Promise<void> {
    await this[Symbol.asyncDispose]();
    this.#file = await open(segment.path, "r");
    this.#segment = segment;
  }

  /** Sees to it that the buffer holds `bytes` bytes from `position` on. */
  async #need(segment: Segment, position: Position, bytes: number): Promise<void> {
    const held = this.#bufferStart + this.#buffer.length - position;
    if (position >= this.#bufferStart && held >= bytes) return;
    const kept = position >= this.#bufferStart && held > 0 ? this.#buffer.subarray(-held) : nothing;
    const buffer = this.#target(Math.min(Math.max(chunkBytes, bytes), segment.end - position));
    kept.copy(buffer);
    // until it is filled, what was read before may be overwritten
    this.#buffer = nothing;
    await this.#fill(segment, buffer.subarray(kept.length), position + kept.length);
    this.#buffer = buffer;
    this.#bufferStart = position;
  }

  #target(bytes: number): Buffer {
    // Not from Buffer's pool: the views handed out would keep unrelated bytes alive.
    if (!this.#reusesMemory) return Buffer.allocUnsafeSlow(bytes);
    if (this.#memory.length < bytes) this.#memory = Buffer.allocUnsafeSlow(Math.max(chunkBytes, bytes));
    return this.#memory.subarray(0, bytes);
  }

  async #fill(segment: Segment, target: Buffer, position: Position): Promise<void> {
    let bytesRead: number;
    try {
      bytesRead = await readFully(this.#file!, target, position - segment.start);
    } catch (error) {
      throw new JournalError("unreadable", `cannot read ${segment.path}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (bytesRead < target.length) {
      throw new JournalError("unreadable", `${segment.path} was shortened by somebody else`);
    }
  }

  async #damage(segment: Segment, position: Position): Promise<Damage> {
    await this.#need(segment, position, segment.end - position);
    const at = position - this.#bufferStart;
    const next = findRecord(this.#buffer, at + 1, this.#bufferStart);
    return {
      segment,
      position,
      bytes: this.#buffer.subarray(at, next === -1 ? at + segment.end - position : next),
      isTail: next === -1,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#segment = undefined;
    this.#buffer = nothing;
    this.#bufferStart = 0;
  }
}

export function isDamage(found: StoredRecord | Damage): found is Damage {
  return "isTail" in found;
}
