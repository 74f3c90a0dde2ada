import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a collector is told apart by among those that count the same: made up once, and kept beside its counters. */
export async function readInstanceId(dir: string): Promise<string> {
  const file = join(dir, "instance-id");
  const known = await readFile(file, "utf8").catch(() => "");
  if (/^[\da-f-]{36}$/u.test(known)) return known;
  const made = randomUUID();
  await writeFile(`${file}.new`, made);
  await rename(`${file}.new`, file);
  return made;
}
