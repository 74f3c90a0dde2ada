import { OtlpError } from "../errors.ts";
import type { ReceiveLimits } from "../limits.ts";
import { createAttributeTable, createResourceTable, createScopeTable, growTable } from "./create-tables.ts";
import { ItemProblem, ValueType } from "./tables.ts";
import type { AttributeTable, ResourceTable, ScopeTable } from "./tables.ts";
import type { View } from "./views.ts";

/** Unknown groups (wire types 3 and 4) are skipped this deep, as the other protobuf implementations do. */
const maxGroupDepth = 100;

/**
 * What indexing traces, logs and metrics has in common. Every method takes a position and gives back the one after what it read; lengths are
 * checked against the enclosing message once per field, so a varint that runs out of its message is found at the latest there.
 *
 * Results that are more than a position are left in fields (`low`, `valueType`, …): a result object per varint or value would cost more
 * than the reading.
 */
export abstract class Indexer {
  readonly limits: ReceiveLimits;
  bytes: Uint8Array;
  readonly resources: ResourceTable;
  readonly scopes: ScopeTable;
  readonly attributes: AttributeTable;

  /** The last varint: its low and high 32 bits. */
  low = 0;
  high = 0;
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
    this.bytes = bytes;
    this.limits = limits;
    this.resources = reuse?.resources ?? createResourceTable(4);
    this.scopes = reuse?.scopes ?? createScopeTable(8);
    this.attributes = reuse?.attributes ?? createAttributeTable(Math.max(16, bytes.length >>> 5));
    this.resources.count = 0;
    this.scopes.count = 0;
    this.attributes.count = 0;
  }

  /** `"ScopeSpans"` and the like, for messages. */
  abstract readonly names: { readonly request: string; readonly resource: string; readonly scope: string };
  /** Reads the field of a scope's message that holds items, and gives back the position after it. */
  abstract item(start: number, end: number, resource: number, scope: number): void;

  /** The request: a list of resources. */
  request(): void {
    const { bytes } = this;
    const end = bytes.length;
    if (end > 0x7fffffff) throw new OtlpError("invalid-argument", "a request of 2 GiB or more cannot be read");
    let p = 0;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x0a) {
        const start = this.length(p, end, this.names.request);
        p = start + this.low;
        this.#resource(start, p);
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated(this.names.request, end);
  }

  #resource(from: number, end: number): void {
    const table = this.resources;
    const row = this.row(table, table.start);
    let first = -1;
    let last = -1;
    let dropped = 0;
    let schemaUrlOffset = -1;
    let schemaUrlLength = 0;
    let attributeCount = 0;
    table.start[row] = from;
    table.end[row] = end;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x0a) {
        const start = this.length(p, end, "Resource");
        const stop = start + this.low;
        p = start;
        this.attributeCount = attributeCount;
        this.problem = 0;
        while (p < stop) {
          const atField = p;
          p = this.tag(p);
          const field = this.low;
          if (field === 0x0a) {
            const content = this.length(p, stop, "Resource.attributes");
            p = content + this.low;
            const added = this.attribute(content, p, last);
            if (added === -1) continue;
            if (first === -1) first = added;
            last = added;
          } else if (field === 0x10) {
            p = this.varint(p, stop);
            dropped = this.low;
          } else if (field === 0x1a) {
            const content = this.length(p, stop, "Resource.entity_refs");
            p = content + this.low;
            this.checkFields(content, p, "EntityRef");
          } else p = this.skip(field, p, stop, atField);
        }
        if (p !== stop) this.truncated("Resource", stop);
        attributeCount = this.attributeCount;
        this.refuseProblem("a resource", start);
      } else if (tag === 0x12) {
        const start = this.length(p, end, this.names.scope);
        p = start + this.low;
        this.#scope(start, p, row);
      } else if (tag === 0x1a) {
        schemaUrlOffset = this.length(p, end, `${this.names.resource}.schema_url`);
        schemaUrlLength = this.low;
        p = schemaUrlOffset + schemaUrlLength;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated(this.names.resource, end);
    table.firstAttribute[row] = first;
    table.droppedAttributesCount[row] = dropped;
    table.schemaUrlOffset[row] = schemaUrlOffset;
    table.schemaUrlLength[row] = schemaUrlLength;
  }

  #scope(from: number, end: number, resource: number): void {
    const table = this.scopes;
    const row = this.row(table, table.start);
    let first = -1;
    let last = -1;
    let dropped = 0;
    let nameOffset = -1;
    let nameLength = 0;
    let versionOffset = -1;
    let versionLength = 0;
    let schemaUrlOffset = -1;
    let schemaUrlLength = 0;
    let attributeCount = 0;
    table.resource[row] = resource;
    table.start[row] = from;
    table.end[row] = end;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x12) {
        const start = this.length(p, end, this.names.scope);
        p = start + this.low;
        this.problem = 0;
        this.item(start, p, resource, row);
      } else if (tag === 0x0a) {
        const start = this.length(p, end, "InstrumentationScope");
        const stop = start + this.low;
        p = start;
        this.attributeCount = attributeCount;
        this.problem = 0;
        while (p < stop) {
          const atField = p;
          p = this.tag(p);
          const field = this.low;
          if (field === 0x0a) {
            nameOffset = this.length(p, stop, "InstrumentationScope.name");
            nameLength = this.low;
            p = nameOffset + nameLength;
          } else if (field === 0x12) {
            versionOffset = this.length(p, stop, "InstrumentationScope.version");
            versionLength = this.low;
            p = versionOffset + versionLength;
          } else if (field === 0x1a) {
            const content = this.length(p, stop, "InstrumentationScope.attributes");
            p = content + this.low;
            const added = this.attribute(content, p, last);
            if (added === -1) continue;
            if (first === -1) first = added;
            last = added;
          } else if (field === 0x20) {
            p = this.varint(p, stop);
            dropped = this.low;
          } else p = this.skip(field, p, stop, atField);
        }
        if (p !== stop) this.truncated("InstrumentationScope", stop);
        attributeCount = this.attributeCount;
        this.refuseProblem("an instrumentation scope", start);
      } else if (tag === 0x1a) {
        schemaUrlOffset = this.length(p, end, `${this.names.scope}.schema_url`);
        schemaUrlLength = this.low;
        p = schemaUrlOffset + schemaUrlLength;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated(this.names.scope, end);
    table.nameOffset[row] = nameOffset;
    table.nameLength[row] = nameLength;
    table.versionOffset[row] = versionOffset;
    table.versionLength[row] = versionLength;
    table.firstAttribute[row] = first;
    table.droppedAttributesCount[row] = dropped;
    table.schemaUrlOffset[row] = schemaUrlOffset;
    table.schemaUrlLength[row] = schemaUrlLength;
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

  /** Into `low`. */
  tag(at: number): number {
    const first = this.bytes[at]!;
    if (first < 0x80) {
      this.low = first;
      return at + 1;
    }
    const p = this.varint(at, this.bytes.length);
    if (this.high !== 0) throw new OtlpError("invalid-argument", `the field number at byte ${at} is out of range`);
    return p;
  }

  /** The length of a length-delimited field into `low`; gives back where its content starts, which is sure to end within `end`. */
  length(at: number, end: number, what: string): number {
    let p = at + 1;
    const first = this.bytes[at]!;
    if (first < 0x80) this.low = first;
    else {
      p = this.varint(at, end);
      if (this.high !== 0) this.tooLong(what, p, this.high * 2 ** 32 + this.low, end);
    }
    if (!(at < end) || p + this.low > end) this.tooLong(what, p, this.low, end);
    return p;
  }

  /** Into `low` and `high`. */
  varint(at: number, end: number): number {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    let p = at;
    for (let shift = 0; shift < 70; shift += 7) {
      if (p >= end) this.truncated("a number", end);
      const byte = bytes[p++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return p;
      }
    }
    throw new OtlpError("invalid-argument", `the number at byte ${at} is longer than 10 bytes`);
  }

  fixed32(at: number): number {
    const { bytes } = this;
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  }

  /** Steps over the content of a field that is not known, or not of the type it should have. */
  skip(tag: number, at: number, end: number, tagAt: number): number {
    if (tag >>> 3 === 0) this.noField(tagAt);
    switch (tag & 7) {
      case 0:
        return this.varint(at, end);
      case 1:
        return at + 8;
      case 2: {
        const start = this.length(at, end, `field ${tag >>> 3}`);
        return start + this.low;
      }
      case 3:
        return this.#skipGroup(tag >>> 3, at, end, tagAt);
      case 5:
        return at + 4;
      default:
        throw new OtlpError(
          "invalid-argument",
          `field ${tag >>> 3} at byte ${tagAt} has wire type ${tag & 7}, which cannot be here: this is not OTLP protobuf`,
        );
    }
  }

  /** A message that readers decode later: it must hold whole fields. */
  checkFields(from: number, end: number, what: string): void {
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      p = this.skip(this.low, p, end, at);
    }
    if (p !== end) this.truncated(what, end);
  }

  #skipGroup(field: number, at: number, end: number, tagAt: number): number {
    const open = [field];
    let p = at;
    while (open.length > 0) {
      if (p >= end) this.truncated(`the group at byte ${tagAt}`, end);
      const inner = p;
      p = this.tag(p);
      const wireType = this.low & 7;
      if (wireType === 4) {
        if (open.pop() !== this.low >>> 3) {
          throw new OtlpError("invalid-argument", `a group ends at byte ${inner} that was not open`);
        }
      } else if (wireType === 3) {
        if (open.length === maxGroupDepth) {
          throw new OtlpError("invalid-argument", `groups nest deeper than ${maxGroupDepth} at byte ${inner}`);
        }
        open.push(this.low >>> 3);
      } else p = this.skip(this.low, p, end, inner);
    }
    return p;
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

  noField(at: number): never {
    throw new OtlpError("invalid-argument", `there is no field number 0, at byte ${at}: this is not OTLP protobuf`);
  }

  truncated(what: string, end: number): never {
    throw new OtlpError("invalid-argument", `${what} is cut off at byte ${end}`);
  }

  tooLong(what: string, at: number, length: number, end: number): never {
    throw new OtlpError(
      "invalid-argument",
      Number.isNaN(length + at) || at > end
        ? `${what} is cut off at byte ${end}`
        : `${what} at byte ${at} claims ${length} bytes, but what encloses it ends after ${end - at}`,
    );
  }
}
