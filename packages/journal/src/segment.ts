import type { FileHandle } from "node:fs/promises";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Position } from "./journal.ts";

/** A stretch of the log in one file. The byte of position p is at offset p - start. */
export interface Segment {
  readonly path: string;
  readonly start: Position;
  /** Where readers stop; grows as appends to the newest segment complete. */
  end: Position;
}

const name = /^(\d{16})\.segment$/;

export function segmentPath(dir: string, start: Position): string {
  return join(dir, `${String(start).padStart(16, "0")}.segment`);
}

/** The segments of a directory in order, as long as their files are. */
export async function listSegments(dir: string): Promise<Segment[]> {
  const starts = (await readdir(dir)).flatMap((file) => {
    const digits = name.exec(file)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
  return Promise.all(
    starts
      .toSorted((a, b) => a - b)
      .map(async (start) => {
        const path = segmentPath(dir, start);
        return { path, start, end: start + (await stat(path)).size };
      }),
  );
}

/** Fills `target` from `offset` on; returns how many bytes there were. */
export async function readFully(file: FileHandle, target: Buffer, offset: number): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** Makes the creation and removal of files in `dir` durable. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
