import { RowWriter } from "./row-writer.ts";

/** Bytes of a value; a String that is empty takes 1 as well. */
const widths: Readonly<Record<string, number>> = {
  UInt8: 1,
  String: 1,
  UInt32: 4,
  UInt64: 8,
  Int64: 8,
  Float64: 8,
  "DateTime64(3)": 8,
  "FixedString(8)": 8,
  "FixedString(16)": 16,
};

/**
 * A column of a block in ClickHouse's Native format (clickhouse.com/docs/interfaces/formats/Native): the parts its type is made of, one after the other. A
 * LowCardinality or Enum column may be sent as the plain type; the engine converts whole columns at little cost.
 */
export class NativeColumn {
  readonly name: string;
  readonly type: string;
  /** Plain types: the values. Nullable: null flags, values. Array: offsets, values. Map: offsets, keys, values. */
  readonly parts: readonly RowWriter[];
  /** The last part. */
  readonly values: RowWriter;
  /** Elements of an array or map so far: what its next offset counts on from. */
  elements = 0;
  /** Rows written. A row left out is empty (0, "", NULL, []) and is made up for at once with all its like. */
  #filled = 0;
  readonly #width: number;
  readonly #kind: "plain" | "nullable" | "list";

  constructor(name: string, type: string) {
    this.name = name;
    this.type = type;
    this.#kind = type.startsWith("Nullable") ? "nullable" : /^(Array|Map)/.test(type) ? "list" : "plain";
    this.#width = widths[type.replace(/^Nullable\((.*)\)$/, "$1")] ?? 1;
    const count = type.startsWith("Map") ? 3 : this.#kind === "plain" ? 1 : 2;
    this.parts = Array.from({ length: count }, () => new RowWriter(1 << 12));
    this.values = this.parts.at(-1)!;
  }

  /** To be called before the row's value is written; rows since the last one written become empty ones. */
  begin(row: number): void {
    if (this.#filled < row) this.fill(row);
    this.#filled = row + 1;
  }

  /** The same for a Nullable that has a value. */
  beginValue(row: number): void {
    this.begin(row);
    this.parts[0]!.u8(0);
  }

  /** Ends a list's row, whose elements have been written. */
  endList(count: number): void {
    this.elements += count;
    this.parts[0]!.safeInteger(this.elements);
  }

  /** Makes up for the rows before `row` that were left out. */
  fill(row: number): void {
    const missing = row - this.#filled;
    if (missing <= 0) return;
    const [first] = this.parts;
    if (this.#kind === "list") for (let i = 0; i < missing; i++) first!.safeInteger(this.elements);
    else {
      if (this.#kind === "nullable") first!.repeat(1, missing);
      this.values.repeat(0, missing * this.#width);
    }
    this.#filled = row;
  }

  clear(): void {
    this.elements = 0;
    this.#filled = 0;
    for (const part of this.parts) part.clear();
  }
}

/** Rows on their way to one table, column by column. Filled, sent and cleared over and over: its buffers are made once. */
export class NativeTable {
  readonly columns: readonly NativeColumn[];
  rows = 0;

  /** Columns as `name Type`. */
  constructor(columns: readonly string[]) {
    this.columns = columns.map((column) => {
      const space = column.indexOf(" ");
      return new NativeColumn(column.slice(0, space), column.slice(space + 1));
    });
  }

  column(name: string): NativeColumn {
    const found = this.columns.find((column) => column.name === name);
    if (found === undefined) throw new Error(`no column ${name}`);
    return found;
  }

  get names(): string {
    return this.columns.map(({ name }) => name).join(", ");
  }

  clear(): void {
    this.rows = 0;
    for (const column of this.columns) column.clear();
  }

  /** The block's bytes, in pieces that are valid until the next write. */
  *bytes(): Generator<Buffer> {
    const header = new RowWriter(128);
    header.length7(this.columns.length);
    header.length7(this.rows);
    for (const column of this.columns) {
      column.fill(this.rows);
      header.text(column.name);
      header.text(column.type);
      yield Buffer.from(header.bytes());
      header.clear();
      for (const part of column.parts) if (part.length > 0) yield part.bytes();
    }
  }
}
