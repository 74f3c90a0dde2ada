import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { JournalError } from "../journal-error.ts";
import type { Journal } from "../journal.ts";
import { aRecord, textOf } from "./builders.ts";

export interface ContractOptions {
  /** The same for every journal that is to see the same log. */
  readonly dir: string;
  readonly maxBytes?: number;
}

function isJournalError(code: JournalError["code"]): (error: unknown) => boolean {
  return (error) => error instanceof JournalError && error.code === code;
}

/** What every `Journal` promises. Each implementation's own test calls this once. */
export function journalContract(name: string, open: (options: ContractOptions) => Promise<Journal>): void {
  describe(`${name} as a Journal`, () => {
    let dir: string;
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), "genscope-journal-"));
    });
    afterEach(() => rm(dir, { recursive: true, force: true }));

    it("gives back what was appended, in order and complete", async () => {
      await using journal = await open({ dir });
      const consumer = await journal.consumer("store");
      const records = [
        aRecord("one", { signal: 1, itemCount: 3, receivedAtMs: 1 }),
        aRecord("", { signal: 2, itemCount: 0, receivedAtMs: 0 }),
        aRecord("three", { signal: 3, itemCount: 4_000_000_000, receivedAtMs: 2 ** 47 }),
      ];
      const positions = await Promise.all(records.map((record) => journal.append(record)));
      const read = await consumer.read({ waitMs: 0 });
      assert.deepEqual(
        read.map(({ signal, itemCount, receivedAtMs, payload }) => ({
          signal,
          itemCount,
          receivedAtMs,
          payload: Buffer.from(payload),
        })),
        records,
      );
      assert.deepEqual(
        read.map((record) => record.position),
        positions,
      );
      assert.ok(positions.every((position, index) => index === 0 || position >= read[index - 1]!.nextPosition));
    });

    it("goes on where the last read ended, and starts where it is told", async () => {
      await using journal = await open({ dir });
      const consumer = await journal.consumer("store");
      for (const text of ["a", "b", "c", "d"]) await journal.append(aRecord(text));
      const [a, b] = await consumer.read({ maxItems: 2 });
      assert.deepEqual(
        [a, b].map((record) => textOf(record!)),
        ["a", "b"],
      );
      const [c] = await consumer.read({ maxItems: 1 });
      assert.equal(textOf(c!), "c");
      const again = await consumer.read({ from: b!.position, until: c!.nextPosition });
      assert.deepEqual(again.map(textOf), ["b", "c"]);
      assert.deepEqual(await consumer.read({ until: c!.nextPosition }), []);
      assert.deepEqual((await consumer.read()).map(textOf), ["d"]);
    });

    it("stops before a record that would exceed a limit, and always returns one", async () => {
      await using journal = await open({ dir });
      const consumer = await journal.consumer("store");
      for (const size of [100, 100, 500]) await journal.append(aRecord("x".repeat(size), { itemCount: size }));
      assert.equal((await consumer.read({ maxBytes: 250 })).length, 2);
      assert.equal((await consumer.read({ maxBytes: 250 })).length, 1);
      const { firstPosition } = journal.stats();
      assert.equal((await consumer.read({ from: firstPosition, maxItems: 199 })).length, 1);
      assert.equal((await consumer.read({ from: firstPosition, maxItems: 200 })).length, 2);
    });

    it("waits for more, as long as it is told or until it is told to stop", async () => {
      await using journal = await open({ dir });
      const consumer = await journal.consumer("store");
      assert.deepEqual(await consumer.read({ waitMs: 0 }), []);
      assert.deepEqual(await consumer.read({ waitMs: 5 }), []);
      const stop = new AbortController();
      const stopped = consumer.read({ signal: stop.signal });
      stop.abort();
      assert.deepEqual(await stopped, []);
      assert.deepEqual(await consumer.read({ signal: stop.signal }), []);
      const waiting = consumer.read();
      await journal.append(aRecord("late"));
      assert.deepEqual((await waiting).map(textOf), ["late"]);
    });

    it("gives a record by its position, wherever reading has got to, and does not move it", async () => {
      await using journal = await open({ dir });
      const consumer = await journal.consumer("store");
      const texts = ["a", "b".repeat(3000), "c", "d"];
      const positions = await Promise.all(texts.map((text) => journal.append(aRecord(text))));
      const [first] = await consumer.read({ maxItems: 1 });
      for (const index of [3, 0, 2, 1, 1]) {
        const found = await consumer.readAt(positions[index]!);
        assert.equal(found && textOf(found), texts[index]);
        assert.equal(found?.position, positions[index]);
      }
      const both = await Promise.all(positions.map(async (at) => (await consumer.readAt(at))?.nextPosition));
      assert.equal(both[0], first?.nextPosition);
      assert.deepEqual((await consumer.read()).map(textOf), texts.slice(1));
      assert.equal(await consumer.readAt(consumer.endPosition), undefined);
    });

    it("gives by its position what another run appended, as long as it is not committed", async () => {
      let position: number;
      {
        await using journal = await open({ dir });
        await journal.consumer("store");
        await journal.append(aRecord("a"));
        position = await journal.append(aRecord("b"));
      }
      await using journal = await open({ dir });
      const consumer = await journal.consumer("store");
      const found = await consumer.readAt(position);
      assert.equal(found && textOf(found), "b");
    });

    it("gives every consumer all records", async () => {
      await using journal = await open({ dir });
      await journal.append(aRecord("early"));
      const first = await journal.consumer("first");
      assert.deepEqual((await first.read()).map(textOf), ["early"]);
      const second = await journal.consumer("second");
      await journal.append(aRecord("late"));
      assert.deepEqual((await second.read({ maxItems: 9 })).map(textOf), ["early", "late"]);
      assert.deepEqual((await first.read()).map(textOf), ["late"]);
    });

    it("keeps records, committed position and note over a restart", async () => {
      let committed: number;
      {
        await using journal = await open({ dir });
        const consumer = await journal.consumer("store");
        for (const text of ["a", "b", "c"]) await journal.append(aRecord(text));
        const [a] = await consumer.read({ maxItems: 1 });
        committed = a!.nextPosition;
        await consumer.commit(committed, "block 1");
        assert.equal(consumer.committed, committed);
      }
      await using journal = await open({ dir });
      const consumer = await journal.consumer("store");
      assert.equal(consumer.committed, committed);
      assert.equal(consumer.note, "block 1");
      await journal.append(aRecord("d"));
      assert.deepEqual((await consumer.read()).map(textOf), ["b", "c", "d"]);
      const { lagBytes } = consumer;
      assert.equal(consumer.endPosition, journal.stats().endPosition);
      await consumer.commit(consumer.endPosition);
      assert.ok(lagBytes > 0);
      assert.equal(consumer.lagBytes, 0);
      assert.equal(consumer.note, undefined);
    });

    it("never gives a position twice", async () => {
      let end: number;
      {
        await using journal = await open({ dir });
        const consumer = await journal.consumer("store");
        await journal.append(aRecord("a"));
        end = journal.stats().endPosition;
        await consumer.commit(end);
      }
      await using journal = await open({ dir });
      assert.ok((await journal.append(aRecord("b"))) >= end);
    });

    it("commits forwards and not past the end", async () => {
      await using journal = await open({ dir });
      const consumer = await journal.consumer("store");
      await journal.append(aRecord());
      const { endPosition } = journal.stats();
      await assert.rejects(consumer.commit(endPosition + 1), isJournalError("invalid"));
      await consumer.commit(endPosition);
      await consumer.commit(endPosition, "the same again");
      await assert.rejects(consumer.commit(endPosition - 1), isJournalError("invalid"));
      assert.equal(consumer.committed, endPosition);
      assert.equal(consumer.note, "the same again");
    });

    it("refuses when the bound is reached, says who is behind, and accepts again after a commit", async () => {
      const maxBytes = 20_000;
      await using journal = await open({ dir, maxBytes });
      const quick = await journal.consumer("quick");
      const slow = await journal.consumer("slow");
      let accepted = 0;
      const refusal = await (async () => {
        for (;;) {
          try {
            await journal.append(aRecord("x".repeat(1000)));
            accepted++;
            assert.ok(journal.stats().bytes <= maxBytes);
          } catch (error) {
            return error;
          }
        }
      })();
      assert.ok(refusal instanceof JournalError);
      assert.equal(refusal.code, "journal-full");
      assert.equal(refusal.retryable, true);
      await quick.commit(journal.stats().endPosition);
      await assert.rejects(journal.append(aRecord("x".repeat(1000))), /"slow"/);
      assert.equal(journal.stats().refusedRecords, 2);
      const read = await slow.read({ maxBytes: maxBytes });
      assert.equal(read.length, accepted, "nothing of a refused record is kept");
      await slow.commit(read.at(-1)!.nextPosition);
      await journal.append(aRecord("x".repeat(1000)));
      assert.ok(journal.stats().bytes <= maxBytes);
    });

    it("goes on past what was committed without being read", async () => {
      await using journal = await open({ dir });
      const consumer = await journal.consumer("store");
      await journal.append(aRecord("a"));
      await consumer.commit(consumer.endPosition);
      await journal.append(aRecord("b"));
      assert.deepEqual((await consumer.read()).map(textOf), ["b"]);
    });

    it("forgets a consumer that is not open, and no longer keeps anything for it", async () => {
      const maxBytes = 20_000;
      {
        await using journal = await open({ dir, maxBytes });
        await journal.consumer("gone");
        await assert.rejects(journal.forget("gone"), isJournalError("invalid"));
      }
      await using journal = await open({ dir, maxBytes });
      const stays = await journal.consumer("stays");
      for (let i = 0; i < 15; i++) await journal.append(aRecord("x".repeat(1000)));
      await stays.commit(stays.endPosition);
      await assert.rejects(async () => {
        for (;;) await journal.append(aRecord("x".repeat(1000)));
      }, /"gone"/);
      await stays.commit(stays.endPosition);
      await journal.forget("gone");
      await journal.forget("never there");
      await journal.append(aRecord("x".repeat(1000)));
      assert.deepEqual(
        journal.stats().consumers.map((consumer) => consumer.name),
        ["stays"],
      );
    });

    it("refuses for good what can never fit", async () => {
      await using journal = await open({ dir, maxBytes: 1000 });
      await assert.rejects(
        journal.append(aRecord("x".repeat(1001))),
        (error) => error instanceof JournalError && error.code === "too-large" && !error.retryable,
      );
    });

    it("counts what it took", async () => {
      await using journal = await open({ dir });
      await journal.consumer("store");
      await journal.append(aRecord("a", { itemCount: 2 }));
      await journal.append(aRecord("b", { itemCount: 3 }));
      const stats = journal.stats();
      assert.equal(stats.appendedRecords, 2);
      assert.equal(stats.appendedItems, 5);
      assert.equal(stats.consumers[0]?.name, "store");
      assert.ok(stats.consumers[0].lagBytes > 0);
    });

    it("ends waiting reads and refuses everything once disposed; what was in hand is written", async () => {
      const journal = await open({ dir });
      const consumer = await journal.consumer("store");
      const appended = journal.append(aRecord("last"));
      await consumer.read();
      const waiting = assert.rejects(consumer.read(), isJournalError("closed"));
      await journal[Symbol.asyncDispose]();
      await journal[Symbol.asyncDispose]();
      await waiting;
      await appended;
      await assert.rejects(journal.append(aRecord()), isJournalError("closed"));
      await using again = await open({ dir });
      assert.deepEqual((await (await again.consumer("store")).read({ waitMs: 0 })).map(textOf), ["last"]);
    });
  });
}
