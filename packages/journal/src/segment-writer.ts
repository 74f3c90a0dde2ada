import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import type { Position } from "./journal.ts";
import { segmentPath } from "./segment.ts";
import type { Segment } from "./segment.ts";
import { writeAll } from "./write-all.ts";

/** The one open segment that grows. */
export class SegmentWriter implements AsyncDisposable {
  readonly segment: Segment;
  readonly #file: FileHandle;
  /** Set when a failed write could not be undone: what is in the file past `segment.end` is unknown, so nothing more is written to it. */
  #skipTo: Position | undefined;
  #unsynced = false;

  private constructor(segment: Segment, file: FileHandle) {
    this.segment = segment;
    this.#file = file;
  }

  static async create(dir: string, start: Position): Promise<SegmentWriter> {
    const path = segmentPath(dir, start);
    return new SegmentWriter({ path, start, end: start }, await open(path, "w"));
  }

  /** Where a segment after this one starts. */
  get nextStart(): Position {
    return this.#skipTo ?? this.segment.end;
  }

  get isUsable(): boolean {
    return this.#skipTo === undefined;
  }

  get length(): number {
    return this.segment.end - this.segment.start;
  }

  /** Writes all of it or, having undone what it wrote, rejects. The end moves only when it resolves, after the sync if one is asked for. */
  async write(buffers: Uint8Array[], bytes: number, sync: boolean): Promise<void> {
    const offset = this.length;
    let isWritten = false;
    try {
      await writeAll(this.#file, buffers, bytes, offset);
      isWritten = true;
      if (sync) await this.#file.datasync();
    } catch (error) {
      // After a failed sync the kernel may have dropped the pages and report success the next time: the file is not to be trusted.
      if (isWritten) this.#skipTo = this.segment.end + bytes;
      await this.#file.truncate(offset).catch(() => {
        this.#skipTo = this.segment.end + bytes;
      });
      throw error;
    }
    this.#unsynced ||= !sync;
    this.segment.end += bytes;
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
