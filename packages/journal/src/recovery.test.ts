import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Journal, StoredRecord } from "./journal.ts";
import { openJournal } from "./open-journal.ts";
import { aRecord, textOf } from "./testing/builders.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "genscope-recovery-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function segmentsIn(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((file) => file.endsWith(".segment")).toSorted();
}

/** Writes records into one segment; gives back its file name, its bytes and where each record is. */
async function written(
  payloads: readonly (string | Buffer)[],
): Promise<{ file: string; bytes: Buffer; records: StoredRecord[] }> {
  const dir = await mkdtemp(join(root, "original-"));
  let records: StoredRecord[];
  {
    await using journal = await openJournal({ dir });
    for (const payload of payloads) await journal.append(aRecord("", { payload: Buffer.from(payload) }));
    records = await (await journal.consumer("store")).read();
  }
  const [file] = await segmentsIn(dir);
  return { file: file!, bytes: await readFile(join(dir, file!)), records };
}

interface Reopened {
  readonly texts: string[];
  readonly stats: ReturnType<Journal["stats"]>;
  readonly warnings: string[];
  readonly dir: string;
}

/** Opens a directory with these bytes as its only segment, appends one more record, and reads everything. */
async function reopened(file: string, bytes: Buffer): Promise<Reopened> {
  const dir = await mkdtemp(join(root, "copy-"));
  await writeFile(join(dir, file), bytes);
  const warnings: string[] = [];
  await using journal = await openJournal({ dir, onWarning: (warning) => warnings.push(warning) });
  await journal.append(aRecord("after"));
  const texts = (await (await journal.consumer("store")).read()).map(textOf);
  return { texts, stats: journal.stats(), warnings, dir };
}

function flipped(bytes: Buffer, offset: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[offset] = copy[offset]! ^ (1 << (offset % 8));
  return copy;
}

