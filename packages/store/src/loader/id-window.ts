const idBytes = 24;

/** Ids in the order they came, found through a table with open addressing. */
class Generation {
  readonly ids: Buffer;
  /** Twice as many slots as ids: index of the id + 1, or 0. */
  readonly table: Int32Array;
  count = 0;

  constructor(capacity: number) {
    this.ids = Buffer.alloc(capacity * idBytes);
    this.table = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
  }

  /** The slot of the id, or the free slot where it belongs. */
  find(hash: number, source: Buffer, traceIdOffset: number, spanIdOffset: number): number {
    const { table } = this;
    const mask = table.length - 1;
    let slot = hash & mask;
    while (table[slot] !== 0 && !this.#equals(table[slot]! - 1, source, traceIdOffset, spanIdOffset))
      slot = (slot + 1) & mask;
    return slot;
  }

  #equals(entry: number, source: Buffer, traceIdOffset: number, spanIdOffset: number): boolean {
    const { ids } = this;
    const at = entry * idBytes;
    for (let i = 0; i < 8; i++) if (ids[at + 16 + i] !== source[spanIdOffset + i]) return false;
    for (let i = 0; i < 16; i++) if (ids[at + i] !== source[traceIdOffset + i]) return false;
    return true;
  }

  put(slot: number, source: Buffer, traceIdOffset: number, spanIdOffset: number): void {
    const { ids } = this;
    const at = this.count * idBytes;
    for (let i = 0; i < 16; i++) ids[at + i] = source[traceIdOffset + i]!;
    for (let i = 0; i < 8; i++) ids[at + 16 + i] = source[spanIdOffset + i]!;
    this.table[slot] = ++this.count;
  }

  clear(): void {
    this.table.fill(0);
    this.count = 0;
  }
}

/**
 * The exact ids (trace id, span id) of the spans stored last, so that one that a client sends again is recognised. Bounded: two generations of which the older
 * is forgotten at once when the younger is full, so that between half of `capacity` and all of it are known. Nothing is allocated per id.
 */
export class IdWindow {
  readonly #half: number;
  #younger: Generation;
  #older: Generation;

  constructor(capacity = 1 << 20) {
    this.#half = capacity / 2;
    this.#younger = new Generation(this.#half);
    this.#older = new Generation(this.#half);
  }

  get size(): number {
    return this.#younger.count + this.#older.count;
  }

  /** Adds the id, and says whether it was new. */
  add(source: Buffer, traceIdOffset: number, spanIdOffset: number): boolean {
    const hash = hashOf(source, traceIdOffset, spanIdOffset);
    const older = this.#older;
    if (older.table[older.find(hash, source, traceIdOffset, spanIdOffset)] !== 0) return false;
    const slot = this.#younger.find(hash, source, traceIdOffset, spanIdOffset);
    if (this.#younger.table[slot] !== 0) return false;
    this.#younger.put(slot, source, traceIdOffset, spanIdOffset);
    if (this.#younger.count === this.#half) {
      this.#older = this.#younger;
      this.#younger = older;
      older.clear();
    }
    return true;
  }

  clear(): void {
    this.#younger.clear();
    this.#older.clear();
  }
}

function hashOf(source: Buffer, traceIdOffset: number, spanIdOffset: number): number {
  let value = 0;
  for (let i = 0; i < 8; i++) value = Math.imul(value ^ source[spanIdOffset + i]!, 0x01000193);
  for (let i = 8; i < 16; i++) value = Math.imul(value ^ source[traceIdOffset + i]!, 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return value ^ (value >>> 13);
}
