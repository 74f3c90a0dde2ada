import { access, constants, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "./error-facts.ts";
import { JournalError } from "./journal-error.ts";

const sqliteBusy = 5;

/**
 * Takes the directory for this process until disposed; throws `locked` with the pid of the holder otherwise.
 *
 * Node has no file lock of its own. SQLite takes one on an empty file that is never written: the operating system lets go of it when the process ends,
 * however it ends, so there is no stale lock to judge by its pid.
 */
export async function lockDirectory(dir: string): Promise<Disposable> {
  // SQLite's own message for a read-only directory does not say so.
  await access(dir, constants.W_OK);
  const ownerFile = join(dir, "owner");
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(dir, "lock"), { timeout: 0 });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    if (!(error instanceof Error && "errcode" in error && error.errcode === sqliteBusy)) {
      throw new JournalError("unwritable", `cannot lock ${dir}: ${messageOf(error)}`, { cause: error });
    }
    const pid = await readFile(ownerFile, "utf8").catch(() => "");
    throw new JournalError("locked", `${dir} is in use${pid === "" ? "" : ` by process ${pid.trim()}`}`, {
      cause: error,
    });
  }
  const held = database;
  // Only a hint for people, so a full disk does not keep the journal from opening.
  await writeFile(ownerFile, `${process.pid}\n`).catch(() => {});
  return { [Symbol.dispose]: () => held.close() };
}
