import type { Journal } from "@genscope/journal";
import { nameOf } from "./names.ts";

/** Who reads a journal, by consumer. */
export interface JournalReaders {
  /** Ids of stages and exporters. */
  readonly readers: readonly string[];
  /** Ids of stages that write it and read what they wrote. */
  readonly writers: readonly string[];
}

export function ownName(id: string): string {
  return nameOf(`own.${id}`);
}

/**
 * Brings a journal's consumers in line with a configuration that may have changed. What a reader that is gone had not handled, the new ones read; one
 * that is added beside others reads what comes from now on. A reader that is gone no longer keeps anything from being removed.
 */
export async function settleReaders(journal: Journal, { readers, writers }: JournalReaders): Promise<void> {
  const before = new Map(journal.stats().consumers.map(({ name, committed }) => [name, committed]));
  const wanted = new Set([...readers.map(nameOf), ...writers.map(ownName)]);
  const gone = [...before.keys()].filter((name) => !wanted.has(name));
  const unhandled = gone.filter((name) => !name.startsWith("own.")).map((name) => before.get(name)!);
  for (const name of wanted) {
    const consumer = await journal.consumer(name);
    if (before.has(name)) continue;
    const isWriter = name.startsWith("own.");
    const start =
      !isWriter && unhandled.length > 0
        ? Math.min(...unhandled)
        : before.size > 0 || isWriter
          ? consumer.endPosition
          : consumer.committed;
    if (start > consumer.committed) await consumer.commit(start);
  }
  for (const name of gone) await journal.forget(name);
}
