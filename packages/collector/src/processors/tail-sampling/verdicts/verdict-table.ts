import { grown } from "../../pending-traces/columns.ts";
import { IdTable } from "../../pending-traces/id-table.ts";

const end = -1;

/** The last traces that were decided one way, up to a number of them: the oldest are forgotten first. */
export class VerdictTable {
  readonly #most: number;
  readonly #ids = new IdTable(64);
  #label = new Uint32Array(0);
  #atMs = new Float64Array(0);
  /** Which of all that were ever added. */
  #number = new Float64Array(0);
  #added = 0;
  #newer = new Int32Array(0);
  #older = new Int32Array(0);
  #oldest = end;
  #newest = end;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many of those that were added are forgotten, and so all before them. */
  get forgotten(): number {
    return this.#oldest === end ? this.#added : this.#number[this.#oldest]!;
  }

  /** The slot of a trace, or -1. */
  find(bytes: Uint8Array, traceId: number): number {
    return this.#ids.count === 0 ? -1 : this.#ids.find(bytes, traceId);
  }

  labelOf(slot: number): number {
    return this.#label[slot]!;
  }

  atMsOf(slot: number): number {
    return this.#atMs[slot]!;
  }

  /** `isCounted`: it is one of those that {@link forgotten} counts. */
  add(bytes: Uint8Array, traceId: number, label: number, atMs: number, isCounted = true): void {
    const known = this.find(bytes, traceId);
    if (known !== -1) this.remove(known);
    const number = this.#added;
    if (isCounted) this.#added++;
    if (this.#most === 0) return;
    if (this.#ids.count >= this.#most) this.remove(this.#oldest);
    const slot = this.#ids.add(bytes, traceId);
    this.#ensure();
    this.#label[slot] = label;
    this.#atMs[slot] = atMs;
    this.#number[slot] = number;
    this.#newer[slot] = end;
    this.#older[slot] = this.#newest;
    if (this.#newest === end) this.#oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
  }

  remove(slot: number): void {
    const [older, newer] = [this.#older[slot]!, this.#newer[slot]!];
    if (older === end) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === end) this.#newest = older;
    else this.#older[newer] = older;
    this.#ids.remove(slot);
  }

  #ensure(): void {
    const { capacity } = this.#ids;
    if (this.#label.length >= capacity) return;
    this.#label = grown(this.#label, capacity);
    this.#atMs = grown(this.#atMs, capacity);
    this.#number = grown(this.#number, capacity);
    this.#newer = grown(this.#newer, capacity);
    this.#older = grown(this.#older, capacity);
  }
}
