import { OtlpError } from "../errors.ts";
import type { ReceiveLimits } from "../limits.ts";
import { createAttributeTable, growTable } from "./create-tables.ts";
import { ItemProblem, ValueType } from "./tables.ts";
import type { AttributeTable } from "./tables.ts";
import type { View } from "./views.ts";
import { WireReader } from "./wire-reader.ts";

/** Indexes attributes and their values, and keeps to the limits: on rows, on attributes of one owner, on nesting. */
export class AttributeIndexer extends WireReader {
  readonly limits: ReceiveLimits;
  readonly attributes: AttributeTable;

  /** The last `AnyValue`, as the attribute table has it. */
  valueType = 0;
  valueOffset = -1;
  valueLength = 0;
  /** {@link ItemProblem} of the item being read. */
  problem = 0;
  /** Attributes of the owner being read. */
  attributeCount = 0;
  /** Spans, log records or data points so far. */
  items = 0;
  #rows = 0;
  #joined: Uint8Array | undefined;
  #joinedLength = 0;

  constructor(bytes: Uint8Array, limits: ReceiveLimits, reuse: View | undefined) {
    super(bytes);
    this.limits = limits;
    this.attributes = reuse?.attributes ?? createAttributeTable(Math.max(16, bytes.length >>> 5));
    this.attributes.count = 0;
  }

