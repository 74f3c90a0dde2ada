import { RowWriter } from "./row-writer.ts";

/**
 * A column of a block in ClickHouse's Native format (clickhouse.com/docs/interfaces/formats/Native): the parts its type is made of, one after the other. A
 * LowCardinality or Enum column may be sent as the plain type; the engine converts whole columns at little cost.
 */
export class NativeColumn {
  readonly name: string;
  readonly type: string;
  /** Plain types: the values. Nullable: null flags, values. Array: offsets, values. Map: offsets, keys, values. */
  readonly parts: readonly RowWriter[];
  /** Elements of an array or map so far: what its next offset counts on from. */
  elements = 0;

  constructor(name: string, type: string) {
    this.name = name;
    this.type = type;
    const count = type.startsWith("Map") ? 3 : /^(Array|Nullable)/.test(type) ? 2 : 1;
    this.parts = Array.from({ length: count }, () => new RowWriter(1 << 12));
  }

  get values(): RowWriter {
    return this.parts.at(-1)!;
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
    for (const column of this.columns) {
      column.elements = 0;
      for (const part of column.parts) part.clear();
    }
  }

  /** The block's bytes, in pieces that are valid until the next write. */
  *bytes(): Generator<Buffer> {
    const header = new RowWriter(128);
    header.length7(this.columns.length);
    header.length7(this.rows);
    for (const column of this.columns) {
      header.text(column.name);
      header.text(column.type);
      yield Buffer.from(header.bytes());
      header.clear();
      for (const part of column.parts) if (part.length > 0) yield part.bytes();
    }
  }
}
