import type { Position } from "@genscope/journal";
import { grown } from "./columns.ts";

/** A record's number: they count up, modulo 2^32. */
export type RecordNumber = number;

/**
 * The records that were read and may be needed again, oldest first, and how many hold on to each. What nobody holds at the old end is let go of: up to
 * there a reader can commit.
 */
export class RecordRing {
  #positions = new Float64Array(1024);
  #bytes = new Uint32Array(1024);
  #holders = new Uint32Array(1024);
  #first: RecordNumber = 0;
  #next: RecordNumber = 0;
  #end: Position;
  #heldBytes = 0;

  constructor(start: Position) {
    this.#end = start;
  }

  /** Bytes of the payloads from the oldest record that is held to the newest. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Everything before it is let go of. */
  get handled(): Position {
    return this.#first === this.#next ? this.#end : this.#positions[this.#first & this.#mask]!;
  }

  get #mask(): number {
    return this.#positions.length - 1;
  }

  /** A record that was read, held once. */
  add(position: Position, nextPosition: Position, bytes: number): RecordNumber {
    if (distance(this.#first, this.#next) === this.#positions.length) this.#grow();
    const number = this.#next;
    const place = number & this.#mask;
    this.#positions[place] = position;
    this.#bytes[place] = bytes;
    this.#holders[place] = 1;
    this.#next = (number + 1) >>> 0;
    this.#end = nextPosition;
    this.#heldBytes += bytes;
    return number;
  }

  positionOf(number: RecordNumber): Position {
    return this.#positions[number & this.#mask]!;
  }

  hold(number: RecordNumber): void {
    this.#holders[number & this.#mask]!++;
  }

  release(number: RecordNumber): void {
    this.#holders[number & this.#mask]!--;
    while (this.#first !== this.#next && this.#holders[this.#first & this.#mask] === 0) {
      this.#heldBytes -= this.#bytes[this.#first & this.#mask]!;
      this.#first = (this.#first + 1) >>> 0;
    }
  }

  #grow(): void {
    const { length } = this.#positions;
    const [positions, bytes, holders] = [this.#positions, this.#bytes, this.#holders];
    this.#positions = grown(positions, length * 2);
    this.#bytes = grown(bytes, length * 2);
    this.#holders = grown(holders, length * 2);
    for (let i = 0; i < length; i++) {
      const number = (this.#first + i) >>> 0;
      const [from, to] = [number & (length - 1), number & this.#mask];
      this.#positions[to] = positions[from]!;
      this.#bytes[to] = bytes[from]!;
      this.#holders[to] = holders[from]!;
    }
  }
}

/** How far `to` is ahead of `from`. */
export function distance(from: RecordNumber, to: RecordNumber): number {
  return (to - from) >>> 0;
}
