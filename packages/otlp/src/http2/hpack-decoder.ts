import { ErrorCode, Http2Error } from "./http2-error.ts";
import { decodeHuffman } from "./huffman.ts";
import { staticTable } from "./static-table.ts";

/** What an entry takes besides its bytes, by the standard's count. */
const entryBytes = 32;
/** The most a sender may ask the table to hold: what it is without a setting. */
const maxTableBytes = 4096;
/** No number in a header block needs more. */
const maxNumberShift = 21;

type Entry = readonly [name: string, value: string];

/** Reads the header blocks of one connection, in their order (HPACK, RFC 7541). */
export class HpackDecoder {
  /** The oldest entry first. */
  readonly #entries: Entry[] = [];
  #tableBytes = 0;
  #tableLimit = maxTableBytes;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Gives every header of a block to `each`. @throws {Http2Error} for a block that cannot be read: none behind it can either */
  decode(block: Buffer, each: (name: string, value: string) => void): void {
    this.#block = block;
    this.#at = 0;
    let hasHeader = false;
    while (this.#at < block.length) {
      const first = block[this.#at]!;
      if (first >= 0x80) {
        const [name, value] = this.#entry(this.#number(7));
        each(name, value);
      } else if ((first & 0xe0) === 0x20) {
        if (hasHeader) throw broken("the size of the header table changes within a block");
        this.#limitTable(this.#number(5));
        continue;
      } else {
        const isKept = first >= 0x40;
        const index = this.#number(isKept ? 6 : 4);
        const name = index === 0 ? this.#text() : this.#entry(index)[0];
        const value = this.#text();
        if (isKept) this.#keep([name, value]);
        each(name, value);
      }
      hasHeader = true;
    }
  }

  #entry(index: number): Entry {
    const entry =
      index <= staticTable.length
        ? staticTable[index - 1]
        : this.#entries[this.#entries.length - (index - staticTable.length)];
    if (entry === undefined) throw broken(`there is no header ${index}`);
    return entry;
  }

  #keep(entry: Entry): void {
    const bytes = sizeOf(entry);
    this.#shrink(this.#tableLimit - bytes);
    // one larger than the table empties it
    if (bytes > this.#tableLimit) return;
    this.#entries.push(entry);
    this.#tableBytes += bytes;
  }

  #limitTable(bytes: number): void {
    if (bytes > maxTableBytes) throw broken(`a header table of ${bytes} bytes is larger than ${maxTableBytes}`);
    this.#tableLimit = bytes;
    this.#shrink(bytes);
  }

  #shrink(toBytes: number): void {
    let gone = 0;
    while (this.#tableBytes > toBytes && gone < this.#entries.length)
      this.#tableBytes -= sizeOf(this.#entries[gone++]!);
    this.#entries.splice(0, gone);
  }

  /** A number that begins in the low bits of a byte. */
  #number(bits: number): number {
    const most = 2 ** bits - 1;
    const first = this.#byte() & most;
    if (first < most) return first;
    let number = most;
    for (let shift = 0; shift <= maxNumberShift; shift += 7) {
      const byte = this.#byte();
      number += (byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
    throw broken("a number in a header is too large");
  }

  #byte(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw broken("a header block ends within a header");
    return byte;
  }

  #text(): string {
    const isHuffman = (this.#block[this.#at] ?? 0) >= 0x80;
    const length = this.#number(7);
    const from = this.#at;
    const to = from + length;
    if (to > this.#block.length) throw broken("a header block ends within a header");
    this.#at = to;
    return isHuffman ? decodeHuffman(this.#block, from, to) : this.#block.toString("latin1", from, to);
  }
}

function sizeOf([name, value]: Entry): number {
  return name.length + value.length + entryBytes;
}

function broken(message: string): Http2Error {
  return new Http2Error(ErrorCode.compression, message);
}
