import { OtlpError } from "../errors.ts";

/** Unknown groups (wire types 3 and 4) are skipped this deep, as the other protobuf implementations do. */
const maxGroupDepth = 100;

/**
 * Reads protobuf's wire format. Every method takes a position and gives back the one after what it read; lengths are checked against the enclosing
 * message, and a number that runs out of its message is found at the latest where that message ends.
 *
 * A result that is more than a position is left in a field: an object per number would cost more than the reading.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  /** The last varint, tag or length: its low and high 32 bits. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
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
