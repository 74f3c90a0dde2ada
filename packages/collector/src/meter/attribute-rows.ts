import { readString, type View } from "@genscope/otlp";
import { type ByteTable, createByteTable, type SpanReader } from "@genscope/semconv/wire";

/** The keys that are looked for in one walk over an owner's attributes. */
export class WantedKeys {
  readonly keys: readonly string[];
  readonly table: ByteTable;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(keys: readonly string[]) {
    const distinct = [...new Set(keys)];
    this.table = createByteTable(distinct);
    this.keys = distinct;
    this.#numbers = new Map(distinct.map((key, number) => [key, number]));
  }

  numberOf(key: string): number {
    return this.#numbers.get(key)!;
  }
}

/** Where an owner has the keys that are wanted. */
export interface KeyRows {
  /** The row of a key, by its number; -1 if it is not there. */
  rowOf(number: number): number;
  /** Rows whose keys a pattern takes, by key. */
  readonly others: readonly { readonly key: string; readonly row: number }[];
}

/** The keys that are wanted, as a reader of spans finds them on its way. */
export class SpanReaderRows implements KeyRows {
  readonly others = [];
  readonly #reader: SpanReader;

  /** A reader that looks for the keys of {@link WantedKeys}. */
  constructor(reader: SpanReader) {
    this.#reader = reader;
  }

  rowOf(number: number): number {
    return this.#reader.wantedRow[number]!;
  }
}

/** Where one owner has the keys that are wanted; used again for the next. */
export class AttributeRows implements KeyRows {
  readonly #wanted: WantedKeys;
  readonly #rows: Int32Array;
  /** Says which rows are of this owner, so that nothing need be cleared. */
  readonly #stamps: Int32Array;
  readonly #isOther: ((key: string) => boolean) | undefined;
  #stamp = 0;
  readonly others: { key: string; row: number }[] = [];

  constructor(wanted: WantedKeys, isOther?: (key: string) => boolean) {
    this.#wanted = wanted;
    this.#rows = new Int32Array(wanted.keys.length);
    this.#stamps = new Int32Array(wanted.keys.length);
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

  rowOf(number: number): number {
    return this.#stamps[number] === this.#stamp ? this.#rows[number]! : -1;
  }
}
