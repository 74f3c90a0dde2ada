import { readString, type View } from "@genscope/otlp";
import { type ByteTable, createByteTable } from "@genscope/semconv/wire";

/** The keys that are looked for in one walk over an owner's attributes. */
export class WantedKeys {
  readonly table: ByteTable;
  readonly count: number;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(keys: readonly string[]) {
    const distinct = [...new Set(keys)];
    this.table = createByteTable(distinct);
    this.count = distinct.length;
    this.#numbers = new Map(distinct.map((key, number) => [key, number]));
  }

  numberOf(key: string): number {
    return this.#numbers.get(key)!;
  }
}

/** Where one owner has the keys that are wanted; used again for the next. */
export class AttributeRows {
  readonly #wanted: WantedKeys;
  readonly #rows: Int32Array;
  /** Says which rows are of this owner, so that nothing need be cleared. */
  readonly #stamps: Int32Array;
  readonly #isOther: ((key: string) => boolean) | undefined;
  #stamp = 0;
  /** Rows whose keys a pattern takes, by key. */
  readonly others: { key: string; row: number }[] = [];

  constructor(wanted: WantedKeys, isOther?: (key: string) => boolean) {
    this.#wanted = wanted;
    this.#rows = new Int32Array(wanted.count);
    this.#stamps = new Int32Array(wanted.count);
    this.#isOther = isOther;
  }

  read({ bytes, attributes }: Pick<View, "bytes" | "attributes">, first: number): void {
    this.#stamp++;
    if (this.#isOther !== undefined) this.others.length = 0;
    const { table } = this.#wanted;
    const { keyOffset, keyLength, next } = attributes;
    for (let row = first; row !== -1; row = next[row]!) {
      const number = table.find(bytes, keyOffset[row]!, keyLength[row]!);
      if (number !== -1) {
        this.#rows[number] = row;
        this.#stamps[number] = this.#stamp;
      }
      if (this.#isOther === undefined) continue;
      const key = readString({ bytes }, keyOffset[row]!, keyLength[row]!);
      if (this.#isOther(key)) this.others.push({ key, row });
    }
  }

  /** The row of a key, by its number; -1 if it is not there. */
  rowOf(number: number): number {
    return this.#stamps[number] === this.#stamp ? this.#rows[number]! : -1;
  }
}
