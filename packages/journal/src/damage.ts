import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { messageOf } from "./error-facts.ts";
import type { Position } from "./journal.ts";
import type { Segment } from "./segment.ts";

/** A stretch of a segment that holds no intact record. */
export interface Damage {
  readonly segment: Segment;
  readonly position: Position;
  readonly bytes: Buffer;
  /** Whether nothing intact follows it in the segment. */
  readonly isTail: boolean;
}

/** Copies damaged bytes to a file of their own and tells of them; returns whether the copy is there. */
export async function keepAside(
  dir: string,
  { segment, position, bytes }: Damage,
  onWarning: (message: string) => void,
): Promise<boolean> {
  const copy = join(dir, `${String(position).padStart(16, "0")}-${bytes.length}.corrupt`);
  let fate = `a copy is in ${basename(copy)}`;
  let isKept = true;
  try {
    await writeFile(copy, bytes);
  } catch (error) {
    isKept = false;
    fate = `they could not be copied aside: ${messageOf(error)}`;
  }
  const offset = position - segment.start;
  onWarning(
    `${bytes.length} bytes of ${basename(segment.path)} from offset ${offset} are damaged and left out; ${fate}`,
  );
  return isKept;
}
