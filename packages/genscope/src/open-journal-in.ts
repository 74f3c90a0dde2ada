import { join } from "node:path";
import { type Journal, JournalError, openJournal } from "@genscope/journal";
import { readRunFile } from "./data-dir.ts";
import type { UpConfig } from "./settings.ts";
import { CommandError } from "./terminal.ts";

/** Opens the journal of a data directory, which nobody else then can. Throws a {@link CommandError} that says who has it. */
export async function openJournalIn(config: UpConfig, onNote: (text: string) => void): Promise<Journal> {
  try {
    return await openJournal({
      dir: join(config.data, "journal"),
      maxBytes: config.journalMaxBytes,
      durability: config.durability,
      onWarning: onNote,
    });
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== "locked") throw error;
    const run = await readRunFile(config.data);
    throw new CommandError(
      `Genscope is already running on ${config.data}` +
        (run === undefined ? `: ${error.message}` : ` (pid ${run.pid}): ${run.url}`) +
        ". To start a second one, give it a directory and ports of its own: --data, --port, --http-port, --grpc-port.",
      { cause: error },
    );
  }
}
