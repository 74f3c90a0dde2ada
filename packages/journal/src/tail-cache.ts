import type { Position, StoredRecord } from "./journal.ts";

/** The newest records, in memory until every open consumer has read them or the bound is reached, so that a reader that keeps up reads no disk. */
export class TailCache {
  readonly #maxBytes: number;
  /** Those before the head are gone; their places are emptied, or they would be kept alive for as long as others are read. */
  #records: (StoredRecord | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(record: StoredRecord): void {
    this.#records.push(record);
    this.#bytes += heldBytes(record);
    while (this.#bytes > this.#maxBytes) this.#removeFirst();
  }

  /** Lets go of everything before `position`. */
  release(position: Position): void {
    while (this.#head < this.#records.length && this.#records[this.#head]!.position < position) this.#removeFirst();
  }

  /** The record at `position`, if it is held. */
  get(position: Position): StoredRecord | undefined {
    let low = this.#head;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#records[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    const record = this.#records[low];
    return record?.position === position ? record : undefined;
  }

  #removeFirst(): void {
    this.#bytes -= heldBytes(this.#records[this.#head]!);
    this.#records[this.#head++] = undefined;
    if (this.#head === this.#records.length) {
      this.#records = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** A payload keeps the whole buffer alive that it is a view of. */
function heldBytes(record: StoredRecord): number {
  return record.payload.buffer.byteLength;
}
