import type { JournalConsumer, Position } from "@genscope/journal";

export interface Range {
  readonly from: Position;
  readonly to: Position;
}

/**
 * What a consumer has handled, several pieces being on their way at once: it commits as far as everything is handled, and notes the pieces beyond, so
 * that a later run leaves them out.
 */
export interface DoneRanges {
  /** In the order of the journal. */
  begin(range: Range): void;
  end(range: Range): void;
  /** Begun and ended at once. */
  skip(range: Range): void;
  /** Whether an earlier run handled the record at `position`. */
  isDone(position: Position): boolean;
  /** Resolves once what has ended is committed. Rejects if that cannot be. */
  settled(): Promise<void>;
}

/** A note has room for this many. */
const maxNoted = 64;

export function createDoneRanges(consumer: JournalConsumer): DoneRanges {
  const earlier = parseNote(consumer.note);
  const open: { readonly range: Range; isDone: boolean }[] = [];
  let committing: Promise<void> | undefined;
  let committed = consumer.committed;
  let isDue = false;
  let failure: { readonly error: unknown } | undefined;

  /** Several pieces may end while one commit is on its way to the disk: the next is for all of them. */
  async function commitWhileDue(): Promise<void> {
    while (isDue) {
      isDue = false;
      while (open[0]?.isDone === true) committed = open.shift()!.range.to;
      const beyond = [
        ...open.filter(({ isDone }) => isDone).map(({ range }) => range),
        ...earlier.filter(({ to }) => to > committed),
      ].slice(0, maxNoted);
      await consumer.commit(committed, beyond.length === 0 ? undefined : noteOf(beyond));
    }
  }

  function commit(): void {
    isDue = true;
    committing ??= commitWhileDue().finally(() => (committing = undefined));
    committing.catch((error: unknown) => (failure ??= { error }));
  }

  const ranges: DoneRanges = {
    begin: (range) => void open.push({ range, isDone: false }),
    end(range) {
      const found = open.find((one) => one.range === range);
      if (found !== undefined) found.isDone = true;
      commit();
    },
    skip(range) {
      ranges.begin(range);
      ranges.end(range);
    },
    isDone: (position) => earlier.some(({ from, to }) => position >= from && position < to),
    async settled() {
      await committing?.catch(() => {});
      if (failure !== undefined) throw failure.error;
    },
  };
  return ranges;
}

function noteOf(ranges: readonly Range[]): string {
  return JSON.stringify(ranges.map(({ from, to }) => [from, to]));
}

function parseNote(note: string | undefined): readonly Range[] {
  if (note === undefined) return [];
  try {
    return (JSON.parse(note) as [Position, Position][]).map(([from, to]) => ({ from, to }));
  } catch {
    return [];
  }
}
