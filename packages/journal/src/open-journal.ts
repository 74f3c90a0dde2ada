import { mkdir, readdir, truncate, unlink } from "node:fs/promises";
import { join } from "node:path";
import { keepAside } from "./damage.ts";
import { lockDirectory } from "./directory-lock.ts";
import { JournalError } from "./journal-error.ts";
import type { Journal, Position } from "./journal.ts";
import { PositionFile } from "./position-file.ts";
import { SegmentJournal } from "./segment-journal.ts";
import type { SegmentJournalOptions } from "./segment-journal.ts";
import { isDamage, SegmentReader } from "./segment-reader.ts";
import { listSegments, syncDirectory } from "./segment.ts";
import type { Segment } from "./segment.ts";
import { SegmentWriter } from "./segment-writer.ts";

export interface JournalOptions {
  /** Made if it is missing. One journal has it at a time. */
  readonly dir: string;
  /** Bytes of segments on disk at which appends are refused. Default: 2 GiB. */
  readonly maxBytes?: number;
  /** Bytes after which a new segment is started: what is removed at once. Default: an eighth of `maxBytes`, at most 64 MiB. */
  readonly segmentBytes?: number;
  /** What a resolved append survives: the death of this process (default), or a power cut too, for a sync before each answer. */
  readonly durability?: "process" | "disk";
  /** With `process`: time between a write and its sync in the background. Default: 1000. */
  readonly syncIntervalMs?: number;
  /** Bytes of appended records kept in memory for consumers that keep up. Default: 32 MiB. */
  readonly cacheBytes?: number;
  /** Told in a sentence what an operator should know: damaged bytes, a lost position. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Each run writes at positions of its own, this far from the last one's at the least: more than a power cut could take of what a consumer had seen,
 * so that no record ever gets the position of one that was lost.
 */
const runStride = 2 ** 32;

/**
 * It also starts no lower than this many bytes for each second since 2026, so that a journal that takes the place of one that was removed does not use
 * that one's positions, which a store may still have.
 */
const bytesPerSecond = 2 ** 22;
const epochMs: number = Date.UTC(2026, 0, 1);

/**
 * Opens the journal in a directory and recovers it: an incomplete record at the end is cut off, everything else is kept. Throws `locked` if another
 * process has it, `unwritable` or `disk-full` if it cannot be written to.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const full = complete(options);
  const { dir, onWarning } = full;
  await using opened = new AsyncDisposableStack();
  try {
    await mkdir(dir, { recursive: true });
    const lock = opened.use(await lockDirectory(dir));
    const segments = await listSegments(dir);
    const truncatedBytes = await recoverTail(segments.at(-1), full);
    const positions = await openPositions(dir, onWarning);
    for (const file of positions.values()) opened.use(file);

    const used = Math.max(
      segments.at(-1)?.end ?? 0,
      ...Array.from(positions.values(), (file) => file.stored?.position ?? 0),
    );
    const writer = opened.use(await SegmentWriter.create(dir, nextRun(used + truncatedBytes)));
    const kept = segments.filter((segment) => segment.end > segment.start);
    for (const segment of segments) if (segment.end === segment.start) await unlink(segment.path);
    await syncDirectory(dir);

    opened.move();
    return new SegmentJournal(full, { segments: kept, positions, truncatedBytes, lock, writer });
  } catch (error) {
    throw JournalError.fromWrite(error, `the journal in ${dir}`);
  }
}

function complete(options: JournalOptions): SegmentJournalOptions {
  const { maxBytes = 2 * 1024 ** 3 } = options;
  const { segmentBytes = Math.min(64 * 1024 ** 2, Math.ceil(maxBytes / 8)) } = options;
  if (!(maxBytes > 0 && segmentBytes > 0))
    throw new JournalError("invalid", "maxBytes and segmentBytes must be above 0");
  return {
    dir: options.dir,
    maxBytes,
    segmentBytes,
    durability: options.durability ?? "process",
    syncIntervalMs: options.syncIntervalMs ?? 1000,
    cacheBytes: options.cacheBytes ?? 32 * 1024 ** 2,
    onWarning: options.onWarning ?? ((): void => {}),
  };
}

function nextRun(used: Position): Position {
  const seconds = Math.max(0, Math.floor((Date.now() - epochMs) / 1000));
  return Math.max((Math.floor(used / runStride) + 2) * runStride, seconds * bytesPerSecond);
}

/** Cuts what follows the last intact record of the newest segment; returns how many bytes. Damage before that one is left to the readers. */
async function recoverTail(segment: Segment | undefined, options: SegmentJournalOptions): Promise<number> {
  if (segment === undefined) return 0;
  await using reader = new SegmentReader();
  let position = segment.start;
  while (position < segment.end) {
    const found = await reader.next(segment, position);
    if (!isDamage(found)) {
      position = found.nextPosition;
    } else if (!found.isTail) {
      position += found.bytes.length;
    } else {
      segment.end = position;
      const isKept = await keepAside(options.dir, found, options.onWarning);
      if (isKept) await truncate(segment.path, position - segment.start);
      return found.bytes.length;
    }
  }
  return 0;
}

async function openPositions(dir: string, onWarning: (message: string) => void): Promise<Map<string, PositionFile>> {
  const positions = new Map<string, PositionFile>();
  for (const name of await readdir(dir)) {
    if (!name.endsWith(".position")) continue;
    const consumer = name.slice(0, -".position".length);
    const file = await PositionFile.open(join(dir, name));
    if (file.damaged)
      onWarning(`the position of consumer "${consumer}" cannot be read: it starts at the oldest record again`);
    positions.set(consumer, file);
  }
  return positions;
}
