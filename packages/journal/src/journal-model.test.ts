import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import * as fc from "fast-check";
import { JournalError } from "./journal-error.ts";
import type { Journal, JournalConsumer, StoredRecord } from "./journal.ts";
import { openJournal } from "./open-journal.ts";
import { aRecord, textOf } from "./testing/builders.ts";

type Step =
  | { readonly kind: "append"; readonly sizes: readonly number[] }
  | { readonly kind: "read"; readonly maxItems: number }
  | { readonly kind: "commit" | "rewind" | "reopen" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("append" as const), sizes: fc.array(fc.nat(400), { maxLength: 6 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("read" as const), maxItems: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "commit" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "rewind" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "reopen" as const }) },
);

/** A list in memory, against which the journal is run. */
class Model {
  readonly texts: string[] = [];
  read = 0;
  committed = 0;
  lastRead: StoredRecord | undefined;
}

async function append(journal: Journal, model: Model, sizes: readonly number[]): Promise<void> {
  const texts = sizes.map((size, index) => `${model.texts.length + index}:`.padEnd(size, "x"));
  const outcomes = await Promise.allSettled(texts.map((text) => journal.append(aRecord(text))));
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === "fulfilled") model.texts.push(texts[index]!);
    else assert.ok(outcome.reason instanceof JournalError && outcome.reason.code === "journal-full");
  }
}

async function read(consumer: JournalConsumer, model: Model, maxItems: number): Promise<void> {
  const records = await consumer.read({ maxItems, waitMs: 0 });
  assert.deepEqual(records.map(textOf), model.texts.slice(model.read, model.read + maxItems));
  model.read += records.length;
  model.lastRead = records.at(-1) ?? model.lastRead;
}

it("behaves as a list in memory does, whatever is done to it and however often it is reopened", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.constantFrom(0, 500, 1_000_000),
      fc.constantFrom(1, 300, 5_000),
      async (steps, cacheBytes, segmentBytes) => {
        const dir = await mkdtemp(join(tmpdir(), "genscope-model-"));
        const maxBytes = 10_000;
        const model = new Model();
        const reopen = (): Promise<Journal> =>
          openJournal({ dir, maxBytes, segmentBytes, cacheBytes, onWarning: assert.fail });
        let journal = await reopen();
        let consumer = await journal.consumer("store");
        try {
          for (const next of steps) {
            if (next.kind === "append") await append(journal, model, next.sizes);
            else if (next.kind === "read") await read(consumer, model, next.maxItems);
            else if (next.kind === "commit") {
              if (model.lastRead === undefined) continue;
              await consumer.commit(Math.max(consumer.committed, model.lastRead.nextPosition));
              model.committed = Math.max(model.committed, model.read);
            } else {
              if (next.kind === "reopen") {
                await journal[Symbol.asyncDispose]();
                journal = await reopen();
                consumer = await journal.consumer("store");
              }
              model.read = model.committed;
              model.lastRead = undefined;
              const records = await consumer.read({ from: consumer.committed, waitMs: 0, maxItems: 1 });
              assert.deepEqual(records.map(textOf), model.texts.slice(model.read, model.read + 1));
              model.read += records.length;
              model.lastRead = records.at(-1);
            }
            assert.ok(journal.stats().bytes <= maxBytes);
          }
        } finally {
          await journal[Symbol.asyncDispose]();
          await rm(dir, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 60 },
  );
});
