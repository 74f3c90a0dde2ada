import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "./terminal.ts";

/** What a running Genscope writes into its data directory, so that a second start can say where the first one is. */
export interface RunFile {
  readonly pid: number;
  readonly url: string;
  readonly startedAt: string;
}

const runFileName = "running.json";

/** Makes the directory and proves that it can be written to. */
export async function prepareDataDir(dir: string): Promise<void> {
  const probe = join(dir, `.write-probe-${process.pid}`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why: Record<string, string> = {
      EACCES: "this user may not write there",
      EROFS: "the file system is read-only",
      ENOSPC: "the disk is full",
      ENOTDIR: "part of the path is a file",
      EEXIST: "there is a file of that name",
    };
    throw new CommandError(
      `cannot use ${dir} as data directory: ${(code && why[code]) ?? (error as Error).message}. ` +
        "Choose another with --data or GENSCOPE_DATA.",
      { cause: error },
    );
  }
}

export async function writeRunFile(dir: string, run: RunFile): Promise<void> {
  await writeFile(join(dir, runFileName), `${JSON.stringify(run)}\n`);
}

export async function readRunFile(dir: string): Promise<RunFile | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, runFileName), "utf8")) as RunFile;
  } catch {
    return undefined;
  }
}

export async function removeRunFile(dir: string): Promise<void> {
  await rm(join(dir, runFileName), { force: true });
}
