const idBytes = 24;

/**
 * The exact ids (trace id, span id) of the spans stored last, so that one that a client sends again is recognised. Bounded: the oldest are forgotten. Nothing
 * is allocated per id.
 */
export class IdWindow {
  readonly #capacity: number;
  readonly #ids: Buffer;
  /** Open addressing over twice the capacity: entry + 1, or 0. */
  readonly #table: Int32Array;
  readonly #mask: number;
  #next = 0;
  #count = 0;

  constructor(capacity = 1 << 20) {
    this.#capacity = capacity;
    this.#ids = Buffer.alloc(capacity * idBytes);
    const slots = 2 ** Math.ceil(Math.log2(capacity * 2));
    this.#table = new Int32Array(slots);
    this.#mask = slots - 1;
  }

  get size(): number {
    return this.#count;
  }

  /** Adds the id, and says whether it was new. */
  add(source: Buffer, traceIdOffset: number, spanIdOffset: number): boolean {
    let slot = this.#hash(source, traceIdOffset, spanIdOffset);
    for (; this.#table[slot] !== 0; slot = (slot + 1) & this.#mask) {
      if (this.#equals(this.#table[slot]! - 1, source, traceIdOffset, spanIdOffset)) return false;
    }
    if (this.#count === this.#capacity) {
      this.#remove(this.#next);
      // removal may have moved entries over the free slot that was found
      slot = this.#hash(source, traceIdOffset, spanIdOffset);
      while (this.#table[slot] !== 0) slot = (slot + 1) & this.#mask;
    } else this.#count++;
    const at = this.#next * idBytes;
    for (let i = 0; i < 16; i++) this.#ids[at + i] = source[traceIdOffset + i]!;
    for (let i = 0; i < 8; i++) this.#ids[at + 16 + i] = source[spanIdOffset + i]!;
    this.#table[slot] = this.#next + 1;
    this.#next = (this.#next + 1) % this.#capacity;
    return true;
  }

  clear(): void {
    this.#table.fill(0);
    this.#next = 0;
    this.#count = 0;
  }

  #hash(source: Buffer, traceIdOffset: number, spanIdOffset: number): number {
    let value = 0;
    for (let i = 0; i < 8; i++) value = Math.imul(value ^ source[spanIdOffset + i]!, 0x01000193);
    for (let i = 8; i < 16; i++) value = Math.imul(value ^ source[traceIdOffset + i]!, 0x01000193);
    value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
    return (value ^ (value >>> 13)) & this.#mask;
  }

  #equals(entry: number, source: Buffer, traceIdOffset: number, spanIdOffset: number): boolean {
    const at = entry * idBytes;
    for (let i = 0; i < 8; i++) if (this.#ids[at + 16 + i] !== source[spanIdOffset + i]) return false;
    for (let i = 0; i < 16; i++) if (this.#ids[at + i] !== source[traceIdOffset + i]) return false;
    return true;
  }

  /** Takes an entry out and closes the gap in its run of slots, so that no later entry becomes unreachable. */
  #remove(entry: number): void {
    const at = entry * idBytes;
    let slot = this.#hash(this.#ids, at, at + 16);
    while (this.#table[slot] !== entry + 1) slot = (slot + 1) & this.#mask;
    let gap = slot;
    for (let probe = (gap + 1) & this.#mask; this.#table[probe] !== 0; probe = (probe + 1) & this.#mask) {
      const other = (this.#table[probe]! - 1) * idBytes;
      const home = this.#hash(this.#ids, other, other + 16);
      if (((probe - home) & this.#mask) >= ((probe - gap) & this.#mask)) {
        this.#table[gap] = this.#table[probe]!;
        gap = probe;
      }
    }
    this.#table[gap] = 0;
  }
}
