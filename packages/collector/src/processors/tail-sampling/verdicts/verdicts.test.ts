import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type TempDir, tempDir } from "../../../testing/collector-harness.ts";
import { type VerdictLabel } from "./verdict-labels.ts";
import { notKept, VerdictBatch } from "./verdict-record.ts";
import { Verdicts } from "./verdicts.ts";

const label = { policy: "errors", subPolicy: undefined, probability: 1 };
const { signal } = new AbortController();

function idOf(trace: number): Uint8Array {
  const id = Buffer.alloc(16);
  id.writeUInt32BE(trace, 12);
  return id;
}

function open(dir: TempDir, mostKept: number, mostNotKept: number): Promise<Verdicts> {
  return Verdicts.open({ dir: dir.path, mostKept, mostNotKept, warn: assert.fail });
}

function batchOf(verdicts: Verdicts, traces: readonly number[], as: VerdictLabel | undefined): VerdictBatch {
  const batch = new VerdictBatch(traces.length);
  for (const trace of traces) {
    batch.ids.set(idOf(trace), batch.add(as === undefined ? notKept : verdicts.labels.numberOf(as)));
  }
  return batch;
}

describe("the verdicts of a tail sampler", () => {
  it("are remembered over a restart, as many of each kind as are wanted", async () => {
    await using dir = await tempDir();
    {
      await using verdicts = await open(dir, 2, 3);
      for (let trace = 1; trace <= 10; trace++) {
        await verdicts.add(batchOf(verdicts, [trace], trace % 2 === 0 ? label : undefined), 1_000 + trace, signal);
        await verdicts.settle();
      }
    }
    await using verdicts = await open(dir, 2, 3);
    const known = Array.from({ length: 10 }, (_, index) => index + 1).filter((trace) =>
      verdicts.recall(idOf(trace), 0),
    );
    assert.deepEqual(known, [5, 7, 8, 9, 10]);
    const kept = verdicts.recall(idOf(8), 0);
    assert.deepEqual([kept?.isKept, kept?.atMs], [true, 1_008]);
    assert.deepEqual(verdicts.labels.labelOf(kept!.label), label);
    assert.equal(verdicts.recall(idOf(9), 0)?.isKept, false);
  });

  it("take no more disk than those that are remembered, however old one of the other kind is", async () => {
    await using dir = await tempDir();
    await using verdicts = await open(dir, 1_000, 1_000);
    await verdicts.add(batchOf(verdicts, [0], label), 1, signal);
    // time may go back by what a pause was
    for (const [round, atMs] of Array.from({ length: 30 }, (_, index) => [index, 10_000 - index] as const)) {
      const first = 1 + round * 10_000;
      const traces = Array.from({ length: 10_000 }, (_, index) => first + index);
      await verdicts.add(batchOf(verdicts, traces, undefined), atMs, signal);
      await verdicts.settle();
    }
    const segments = (await readdir(join(dir.path, "not-kept"))).filter((name) => name.endsWith(".segment"));
    assert.ok(segments.length <= 2, segments.join(", "));
    assert.equal(verdicts.recall(idOf(0), 0)?.isKept, true);
  });
});
