import type { FileHandle } from "node:fs/promises";
import { constants, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { JournalError } from "./journal-error.ts";
import type { Position } from "./journal.ts";
import { readFully } from "./segment.ts";
import { writeAll } from "./write-all.ts";

/*
 * A consumer's position: two slots of 4096 bytes, written in turn and in place. A torn write leaves the other slot, and a full disk does not stop a
 * commit, since the blocks are there already: commits are what makes room again.
 *
 *    0  u32  CRC-32 of what follows, note included
 *    4  u32  bytes of the note
 *    8  f64  sequence number; the slot with the higher one counts
 *   16  f64  committed position
 *   24       note, UTF-8
 */
const slotBytes = 4096;
const noteAt = 24;
/** Bytes of UTF-8 a commit's note may have. */
export const maxNoteBytes: number = slotBytes - noteAt;

export interface CommittedPosition {
  readonly position: Position;
  readonly note: string | undefined;
}

interface Slot extends CommittedPosition {
  readonly sequence: number;
}

function decodeSlot(bytes: Buffer): Slot | undefined {
  const noteBytes = bytes.readUInt32LE(4);
  if (noteBytes > maxNoteBytes) return undefined;
  if (crc32(bytes.subarray(4, noteAt + noteBytes)) !== bytes.readUInt32LE(0)) return undefined;
  return {
    sequence: bytes.readDoubleLE(8),
    position: bytes.readDoubleLE(16),
    note: noteBytes === 0 ? undefined : bytes.toString("utf8", noteAt, noteAt + noteBytes),
  };
}

/** The durable position of one consumer. */
export class PositionFile implements AsyncDisposable {
  readonly #file: FileHandle;
  #sequence: number;
  #unsynced = false;
  /** What was last written, or undefined for a new file. */
  readonly stored: CommittedPosition | undefined;
  /** Neither slot could be read although the file had been used. */
  readonly damaged: boolean;

  private constructor(file: FileHandle, slot: Slot | undefined, damaged: boolean) {
    this.#file = file;
    this.#sequence = slot?.sequence ?? 0;
    this.stored = slot;
    this.damaged = damaged;
  }

  /** Opens the file, or makes it at its full size. */
  static async open(path: string): Promise<PositionFile> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      const bytes = Buffer.alloc(2 * slotBytes);
      const size = await readFully(file, bytes, 0);
      const slots = [decodeSlot(bytes.subarray(0, slotBytes)), decodeSlot(bytes.subarray(slotBytes))];
      const newest = slots.reduce((a, b) => (a === undefined || (b && b.sequence > a.sequence) ? b : a), undefined);
      if (size < bytes.length) {
        await file.write(bytes.subarray(size), 0, bytes.length - size, size);
        await file.sync();
      }
      const blank = bytes.every((byte) => byte === 0);
      return new PositionFile(file, newest, newest === undefined && !blank);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Resolves once it is on the disk if `sync`; otherwise once it survives a kill of this process, see {@link sync}. */
  async write(position: Position, note: string | undefined, sync: boolean): Promise<void> {
    const text = Buffer.from(note ?? "", "utf8");
    if (text.length > maxNoteBytes) {
      throw new JournalError("invalid", `a commit's note may have ${maxNoteBytes} bytes, not ${text.length}`);
    }
    const sequence = this.#sequence + 1;
    const bytes = Buffer.alloc(slotBytes);
    bytes.writeUInt32LE(text.length, 4);
    bytes.writeDoubleLE(sequence, 8);
    bytes.writeDoubleLE(position, 16);
    text.copy(bytes, noteAt);
    bytes.writeUInt32LE(crc32(bytes.subarray(4, noteAt + text.length)), 0);
    await writeAll(this.#file, [bytes], slotBytes, (sequence % 2) * slotBytes);
    if (sync) await this.#file.datasync();
    this.#unsynced = !sync;
    this.#sequence = sequence;
  }

  /** Makes what was written durable. */
  async sync(): Promise<void> {
    if (!this.#unsynced) return;
    this.#unsynced = false;
    await this.#file.datasync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.sync();
    } finally {
      await this.#file.close();
    }
  }
}
