import { ProtoWriter } from "../edit/proto-writer.ts";
import { OtlpError } from "../errors.ts";
import { defaultReceiveLimits } from "../limits.ts";
import type { ReceiveLimits } from "../limits.ts";
import { Signal } from "../signal.ts";
import { keyTable } from "./key-table.ts";
import type { KeyTable, TableField } from "./key-table.ts";
import { JsonReader } from "./json-reader.ts";
import { logsRequest, metricsRequest, traceRequest } from "./schema.ts";

const requests = {
  [Signal.traces]: keyTable(traceRequest),
  [Signal.logs]: keyTable(logsRequest),
  [Signal.metrics]: keyTable(metricsRequest),
};

/** Field 4, `double_value`, of `AnyValue`. */
const anyDoubleTag = (4 << 3) | 1;

/** How deep messages nest in each other around an attribute's value. */
const structuralDepth = 16;
/** `AnyValue`, `KeyValueList` and `KeyValue`: what one more level of a value comes to. */
const messagesPerLevel = 3;

/**
 * Turns an OTLP/JSON request into the same request in protobuf, in one pass over the text.
 *
 * Takes what the specification says (hex ids in either case, 64-bit integers as strings or numbers, unknown keys ignored) and some more: field
 * names in snake_case, enum values by name, `null` for absent. Of a key given twice the last one counts. Numbers stay exact. An id that is no hex
 * becomes one of a wrong length, so that its span alone is rejected later.
 * @throws OtlpError `invalid-argument`, with line and offset, for text that is no such request.
 */
export function jsonToProtobuf(
  signal: Signal,
  json: Uint8Array,
  limits: ReceiveLimits = defaultReceiveLimits,
): Uint8Array {
  return new Transcoder(json, structuralDepth + (limits.depth + 1) * messagesPerLevel).request(requests[signal]);
}

const maxFields = 16;

class Transcoder extends JsonReader {
  readonly #out: ProtoWriter;
  readonly #maxDepth: number;
  #depth = 0;
  /** Where the fields of the messages being written begin and end in the output, to take them back when their key comes again. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  constructor(json: Uint8Array, maxDepth: number) {
    super(json);
    this.#out = new ProtoWriter(json.length + 256);
    this.#maxDepth = maxDepth;
    this.#starts = new Int32Array((maxDepth + 1) * maxFields);
    this.#ends = new Int32Array((maxDepth + 1) * maxFields);
  }

  request(table: KeyTable): Uint8Array {
    this.skipByteOrderMark();
    this.skipSpace();
    this.#message(table);
    this.skipSpace();
    if (this.position < this.json.length) this.fail("nothing more was expected after the request");
    return this.#out.finish();
  }

  /** An object, its fields written to the output one after the other. */
  #message(table: KeyTable): void {
    if (this.json[this.position] !== 0x7b) this.fail(`${table.name} must be an object`);
    if (this.#depth === this.#maxDepth) this.fail("values nest too deep");
    const frame = this.#depth++ * maxFields;
    const starts = this.#starts;
    const ends = this.#ends;
    const out = this.#out;
    let seen = 0;
    let previous: TableField | undefined;
    this.position++;
    this.skipSpace();
    if (this.json[this.position] === 0x7d) {
      this.position++;
      this.#depth--;
      return;
    }
    for (;;) {
      const field = this.key(table, previous);
      this.expectColon();
      if (field === undefined) this.skipValue(0);
      else {
        previous = field;
        const bit = 1 << field.index;
        if ((seen & bit) !== 0) this.#takeBack(frame, field.index, table.fields.length, seen);
        seen |= bit;
        starts[frame + field.index] = out.position;
        if (this.json[this.position] === 0x6e) this.expectWord("null");
        else if (field.repeated) this.#list(field);
        else this.#field(field);
        ends[frame + field.index] = out.position;
      }
      if (!this.more(0x7d)) break;
    }
    this.#depth--;
  }