describe("recovery", () => {
  it("cuts a torn record at every length it can be left with", async () => {
    const { file, bytes, records } = await written(["first", "second", "the last one"]);
    const last = records[2]!.position - records[0]!.position;
    for (let length = last; length < bytes.length; length++) {
      const { texts, stats, warnings } = await reopened(file, bytes.subarray(0, length));
      assert.deepEqual(texts, ["first", "second", "after"], `cut to ${length} bytes`);
      assert.equal(stats.truncatedBytes, length - last);
      assert.equal(warnings.length, length === last ? 0 : 1);
    }
  });

  it("leaves out a damaged last record, whichever bit it is, and keeps a copy", async () => {
    const { file, bytes, records } = await written(["first", "second", "the last one"]);
    const last = records[2]!.position - records[0]!.position;
    for (let offset = last; offset < bytes.length; offset++) {
      const damaged = flipped(bytes, offset);
      const { texts, stats, dir } = await reopened(file, damaged);
      assert.deepEqual(texts, ["first", "second", "after"], `bit flipped in byte ${offset}`);
      assert.equal(stats.truncatedBytes, bytes.length - last);
      const [copy] = (await readdir(dir)).filter((name) => name.endsWith(".corrupt"));
      assert.deepEqual(await readFile(join(dir, copy!)), damaged.subarray(last));
    }
  });

  it("loses only the damaged record where good ones follow, whichever bit it is", async () => {
    const { file, bytes, records } = await written(["first", "second", "third"]);
    const start = records[0]!.position;
    const position = records[1]!.position - start;
    const nextPosition = records[1]!.nextPosition - start;
    for (let offset = position; offset < nextPosition; offset++) {
      const damaged = flipped(bytes, offset);
      const { texts, stats, warnings, dir } = await reopened(file, damaged);
      assert.deepEqual(texts, ["first", "third", "after"], `bit flipped in byte ${offset}`);
      assert.equal(stats.truncatedBytes, 0);
      assert.equal(stats.damagedBytes, nextPosition - position);
      assert.match(
        warnings.join("\n"),
        new RegExp(`^${nextPosition - position} bytes of ${file} from offset ${position} `),
      );
      const [copy] = (await readdir(dir)).filter((name) => name.endsWith(".corrupt"));
      assert.deepEqual(await readFile(join(dir, copy!)), damaged.subarray(position, nextPosition));
    }
  });

  it("does not take a journal's bytes inside a damaged payload for records", async () => {
    const inner = await written(["inner"]);
    const { file, bytes } = await written([Buffer.concat([Buffer.from("before "), inner.bytes]), "good"]);
    const { texts } = await reopened(file, flipped(bytes, 3));
    assert.deepEqual(texts, ["good", "after"]);
  });

  it("reads on in the next segment after one that is damaged to its end", async () => {
    const dir = join(root, "segments");
    const numbers = Array.from({ length: 12 }, (_, index) => String(index).padStart(60, "0"));
    {
      await using journal = await openJournal({ dir, segmentBytes: 300 });
      for (const text of numbers) await journal.append(aRecord(text));
    }
    const files = await segmentsIn(dir);
    assert.equal(files.length, 4);
    const second = join(dir, files[1]!);
    const bytes = await readFile(second);
    await writeFile(second, bytes.fill(0, 92));
    await using journal = await openJournal({ dir, segmentBytes: 300 });
    const consumer = await journal.consumer("store");
    assert.deepEqual((await consumer.read()).map(textOf), [...numbers.slice(0, 4), ...numbers.slice(6)]);
    assert.equal(journal.stats().damagedBytes, bytes.length - 92);
    await consumer.read({ from: 0 });
    assert.equal(journal.stats().damagedBytes, bytes.length - 92, "counted once");
    await consumer.commit(journal.stats().endPosition);
    assert.equal(journal.stats().segments, 1);
  });

  it("gives new records to a consumer that had committed what a power cut removed", async () => {
    const dir = join(root, "power-cut");
    let lost: number;
    {
      await using journal = await openJournal({ dir });
      const consumer = await journal.consumer("store");
      lost = await journal.append(aRecord("lost"));
      await consumer.commit(journal.stats().endPosition);
    }
    const [file] = await segmentsIn(dir);
    await writeFile(join(dir, file!), "");
    await using journal = await openJournal({ dir });
    const consumer = await journal.consumer("store");
    const position = await journal.append(aRecord("new"));
    assert.ok(position > lost);
    assert.deepEqual((await consumer.read()).map(textOf), ["new"]);
  });

  it("does not use the positions of a journal that was removed", async () => {
    const dir = join(root, "removed");
    let removed: number;
    {
      await using journal = await openJournal({ dir });
      removed = await journal.append(aRecord());
    }
    await rm(dir, { recursive: true });
    await delay(1000);
    await using journal = await openJournal({ dir });
    assert.ok((await journal.append(aRecord())) > removed);
  });

  it("falls back to the commit before when the last one is damaged, and to the oldest record when both are", async () => {
    const dir = join(root, "positions");
    await mkdir(dir);
    let first: StoredRecord;
    {
      await using journal = await openJournal({ dir });
      const consumer = await journal.consumer("store");
      for (const text of ["a", "b", "c"]) await journal.append(aRecord(text));
      const read = await consumer.read();
      const second = read[1]!;
      first = read[0]!;
      await consumer.commit(first.nextPosition, "one");
      await consumer.commit(second.nextPosition, "two");
    }
    const path = join(dir, "store.position");
    const slots = await readFile(path);
    const newest = slots.indexOf("two") < 4096 ? 0 : 4096;
    await writeFile(path, flipped(slots, newest + 17));
    {
      await using journal = await openJournal({ dir });
      const consumer = await journal.consumer("store");
      assert.equal(consumer.committed, first.nextPosition);
      assert.equal(consumer.note, "one");
    }
    await writeFile(path, flipped(flipped(slots, 17), 4096 + 17));
    const warnings: string[] = [];
    await using journal = await openJournal({ dir, onWarning: (warning) => warnings.push(warning) });
    const consumer = await journal.consumer("store");
    assert.equal(consumer.committed, first.position);
    assert.equal(consumer.note, undefined);
    assert.match(warnings.join("\n"), /consumer "store" cannot be read/);
    assert.deepEqual((await consumer.read()).map(textOf), ["a", "b", "c"]);
  });
});
