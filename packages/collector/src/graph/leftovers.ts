import { readdir, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { type Journal, openJournal } from "@genscope/journal";

export interface Leftover {
  readonly journal: Journal;
  /** Names of consumers that have something to read. */
  readonly behind: readonly string[];
}

export interface LeftoverOptions {
  readonly dir: string;
  /** Journals of the configuration as it is. */
  readonly opened: ReadonlySet<string>;
  readonly durability: "process" | "disk";
  readonly warn: (message: string) => void;
  /** Whether a consumer's exporter is still there. */
  readonly isKnown: (consumer: string) => boolean;
}

/**
 * Journals of pipelines that the configuration no longer has. Those that hold nothing are removed; of the others, what exporters that are still there
 * had not sent is for them to send, and the rest is pointed out.
 */
export async function openLeftovers(options: LeftoverOptions): Promise<Leftover[]> {
  const { dir, opened, durability, warn, isKnown } = options;
  const found: Leftover[] = [];
  for (const path of await journalsBelow(dir)) {
    if (opened.has(path)) continue;
    const journal = await openJournal({ dir: path, durability, onWarning: warn });
    const behind = journal.stats().consumers.filter(({ name, lagBytes }) => lagBytes > 0 && !name.startsWith("own."));
    const known = behind.filter(({ name }) => isKnown(name)).map(({ name }) => name);
    const unknown = behind.filter(({ name }) => !isKnown(name));
    for (const { name, lagBytes } of unknown) {
      warn(
        `${relative(dir, dirname(path))} is in no pipeline any more and holds ${lagBytes} bytes that "${name}" had not handled: bring the pipeline back, or remove ${dirname(path)}`,
      );
    }
    if (known.length > 0) {
      found.push({ journal, behind: known });
      continue;
    }
    await journal[Symbol.asyncDispose]();
    if (unknown.length === 0) await rm(path, { recursive: true, force: true });
  }
  return found;
}

async function journalsBelow(dir: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (below: string, depth: number): Promise<void> => {
    for (const entry of await readdir(below, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isDirectory() || entry.name === "state") continue;
      const path = join(below, entry.name);
      if (entry.name === "journal") found.push(path);
      else if (depth > 0) await walk(path, depth - 1);
    }
  };
  await walk(join(dir, "pipelines"), 2);
  await walk(join(dir, "connectors"), 1);
  return found;
}