  /** Removes what a field had written before, since of a repeated key the last value counts. */
  #takeBack(frame: number, index: number, fieldCount: number, seen: number): void {
    const out = this.#out;
    const start = this.#starts[frame + index]!;
    const end = this.#ends[frame + index]!;
    if (start === end) return;
    out.bytes.copyWithin(start, end, out.position);
    out.position -= end - start;
    for (let other = 0; other < fieldCount; other++) {
      if ((seen & (1 << other)) === 0 || this.#starts[frame + other]! < end) continue;
      this.#starts[frame + other]! -= end - start;
      this.#ends[frame + other]! -= end - start;
    }
  }

  #list(field: TableField): void {
    if (this.json[this.position] !== 0x5b) this.failField(field, "a list");
    this.position++;
    this.skipSpace();
    if (this.json[this.position] === 0x5d) {
      this.position++;
      return;
    }
    const out = this.#out;
    if (field.message !== undefined || field.kind === "string") {
      do {
        this.#field(field);
      } while (this.more(0x5d));
      return;
    }
    out.varint(field.tag);
    const start = out.beginMessage(2);
    do {
      this.#number(field);
    } while (this.more(0x5d));
    out.endMessage(start, 2);
  }

  /** A value with its tag; nothing for a zero that needs no writing. */
  #field(field: TableField): void {
    const out = this.#out;
    const at = out.position;
    out.varint(field.tag);
    switch (field.kind) {
      case "message": {
        // A list's element may be null as well: an empty message.
        const { lengthBytes } = field;
        const start = out.beginMessage(lengthBytes);
        if (this.json[this.position] === 0x6e) this.expectWord("null");
        else this.#message(field.message!);
        field.lengthBytes = out.endMessage(start, lengthBytes);
        return;
      }
      case "string":
      case "bytes":
      case "id": {
        if (this.json[this.position] !== 0x22) this.failField(field, "a string");
        const { lengthBytes } = field;
        const start = out.beginMessage(lengthBytes);
        if (field.kind === "string") this.string(out);
        else if (field.kind === "id") this.hex(out);
        else this.base64(out);
        if (out.position === start && !field.explicit && !field.repeated) {
          out.position = at;
          return;
        }
        field.lengthBytes = out.endMessage(start, lengthBytes);
        return;
      }
      case "int64": {
        const double = this.integerOrDouble(field);
        if (double === undefined) out.varint64(this.low, this.high);
        else {
          out.position = at;
          out.varint(anyDoubleTag);
          out.double(double);
        }
        return;
      }
      default:
        if (this.#number(field) || field.explicit) return;
        out.position = at;
    }
  }

  /** A scalar without its tag. False if it is zero. */
  #number(field: TableField): boolean {
    const out = this.#out;
    switch (field.kind) {
      case "bool": {
        const value = this.boolean(field);
        out.varint(value ? 1 : 0);
        return value;
      }
      case "double": {
        const value = this.double(field);
        out.double(value);
        return value !== 0 || Object.is(value, -0);
      }
      case "enum":
        if (!this.enumName(field)) this.integer(field, -0x80000000, 0x7fffffff);
        out.varint64(this.low, this.high);
        break;
      case "uint32":
        this.integer(field, 0, 0xffffffff);
        out.varint64(this.low, this.high);
        break;
      case "sint32":
        this.integer(field, -0x80000000, 0x7fffffff);
        out.varint(((this.low << 1) ^ (this.low >> 31)) >>> 0);
        break;
      case "fixed32":
        this.integer(field, 0, 0xffffffff);
        out.fixed32(this.low);
        break;
      case "uint64":
        this.integer(field, 0, 2 ** 64);
        out.varint64(this.low, this.high);
        break;
      default:
        this.integer(field, field.kind === "sfixed64" ? -(2 ** 63) : 0, 2 ** 64);
        out.fixed32(this.low);
        out.fixed32(this.high);
    }
    return (this.low | this.high) !== 0;
  }

  override fail(message: string): never {
    throw new OtlpError("invalid-argument", `${message} (${this.where()})`);
  }
}
