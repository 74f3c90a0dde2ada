import { writevSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { JournalError } from "./journal-error.ts";

/** A write up to this goes into the page cache in less time than it takes to hand it to another thread. */
const smallBytes = 256 * 1024;
/** Where the kernel makes writers wait for the disk, the process would stand still: writes go to another thread for a while. */
const slowMs = 20;
const slowForMs = 1_000;

let slowUntilMs = 0;

/** Writes all of it at `offset`. Throws what the file system throws, having written a part perhaps. */
export async function writeAll(
  file: FileHandle,
  buffers: readonly Uint8Array[],
  bytes: number,
  offset: number,
): Promise<void> {
  let rest = buffers;
  let written = 0;
  while (written < bytes) {
    const count =
      bytes <= smallBytes && performance.now() >= slowUntilMs
        ? inPlace(file, rest, offset + written)
        : await inThread(file, rest, offset + written);
    if (count === 0) throw new JournalError("unwritable", "the file system took no bytes");
    written += count;
    if (written < bytes) rest = withoutFirst(rest, count);
  }
}

function inPlace(file: FileHandle, buffers: readonly Uint8Array[], offset: number): number {
  const begunMs = performance.now();
  const count = writevSync(file.fd, buffers, offset);
  const nowMs = performance.now();
  if (nowMs - begunMs > slowMs) slowUntilMs = nowMs + slowForMs;
  return count;
}

async function inThread(file: FileHandle, buffers: readonly Uint8Array[], offset: number): Promise<number> {
  const { bytesWritten } = await file.writev([...buffers], offset);
  return bytesWritten;
}

/** A write may stop short, as it does when a disk fills up. */
function withoutFirst(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  let index = 0;
  while (left >= buffers[index]!.byteLength) left -= buffers[index++]!.byteLength;
  return [buffers[index]!.subarray(left), ...buffers.slice(index + 1)];
}
