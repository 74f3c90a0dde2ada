import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { describe, it } from "node:test";
import { aLogsRequest, type SpanInit } from "@genscope/otlp/testing";
import { type TempDir, tempDir, until } from "../../../testing/collector-harness.ts";
import { type RunningStage, runStage, type StageWorld } from "../../../testing/stage-harness.ts";
import { createTailSampling, tailSamplingComponent } from "../index.ts";
import { decodeEvaluations, extractEvaluations } from "./evaluation-record.ts";

const config = {
  decision_wait: "10s",
  policies: [
    {
      name: "unhappy",
      type: "genai_evaluation",
      genai_evaluation: { names: ["user_feedback"], max_score: 0.3, labels: ["bad"] },
    },
  ],
};
const traceIdOf = (trace: number): string => trace.toString(16).padStart(32, "0");
const spanIdOf = (trace: number, number: number): string => `${trace}${number}`.padStart(16, "0");

function span(trace: number, number: number): SpanInit {
  return { traceId: traceIdOf(trace), spanId: spanIdOf(trace, number) };
}

function feedback(trace: number, score: number, name = "user_feedback"): Uint8Array {
  const attributes = { "gen_ai.evaluation.name": name, "gen_ai.evaluation.score.value": score };
  const log = { traceId: traceIdOf(trace), eventName: "gen_ai.evaluation.result", attributes };
  return extractEvaluations(aLogsRequest({ logs: [log] }))!;
}

function start(dir: TempDir, world: StageWorld): Promise<RunningStage> {
  return runStage(createTailSampling, tailSamplingComponent, config, { dir: dir.path, world });
}

async function putOutIds(stage: RunningStage): Promise<readonly string[]> {
  return (await stage.putOut()).map(({ spanId }) => spanId).toSorted();
}

/** Time goes by, and what is due is decided. */
async function pass(stage: RunningStage, world: StageWorld, seconds: number): Promise<void> {
  await until(() => stage.hasRead(), "all is read");
  const decided = (): number => stage.counted("otelcol_processor_tail_sampling_global_count_traces_sampled");
  const before = decided();
  world.nowMs += seconds * 1_000;
  await until(() => decided() > before || seconds < 10, "it is decided");
}

describe("evaluations that come as logs", () => {
  it("are taken out of requests, with nothing else of them", () => {
    const evaluation = {
      traceId: traceIdOf(1),
      eventName: "gen_ai.evaluation.result",
      body: "a body",
      attributes: {
        "gen_ai.evaluation.name": "relevance",
        "gen_ai.evaluation.score.value": 0.5,
        "gen_ai.evaluation.score.label": "so-so",
        "gen_ai.evaluation.explanation": "it says my number",
      },
    };
    const logs = [evaluation, { ...evaluation, eventName: "other" }, { eventName: evaluation.eventName }];
    const extracted = extractEvaluations(aLogsRequest({ logs }))!;
    assert.deepEqual(decodeEvaluations(extracted), [
      { traceId: traceIdOf(1), name: "relevance", score: 0.5, label: "so-so" },
    ]);
    assert.doesNotMatch(Buffer.from(extracted).toString("utf8"), /body|number/u);
    assert.equal(extractEvaluations(aLogsRequest({ logs: logs.slice(1) })), undefined);
  });

  it("keep the trace that they are of, whether they come before its spans or after", async () => {
    await using dir = await tempDir();
    const world = { nowMs: 1_800_000_000_000, lastSent: 0 };
    await using stage = await start(dir, world);
    await stage.tell(feedback(1, 0.1));
    await stage.send({ spans: [1, 2, 3, 4].map((trace) => span(trace, 1)) });
    await stage.tell(feedback(2, 0));
    await stage.tell(feedback(3, 0.9));
    await stage.tell(feedback(4, 0, "relevance"));
    await pass(stage, world, 12);
    await until(async () => (await putOutIds(stage)).length === 2, "it is put out");
    assert.deepEqual(await putOutIds(stage), [spanIdOf(1, 1), spanIdOf(2, 1)]);
    assert.equal((await stage.putOut())[0]!.scopeAttributes["tailsampling.policy"], "unhappy");
  });

  it("that come after the decision have what comes later of the trace decided anew", async () => {
    await using dir = await tempDir();
    const world = { nowMs: 1_800_000_000_000, lastSent: 0 };
    await using stage = await start(dir, world);
    await stage.send({ spans: [span(1, 1), span(2, 1)] });
    await pass(stage, world, 12);
    await stage.tell(feedback(1, 0));
    await until(() => stage.counted("otelcol_processor_tail_sampling_evaluations") === 1, "it is heard");
    await stage.send({ spans: [span(1, 2), span(2, 2)] });
    await pass(stage, world, 12);
    await until(async () => (await putOutIds(stage)).length > 0, "it is put out");
    assert.deepEqual(await putOutIds(stage), [spanIdOf(1, 2)], "what was left out is gone");
    await stage.send({ spans: [span(1, 3), span(2, 3)] });
    await until(async () => (await putOutIds(stage)).length === 2, "it follows the trace");
  });

  it("are remembered over a kill", async () => {
    await using dir = await tempDir();
    const world = { nowMs: 1_800_000_000_000, lastSent: 0 };
    await using left = await tempDir();
    {
      await using killed = await start(dir, world);
      await killed.send({ spans: [span(1, 1), span(2, 1)] });
      await killed.tell(feedback(2, 0));
      await killed.tell(feedback(3, 0));
      await until(() => killed.hasRead(), "all is read");
      await cp(dir.path, left.path, { recursive: true });
    }
    await using stage = await start(left, world);
    await stage.send({ spans: [span(3, 1)] });
    await pass(stage, world, 12);
    await until(async () => (await putOutIds(stage)).length === 2, "it is put out");
    assert.deepEqual(await putOutIds(stage), [spanIdOf(2, 1), spanIdOf(3, 1)]);
  });
});
