import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tempDir, until } from "../../testing/collector-harness.ts";
import { runStage } from "../../testing/stage-harness.ts";
import { createTailSampling, tailSamplingComponent } from "./index.ts";

describe("a tail_sampling whose journal fills", () => {
  it("decides what has waited longest, so that others can write, and loses nothing", async () => {
    await using dir = await tempDir();
    const world = { nowMs: 1_800_000_000_000, lastSent: 0 };
    const config = { decision_wait: "1h", policies: [{ name: "all", type: "always_sample" }] };
    const journalMaxBytes = 1024 * 1024;
    await using stage = await runStage(createTailSampling, tailSamplingComponent, config, {
      dir: dir.path,
      world,
      journalMaxBytes,
    });
    const prompt = { prompt: "x".repeat(10_000) };
    const earlyDecisions = "otelcol_processor_tail_sampling_early_decisions";
    let sent = 0;
    while (sent < 60) {
      await stage.send({ spans: [{ traceId: (++sent).toString(16).padStart(32, "0"), attributes: prompt }] });
    }
    await until(
      () => stage.hasRead() && stage.counted(earlyDecisions, { reason: "journal" }) > 0,
      "some are decided early",
    );
    const decided = stage.counted(earlyDecisions, { reason: "journal" });
    assert.ok(decided < sent, "the others wait");
    await until(async () => (await stage.putOut()).length === decided, "they are put out");
    const first = (await stage.putOut()).map(({ traceId }) => Number.parseInt(traceId, 16)).toSorted((a, b) => a - b);
    assert.deepEqual(
      first,
      Array.from({ length: decided }, (_, index) => index + 1),
      "those that waited longest",
    );
    await until(() => stage.input.lagBytes <= journalMaxBytes / 2 + 100_000, "the journal is free again");
    assert.equal(stage.counted("otelcol_processor_tail_sampling_sampling_traces_on_memory"), sent - decided);
    assert.equal(stage.warnings.length, 1, "it is said, and not for every trace");
    assert.match(stage.warnings[0]!, /more than 0\.5 MiB.*not waited for.*--journal-max-bytes/);
    const early = "journal";
    for (const { scopeAttributes } of await stage.putOut()) {
      assert.deepEqual(scopeAttributes["tailsampling.decided_early"], early);
    }
    // a span that comes later carries it, too
    await stage.send({ spans: [{ traceId: "1".padStart(32, "0"), spanId: "ab".repeat(8) }] });
    await until(async () => (await stage.putOut()).length === decided + 1, "it follows its trace");
    const late = (await stage.putOut()).find(({ spanId }) => spanId === "ab".repeat(8))!;
    assert.deepEqual(late.scopeAttributes["tailsampling.decided_early"], early);
    assert.deepEqual(late.scopeAttributes["tailsampling.cached_decision"], true);
  });
});
