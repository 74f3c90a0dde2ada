/**
 * Started as a process on a small file system, mounted at argv[2]. Runs the journal into a full disk twice: once because somebody else filled it, once
 * by its own doing; prints what it saw as JSON.
 */
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { JournalError } from "../journal-error.ts";
import type { Journal } from "../journal.ts";
import { openJournal } from "../open-journal.ts";
import { segmentPath } from "../segment.ts";
import { aRecord, textOf } from "./builders.ts";

const [mount = ""] = process.argv.slice(2);
const dir = join(mount, "journal");
const acknowledged: string[] = [];

/** Appends, four at a time, until refused; returns the refusal. */
async function appendUntilRefused(journal: Journal, label: string): Promise<JournalError> {
  for (let round = 0; ; round++) {
    const texts = Array.from({ length: 4 }, (_, index) => `${label}-${round}-${index}`.padEnd(3000, "x"));
    const outcomes = await Promise.allSettled(texts.map((text) => journal.append(aRecord(text))));
    let refusal: JournalError | undefined;
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === "fulfilled") acknowledged.push(texts[index]!);
      else if (outcome.reason instanceof JournalError) refusal = outcome.reason;
      else throw outcome.reason;
    }
    if (refusal !== undefined) return refusal;
  }
}

const filler = join(mount, "filler");
const refusals: { code: string; retryable: boolean; message: string }[] = [];
function note({ code, retryable, message }: JournalError): void {
  refusals.push({ code, retryable, message });
}

let isTruncatedBack: boolean;
let acceptedAfterCommit = 0;
{
  await using journal = await openJournal({ dir, segmentBytes: 64_000, durability: "disk" });
  const consumer = await journal.consumer("store");
  await journal.append(aRecord("first"));
  acknowledged.push("first");

  await writeFile(filler, Buffer.alloc(2 ** 21)).catch(() => {});
  note(await appendUntilRefused(journal, "filled by another"));
  await rm(filler);
  await journal.append(aRecord("there is space again"));
  acknowledged.push("there is space again");

  note(await appendUntilRefused(journal, "filled by itself"));
  const { firstPosition, endPosition } = journal.stats();
  let lengths = 0;
  for (let start = firstPosition; start < endPosition;) {
    const { size } = await stat(segmentPath(dir, start));
    lengths += size;
    start += size;
  }
  isTruncatedBack = lengths === endPosition - firstPosition;

  const half = await consumer.read({ maxBytes: 200_000 });
  await consumer.commit(half.at(-1)!.nextPosition);
  const before = acknowledged.length;
  note(await appendUntilRefused(journal, "after the commit"));
  acceptedAfterCommit = acknowledged.length - before;
  acknowledged.splice(0, half.length);
}
await using journal = await openJournal({ dir });
const consumer = await journal.consumer("store");
const kept: string[] = [];
for (;;) {
  const records = await consumer.read({ waitMs: 0 });
  if (records.length === 0) break;
  kept.push(...records.map(textOf));
}
process.stdout.write(
  JSON.stringify({
    refusals,
    isTruncatedBack,
    acceptedAfterCommit,
    isEverythingKept: JSON.stringify(kept) === JSON.stringify(acknowledged),
  }),
);
