import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SpanInit } from "@genscope/otlp/testing";
import { tempDir, until } from "../../testing/collector-harness.ts";
import { type RunningStage, runStage, type StageWorld } from "../../testing/stage-harness.ts";
import { createGroupByTrace, groupByTraceComponent } from "./index.ts";

function span(trace: number, number: number, parent?: number): SpanInit {
  const id = (n: number): string => `${trace.toString(16).padStart(8, "0")}${n.toString(16).padStart(8, "0")}`;
  return {
    traceId: trace.toString(16).padStart(32, "0"),
    spanId: id(number),
    ...(parent === undefined ? {} : { parentSpanId: id(parent) }),
  };
}

function ids(...spans: readonly SpanInit[]): readonly string[] {
  return spans.map(({ spanId }) => spanId!);
}

async function inDirectory(
  test: (start: (config: unknown) => Promise<RunningStage>, world: StageWorld) => Promise<void>,
): Promise<void> {
  await using dir = await tempDir();
  const world = { nowMs: 1_800_000_000_000, lastSent: 0 };
  await test((config) => runStage(createGroupByTrace, groupByTraceComponent, config, { dir: dir.path, world }), world);
}

async function waited(stage: RunningStage, world: StageWorld, ms: number): Promise<void> {
  await until(() => stage.hasRead(), "all is read");
  world.nowMs += ms;
}

const counts = "otelcol_processor_groupbytrace_";

describe("groupbytrace", () => {
  it("puts the spans of a trace next to each other", () =>
    inDirectory(async (start, world) => {
      await using stage = await start({ wait_duration: "1s" });
      await stage.send({ spans: [span(1, 1), span(2, 1), span(1, 2, 1)] }, { spans: [span(2, 2, 1), span(1, 3, 1)] });
      await waited(stage, world, 1000);
      await until(async () => (await stage.putOut()).length === 5, "all is put out");
      const [request] = await stage.requests();
      const traces = request!.map((id) => id.slice(0, 8));
      assert.deepEqual(
        traces,
        [...traces].toSorted((a, b) => traces.indexOf(a) - traces.indexOf(b)),
      );
      assert.equal(stage.counted(`${counts}traces_released`), 2);
      assert.equal(stage.counted(`${counts}spans_released`), 5);
      assert.equal(stage.counted(`${counts}num_traces_in_memory`), 0);
    }));

  it("lets the trace that has waited longest go on when there are too many", () =>
    inDirectory(async (start) => {
      await using stage = await start({ wait_duration: "1h", num_traces: 2 });
      await stage.send({ spans: [span(1, 1), span(2, 1)] }, { spans: [span(3, 1)] });
      await until(async () => (await stage.putOut()).length === 1, "one is put out");
      assert.deepEqual(await stage.requests(), [ids(span(1, 1))]);
      assert.equal(stage.counted(`${counts}traces_evicted`), 1);
      assert.equal(stage.counted(`${counts}conf_num_traces`), 2);
    }));

  it("leaves out what has no root, if that is wanted", () =>
    inDirectory(async (start, world) => {
      await using stage = await start({ wait_duration: "1s", discard_orphans: true });
      await stage.send({ spans: [span(1, 2, 1), span(2, 2, 1), span(2, 1)] });
      await waited(stage, world, 1000);
      await until(async () => (await stage.putOut()).length === 2, "one trace is put out");
      assert.deepEqual((await stage.requests()).flat().toSorted(), ids(span(2, 1), span(2, 2)));
      assert.equal(stage.counted(`${counts}traces_discarded`), 1);
    }));

  it("goes on with what waited, and puts nothing out again", () =>
    inDirectory(async (start, world) => {
      {
        await using stage = await start({ wait_duration: "10s" });
        await stage.send({ spans: [span(1, 1)] });
        await waited(stage, world, 6_000);
        await stage.send({ spans: [span(2, 1)] });
        await waited(stage, world, 6_000);
        await until(async () => (await stage.putOut()).length === 1, "the first is put out");
      }
      await using stage = await start({ wait_duration: "10s" });
      await waited(stage, world, 10_000);
      await until(async () => (await stage.putOut()).length === 2, "the second is put out");
      assert.deepEqual(await stage.requests(), [ids(span(1, 1)), ids(span(2, 1))]);
    }));
});