  /**
   * A `KeyValue`, appended to the list whose last row is `previous` (-1 for an empty list). Gives back its row, or -1 when the owner has too
   * many already. Sets `problem`.
   */
  attribute(from: number, end: number, previous: number): number {
    if (++this.attributeCount > this.limits.attributesPerItem) {
      this.problem = ItemProblem.tooManyAttributes;
      return -1;
    }
    const { bytes, attributes } = this;
    const row = this.row(attributes, attributes.next);
    attributes.next[row] = -1;
    if (previous !== -1) attributes.next[previous] = row;
    // Nearly all attributes are a short key and a short string, written in that order and with nothing else: no loop is needed for those.
    const keyEnd = from + 2 + bytes[from + 1]!;
    const text = keyEnd + 4;
    if (
      text <= end &&
      bytes[from] === 0x0a &&
      keyEnd - from < 0x82 &&
      bytes[keyEnd] === 0x12 &&
      bytes[keyEnd + 1] === end - keyEnd - 2 &&
      end - keyEnd < 0x82 &&
      bytes[keyEnd + 2] === 0x0a &&
      bytes[keyEnd + 3] === end - text
    ) {
      attributes.keyOffset[row] = from + 2;
      attributes.keyLength[row] = keyEnd - from - 2;
      attributes.type[row] = ValueType.string;
      attributes.valueOffset[row] = text;
      attributes.valueLength[row] = end - text;
      return row;
    }
    let keyOffset = -1;
    let keyLength = 0;
    this.valueType = ValueType.empty;
    this.valueOffset = -1;
    this.valueLength = 0;
    let p = from;
    while (p < end) {
      const at = p;
      let tag = bytes[p++]!;
      if (tag >= 0x80) {
        p = this.tag(at);
        tag = this.low;
      }
      if (tag === 0x0a || tag === 0x12) {
        let length = bytes[p++]!;
        if (length >= 0x80) {
          p = this.length(p - 1, end, "KeyValue");
          length = this.low;
        }
        const start = p;
        p += length;
        if (!(p <= end)) this.tooLong(tag === 0x0a ? "KeyValue.key" : "KeyValue.value", start, length, end);
        if (tag === 0x0a) {
          keyOffset = start;
          keyLength = length;
        } else this.anyValue(start, p);
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("KeyValue", end);
    attributes.keyOffset[row] = keyOffset;
    attributes.keyLength[row] = keyLength;
    attributes.type[row] = this.valueType;
    attributes.valueOffset[row] = this.valueOffset;
    attributes.valueLength[row] = this.valueLength;
    return row;
  }

  /** An `AnyValue`, merged into `valueType`, `valueOffset` and `valueLength`, which the caller has cleared before the first piece. */
  anyValue(from: number, end: number): void {
    const { bytes } = this;
    let p = from;
    while (p < end) {
      const at = p;
      let tag = bytes[p++]!;
      if (tag >= 0x80) {
        p = this.tag(at);
        tag = this.low;
      }
      if (tag === 0x0a || tag === 0x2a || tag === 0x32 || tag === 0x3a) {
        let length = bytes[p++]!;
        if (length >= 0x80) {
          p = this.length(p - 1, end, "AnyValue");
          length = this.low;
        }
        const start = p;
        p += length;
        if (!(p <= end)) this.tooLong("AnyValue", start, length, end);
        if (tag === 0x2a || tag === 0x32) this.#nested(start, p, tag >>> 3);
        else this.#value(tag >>> 3, start, length);
      } else if (tag === 0x10 || tag === 0x18) {
        const start = p;
        p = bytes[p]! < 0x80 ? p + 1 : this.varint(p, end);
        this.#value(tag >>> 3, start, p - start);
      } else if (tag === 0x21) {
        this.#value(ValueType.double, p, 8);
        p += 8;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("AnyValue", end);
  }

  #value(type: number, offset: number, length: number): void {
    this.valueType = type;
    this.valueOffset = offset;
    this.valueLength = length;
  }

  /** An array or map: checked to the bottom here, so that whoever reads it later meets nothing malformed and nothing too deep. */
  #nested(start: number, end: number, type: number): void {
    if (!this.#checkList(start, end, type, 1)) {
      this.problem = ItemProblem.tooDeep;
      this.#value(ValueType.empty, -1, 0);
    } else if (this.valueType === type) this.#join(start, end);
    else this.#value(type, start, end - start);
  }

  /** `ArrayValue` or `KeyValueList`. False if it nests deeper than allowed. */
  #checkList(from: number, end: number, type: number, depth: number): boolean {
    if (depth > this.limits.depth) return false;
    let fine = true;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      if (this.low === 0x0a) {
        const start = this.length(p, end, type === ValueType.array ? "ArrayValue.values" : "KeyValueList.values");
        p = start + this.low;
        fine =
          (type === ValueType.array ? this.#checkValue(start, p, depth) : this.#checkPair(start, p, depth)) && fine;
      } else p = this.skip(this.low, p, end, at);
    }
    if (p !== end) this.truncated("AnyValue", end);
    return fine;
  }

  #checkPair(from: number, end: number, depth: number): boolean {
    let fine = true;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      if (this.low === 0x12) {
        const start = this.length(p, end, "KeyValue.value");
        p = start + this.low;
        fine = this.#checkValue(start, p, depth) && fine;
      } else p = this.skip(this.low, p, end, at);
    }
    if (p !== end) this.truncated("KeyValue", end);
    return fine;
  }

  #checkValue(from: number, end: number, depth: number): boolean {
    let fine = true;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x2a || tag === 0x32) {
        const start = this.length(p, end, "AnyValue");
        p = start + this.low;
        fine = this.#checkList(start, p, tag >>> 3, depth + 1) && fine;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("AnyValue", end);
    return fine;
  }

  /** Puts a further piece of a list behind what was read of it before; both end up after the request in `bytes`. */
  #join(start: number, end: number): void {
    const size = this.bytes.length;
    const length = end - start;
    const isLast = this.valueOffset >= size && this.valueOffset + this.valueLength === size + this.#joinedLength;
    const needed = this.#joinedLength + length + (isLast ? 0 : this.valueLength);
    // A well-meant request has no such value at all; this bound keeps the work of a hostile one linear in its size.
    if (needed > 2 * size + 1024) {
      throw new OtlpError("invalid-argument", `the list value at byte ${start} is sent in too many pieces`);
    }
    if (this.#joined === undefined || needed > this.#joined.length) {
      const grown = new Uint8Array(Math.max(1024, needed * 2));
      if (this.#joined !== undefined) grown.set(this.#joined);
      this.#joined = grown;
    }
    const joined = this.#joined;
    if (!isLast) {
      const offset = this.valueOffset;
      if (offset >= size) joined.copyWithin(this.#joinedLength, offset - size, offset - size + this.valueLength);
      else joined.set(this.bytes.subarray(offset, offset + this.valueLength), this.#joinedLength);
      this.valueOffset = size + this.#joinedLength;
      this.#joinedLength += this.valueLength;
    }
    joined.set(this.bytes.subarray(start, end), this.#joinedLength);
    this.#joinedLength += length;
    this.valueLength += length;
  }

  /** The request with the joined values behind it. */
  finish(): Uint8Array {
    if (this.#joined === undefined) return this.bytes;
    const all = new Uint8Array(this.bytes.length + this.#joinedLength);
    all.set(this.bytes);
    all.set(this.#joined.subarray(0, this.#joinedLength), this.bytes.length);
    return all;
  }

  /** A new row; `column` is any column of the table, to see its capacity. */
  row(table: { count: number }, column: { readonly length: number }): number {
    const row = table.count++;
    if (row === column.length) growTable(table);
    if (++this.#rows > this.limits.rows + this.items) {
      this.tooMany("rows", this.limits.rows, "attributes, events, links, scopes and resources");
    }
    return row;
  }

  /** For owners whose attributes many items share: there is no part of the batch that could be kept without them. */
  refuseProblem(owner: string, at: number): void {
    if (this.problem === ItemProblem.none) return;
    const { attributesPerItem, depth } = this.limits;
    throw new OtlpError(
      "invalid-argument",
      this.problem === ItemProblem.tooDeep
        ? `${owner} at byte ${at} has an attribute nested deeper than ${depth} levels`
        : `${owner} at byte ${at} has more than ${attributesPerItem} attributes`,
    );
  }

  tooMany(limit: string, bound: number, what: string): never {
    throw new OtlpError(
      "invalid-argument",
      `more than ${bound} ${what} in one request (limit "${limit}"): send smaller batches`,
    );
  }
}
