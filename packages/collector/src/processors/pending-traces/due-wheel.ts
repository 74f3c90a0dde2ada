import { grown } from "./columns.ts";

const end = -1;

/** When slots are due, to a resolution: buckets of slots, so that adding, moving and taking cost the same however many there are. */
export class DueWheel {
  readonly #resolutionMs: number;
  readonly #heads: Int32Array;
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  /** By slot; NaN if it is in none. */
  #bucket = new Float64Array(0);
  /** Buckets up to this one were taken. */
  #taken: number;
  #count = 0;

  /** Nothing is ever due more than `longestMs` after the time it is added at, which is when all that was due has been taken. */
  constructor(longestMs: number, nowMs: number) {
    this.#resolutionMs = Math.min(1000, Math.max(1, Math.ceil(longestMs / 20)));
    this.#heads = new Int32Array(Math.ceil(longestMs / this.#resolutionMs) + 3).fill(end);
    this.#taken = Math.floor(nowMs / this.#resolutionMs);
  }

  /** Milliseconds since the epoch at which something may be due; Infinity if nothing is. */
  get nextMs(): number {
    return this.#count === 0 ? Infinity : (this.#taken + 1) * this.#resolutionMs;
  }

  ensure(capacity: number): void {
    if (this.#next.length >= capacity) return;
    const before = this.#bucket.length;
    this.#next = grown(this.#next, capacity);
    this.#previous = grown(this.#previous, capacity);
    this.#bucket = grown(this.#bucket, capacity).fill(Number.NaN, before);
  }

  add(slot: number, dueMs: number, nowMs: number): void {
    if (this.#count === 0) this.#taken = Math.max(this.#taken, Math.floor(nowMs / this.#resolutionMs));
    const bucket = Math.min(
      Math.max(Math.ceil(dueMs / this.#resolutionMs), this.#taken + 1),
      this.#taken + this.#heads.length - 1,
    );
    this.#link(slot, bucket);
  }

  /** Makes it due at `dueMs`, if that is earlier than it is. */
  hasten(slot: number, dueMs: number, nowMs: number): void {
    if (!(Math.ceil(dueMs / this.#resolutionMs) < this.#bucket[slot]!)) return;
    this.remove(slot);
    this.add(slot, dueMs, nowMs);
  }

  remove(slot: number): void {
    const bucket = this.#bucket[slot]!;
    if (Number.isNaN(bucket)) return;
    const [next, previous] = [this.#next[slot]!, this.#previous[slot]!];
    if (previous === end) this.#heads[bucket % this.#heads.length] = next;
    else this.#next[previous] = next;
    if (next !== end) this.#previous[next] = previous;
    this.#bucket[slot] = Number.NaN;
    this.#count--;
  }

  /** Hands over every slot that is due, and has it no more. */
  take(nowMs: number, each: (slot: number) => void): void {
    const upTo = Math.floor(nowMs / this.#resolutionMs);
    const last = Math.min(upTo, this.#taken + this.#heads.length);
    for (let bucket = this.#taken + 1; bucket <= last; bucket++) {
      for (let slot = this.#heads[bucket % this.#heads.length]!; slot !== end;) {
        const next = this.#next[slot]!;
        this.remove(slot);
        each(slot);
        slot = next;
      }
    }
    this.#taken = Math.max(this.#taken, upTo);
  }

  #link(slot: number, bucket: number): void {
    const place = bucket % this.#heads.length;
    const head = this.#heads[place]!;
    this.#bucket[slot] = bucket;
    this.#next[slot] = head;
    this.#previous[slot] = end;
    if (head !== end) this.#previous[head] = slot;
    this.#heads[place] = slot;
    this.#count++;
  }
}
