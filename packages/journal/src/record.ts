import { crc32 } from "node:zlib";
import type { JournalRecord, Position, StoredRecord } from "./journal.ts";

/*
 * A record on disk, little-endian:
 *
 *    0  u32  magic "GSJ1"; the digit is the version of this format
 *    4  u32  CRC-32 of everything after it, payload included
 *    8  u64  position of the record
 *   16  u48  received, milliseconds since the Unix epoch
 *   22  u16  signal
 *   24  u32  items
 *   28  u32  bytes of payload
 *   32       payload
 *
 * The position is in the header so that bytes of a journal carried inside a payload are never taken for a record of this one.
 */
export const headerBytes = 32;
export const maxPayloadBytes = 0xffff_ffff;
/** "GSJ1", as it stands in the file. */
export const magic: Buffer = Buffer.from("GSJ1", "latin1");
const magicNumber = magic.readUInt32LE(0);
const twoTo32 = 2 ** 32;

export function encodeHeader(target: Buffer, at: number, record: JournalRecord, position: Position): void {
  target.writeUInt32LE(magicNumber, at);
  target.writeUInt32LE(position % twoTo32, at + 8);
  target.writeUInt32LE(Math.floor(position / twoTo32), at + 12);
  target.writeUIntLE(record.receivedAtMs, at + 16, 6);
  target.writeUInt16LE(record.signal, at + 22);
  target.writeUInt32LE(record.itemCount, at + 24);
  target.writeUInt32LE(record.payload.byteLength, at + 28);
  const crc = crc32(record.payload, crc32(target.subarray(at + 8, at + headerBytes)));
  target.writeUInt32LE(crc, at + 4);
}

/** Bytes of the whole record if a header for `position` starts at `at`; 0 if none does. Needs {@link headerBytes} there. */
export function recordBytes(source: Buffer, at: number, position: Position): number {
  if (source.readUInt32LE(at) !== magicNumber) return 0;
  const stored = source.readUInt32LE(at + 8) + source.readUInt32LE(at + 12) * twoTo32;
  return stored === position ? headerBytes + source.readUInt32LE(at + 28) : 0;
}

/** Whether the record of `bytes` bytes at `at` is as it was written. */
export function isIntact(source: Buffer, at: number, bytes: number): boolean {
  return crc32(source.subarray(at + 8, at + bytes)) === source.readUInt32LE(at + 4);
}

/** The payload is a view into `source`. */
export function decodeRecord(source: Buffer, at: number, bytes: number, position: Position): StoredRecord {
  return {
    signal: source.readUInt16LE(at + 22),
    itemCount: source.readUInt32LE(at + 24),
    receivedAtMs: source.readUIntLE(at + 16, 6),
    payload: source.subarray(at + headerBytes, at + bytes),
    position,
    nextPosition: position + bytes,
  };
}

/** Offset of the next intact record in `source` after `at`, or -1. `start` is the position of the first byte of `source`. */
export function findRecord(source: Buffer, at: number, start: Position): number {
  for (let found = source.indexOf(magic, at); found !== -1; found = source.indexOf(magic, found + 1)) {
    if (found + headerBytes > source.length) return -1;
    const bytes = recordBytes(source, found, start + found);
    if (bytes > 0 && found + bytes <= source.length && isIntact(source, found, bytes)) return found;
  }
  return -1;
}
