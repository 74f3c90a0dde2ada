import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { describe, it } from "node:test";
import type { SpanInit } from "@genscope/otlp/testing";
import type { Output } from "../../graph/stage.ts";
import { type TempDir, tempDir, until } from "../../testing/collector-harness.ts";
import { type RunningStage, runStage, type StageWorld } from "../../testing/stage-harness.ts";
import { createTailSampling, tailSamplingComponent } from "./index.ts";

const config = {
  decision_wait: "10s",
  policies: [{ name: "errors", type: "status_code", status_code: { status_codes: ["ERROR"] } }],
};

function span(trace: number, number: number, status?: number): SpanInit {
  return {
    traceId: trace.toString(16).padStart(32, "0"),
    spanId: `${trace.toString(16).padStart(8, "0")}${number.toString(16).padStart(8, "0")}`,
    ...(status === undefined ? {} : { status: { code: status } }),
  };
}

function start(dir: TempDir, world: StageWorld, wrapOutput?: (output: Output) => Output): Promise<RunningStage> {
  return runStage(createTailSampling, tailSamplingComponent, config, {
    dir: dir.path,
    world,
    ...(wrapOutput === undefined ? {} : { wrapOutput }),
  });
}

/** What a kill leaves: the files as they are now. */
async function copyOf(dir: TempDir): Promise<TempDir> {
  const copy = await tempDir();
  await cp(dir.path, copy.path, { recursive: true });
  return copy;
}

/** An output that goes on until `stopsAfter` requests are durable, and then does nothing more, as for a process that is no more. */
class EndingOutput {
  #left: number;
  readonly #stopped = Promise.withResolvers<number>();
  readonly #atEnd = Promise.withResolvers<void>();
  readonly atEnd: Promise<void> = this.#atEnd.promise;

  readonly #isDurable: boolean;

  /** `isDurable`: the request it stops at is put out. */
  constructor(stopsAfter: number, isDurable: boolean) {
    this.#left = stopsAfter;
    this.#isDurable = isDurable;
  }

  readonly wrap = (output: Output): Output => ({
    own: output.own,
    append: async (...request) => {
      if (this.#left === 0) {
        if (this.#isDurable) await output.append(...request);
        this.#atEnd.resolve();
        return this.#stopped.promise;
      }
      this.#left--;
      return output.append(...request);
    },
  });

  /** So that the test's process can end. */
  letGo(): void {
    this.#stopped.reject(new Error("the process is no more"));
  }
}

/** Sends traces, numbered from 1, every third of them failing, each in two requests. */
async function sendTraces(stage: RunningStage, first: number, count: number): Promise<void> {
  const traces = Array.from({ length: count }, (_, index) => first + index + 1);
  await stage.send({ spans: traces.map((trace) => span(trace, 1)) });
  await stage.send(...traces.map((trace) => ({ spans: [span(trace, 2, trace % 3 === 0 ? 2 : 1)] })));
}

function expected(count: number): string[] {
  return Array.from({ length: count }, (_, index) => index + 1)
    .filter((trace) => trace % 3 === 0)
    .flatMap((trace) => [1, 2].map((number) => span(trace, number).spanId!))
    .toSorted();
}

async function putOutIds(stage: RunningStage): Promise<readonly string[]> {
  return (await stage.putOut()).map(({ spanId }) => spanId).toSorted();
}

describe("a tail_sampling that is killed", () => {
  for (const [stopsAfter, isDurable] of [
    [0, false],
    [0, true],
    [2, false],
    [2, true],
  ] as const) {
    const where = isDurable ? "had put out the next, but did not know yet" : "was at the next";
    it(`puts out each span once, killed when it had put out ${stopsAfter} requests and ${where}`, async () => {
      await using dir = await tempDir();
      const world = { nowMs: 1_800_000_000_000, lastSent: 0 };
      const output = new EndingOutput(stopsAfter, isDurable);
      const killed = await start(dir, world, output.wrap);
      for (let round = 0; round <= stopsAfter; round++) {
        await sendTraces(killed, round * 10, 10);
        await until(() => killed.hasRead(), "all is read");
        world.nowMs += 12_000;
        if (round === stopsAfter) break;
        const sofar = expected((round + 1) * 10);
        await until(async () => (await putOutIds(killed)).length === sofar.length, "it is put out");
      }
      await output.atEnd;
      await using left = await copyOf(dir);
      const letGo = killed[Symbol.asyncDispose]();
      output.letGo();
      await letGo;
      await using stage = await start(left, world);
      await until(() => stage.hasRead(), "all is read again");
      const count = (stopsAfter + 1) * 10;
      world.nowMs += 20_000;
      await until(async () => (await putOutIds(stage)).length >= expected(count).length, "all is put out");
      assert.deepEqual(await putOutIds(stage), expected(count));
      // late spans of what was decided before follow it
      await stage.send({ spans: [span(3, 9), span(4, 9, 2)] });
      await until(async () => (await putOutIds(stage)).length > expected(count).length, "the late one is put out");
      assert.deepEqual(await putOutIds(stage), [...expected(count), span(3, 9).spanId!].toSorted());
    });
  }

  it("goes on with the traces that waited, whenever it is killed", async () => {
    await using dir = await tempDir();
    const world = { nowMs: 1_800_000_000_000, lastSent: 0 };
    const copies: TempDir[] = [];
    const lastSent: number[] = [];
    {
      await using stage = await start(dir, world);
      for (let round = 0; round < 4; round++) {
        await sendTraces(stage, round * 10, 10);
        copies.push(await copyOf(dir));
        await until(() => stage.hasRead(), "all is read");
        copies.push(await copyOf(dir));
        lastSent.push(world.lastSent, world.lastSent);
        world.nowMs += 4_000;
      }
    }
    for (const [index, copy] of copies.entries()) {
      const count = (Math.floor(index / 2) + 1) * 10;
      const later = { nowMs: world.nowMs, lastSent: lastSent[index]! };
      await using stage = await start(copy, later);
      await until(() => stage.hasRead(), "all is read again");
      later.nowMs += 60_000;
      await until(
        () => stage.counted("otelcol_processor_tail_sampling_new_trace_id_received") > 0 || index > 5,
        "it has begun",
      );
      later.nowMs += 60_000;
      await until(
        async () => (await putOutIds(stage)).length >= expected(count).length,
        `all of copy ${index} is put out`,
      );
      assert.deepEqual(await putOutIds(stage), expected(count));
      await copy[Symbol.asyncDispose]();
    }
  });
});
