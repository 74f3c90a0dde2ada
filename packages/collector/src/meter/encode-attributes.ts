import { type AnyValue, ValueType, type View } from "@genscope/otlp";
import { encodeValue, ProtoWriter } from "@genscope/otlp/proto";

const keyValueTag = 0x0a;

/** Builds a list of `KeyValue`s as fields with the number 1, the attributes of a resource or scope; {@link writeAttributes} gives them another number. */
export class AttributesWriter {
  readonly #out = new ProtoWriter(256);

  text(key: Uint8Array, source: Uint8Array, from: number, length: number): void {
    this.#begin(key);
    const value = this.#out.beginMessage(1);
    this.#out.tag(1, 2);
    this.#out.varint(length);
    this.#out.raw(source, from, from + length);
    this.#end(value);
  }

  /** A value as it stands in a view, by its columns. */
  copy(key: Uint8Array, { bytes, attributes }: Pick<View, "bytes" | "attributes">, row: number): void {
    const type = attributes.type[row]!;
    const offset = attributes.valueOffset[row]!;
    const length = attributes.valueLength[row]!;
    this.#begin(key);
    const value = this.#out.beginMessage(1);
    if (type !== ValueType.empty) {
      const isVarint = type === ValueType.bool || type === ValueType.int;
      const isDouble = type === ValueType.double;
      this.#out.tag(type, isVarint ? 0 : isDouble ? 1 : 2);
      if (!isVarint && !isDouble) this.#out.varint(length);
      this.#out.raw(bytes, offset, offset + length);
    }
    this.#end(value);
  }

  value(key: Uint8Array, any: AnyValue): void {
    this.#begin(key);
    const value = this.#out.beginMessage(1);
    this.#out.raw(encodeValue(any));
    this.#end(value);
  }

  #starts = 0;

  #begin(key: Uint8Array): void {
    this.#out.tag(1, 2);
    this.#starts = this.#out.beginMessage(1);
    this.#out.blob(1, key);
    this.#out.tag(2, 2);
  }

  #end(value: number): void {
    this.#out.endMessage(value, 1);
    this.#out.endMessage(this.#starts, 1);
  }

  /** What was written, a copy; the next one begins. */
  finish(): Uint8Array {
    const bytes = this.#out.finish().slice();
    this.#out.position = 0;
    return bytes;
  }
}

/** Encoded attributes as fields of another number. */
export function writeAttributes(out: ProtoWriter, field: number, encoded: Uint8Array): void {
  for (let at = 0; at < encoded.length;) {
    if (encoded[at] !== keyValueTag) throw new Error("no encoded attributes");
    let length = 0;
    let p = at + 1;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = encoded[p++]!;
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    out.tag(field, 2);
    out.raw(encoded, at + 1, p + length);
    at = p + length;
  }
}
