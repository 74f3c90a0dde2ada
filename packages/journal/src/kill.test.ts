import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { JournalError } from "./journal-error.ts";
import { openJournal } from "./open-journal.ts";
import { aRecord, textOf } from "./testing/builders.ts";

let dir: string;
let children: ChildProcess[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "genscope-kill-"));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(dir, { recursive: true, force: true });
});

interface Appender {
  readonly pid: number;
  /** Ends it with SIGKILL; resolves to everything it printed. */
  kill(): Promise<string[]>;
}

async function startAppender(first: number): Promise<Appender> {
  const script = join(import.meta.dirname, "testing/appending-process.ts");
  const child = spawn(process.execPath, ["--conditions=@genscope/source", script, dir, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  await once(child.stdout, "data");
  return {
    pid: child.pid!,
    async kill() {
      child.kill("SIGKILL");
      await once(child, "close");
      return output.slice(0, output.lastIndexOf("\n")).split("\n").slice(1);
    },
  };
}

describe("a journal whose process is killed", () => {
  it("has everything that was acknowledged, once, after every kill", async () => {
    const acknowledged: number[] = [];
    const rounds = 6;
    for (let round = 0; round < rounds; round++) {
      const appender = await startAppender(round * 1_000_000);
      await delay(20 + Math.random() * 150);
      acknowledged.push(...(await appender.kill()).map(Number));
    }
    assert.ok(acknowledged.length > rounds * 10);

    await using journal = await openJournal({ dir });
    const consumer = await journal.consumer("audit");
    const found = new Set<number>();
    for (;;) {
      const records = await consumer.read({ waitMs: 0 });
      if (records.length === 0) break;
      for (const record of records) {
        const number = Number.parseInt(textOf(record), 10);
        assert.ok(!found.has(number), `${number} is there twice`);
        found.add(number);
      }
    }
    const missing = acknowledged.filter((number) => !found.has(number));
    assert.deepEqual(missing, []);
    // What was in flight may be there too, no more than that.
    assert.ok(found.size <= acknowledged.length + rounds * 8);
    assert.equal(journal.stats().damagedBytes, 0);
  });

  it("is locked while the process lives, with its pid in the message, and free once it is dead", async () => {
    const appender = await startAppender(0);
    await assert.rejects(
      openJournal({ dir }),
      (error) =>
        error instanceof JournalError && error.code === "locked" && error.message.includes(`process ${appender.pid}`),
    );
    await appender.kill();
    await using journal = await openJournal({ dir });
    await journal.append(aRecord());
    await assert.rejects(openJournal({ dir }), new RegExp(`process ${process.pid}`));
  });
});
