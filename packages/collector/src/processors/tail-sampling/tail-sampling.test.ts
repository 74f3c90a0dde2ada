import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { PlainAttributes, SpanInit } from "@genscope/otlp/testing";
import { parse } from "yaml";
import { tempDir, until } from "../../testing/collector-harness.ts";
import { type PutOutSpan, type RunningStage, runStage } from "../../testing/stage-harness.ts";
import { createTailSampling, tailSamplingComponent } from "./index.ts";
import type { RecentDecision } from "./recent-decisions.ts";

interface SpanStep {
  readonly t: string | number;
  readonly s: string;
  readonly p?: string;
  readonly status?: string;
  readonly traceState?: string;
  readonly attributes?: PlainAttributes;
  /** Bytes of a prompt. */
  readonly pad?: number;
}

interface Step {
  readonly send?: readonly SpanStep[];
  readonly wait?: number;
  readonly jump?: number;
  readonly restart?: number | true;
  readonly decided?: number;
  readonly late?: number;
  readonly out?: readonly string[];
  readonly count?: Readonly<Record<string, number>>;
  readonly because?: Readonly<Record<string, string>>;
  readonly by?: Readonly<Record<string, string | null>>;
  readonly traceState?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, PlainAttributes>>;
}

interface RunCase {
  readonly name: string;
  readonly strict?: boolean;
  readonly config: unknown;
  readonly steps: readonly Step[];
}

const prefix = "otelcol_processor_tail_sampling_";

function traceId(t: string | number): string {
  return String(t).padStart(32, "0");
}

function spanId(s: string): string {
  return s.padStart(16, "0");
}

function spanOf({ t, s, p, status, traceState, attributes = {}, pad }: SpanStep): SpanInit {
  return {
    traceId: traceId(t),
    spanId: spanId(s),
    ...(p === undefined ? {} : { parentSpanId: spanId(p) }),
    ...(status === undefined ? {} : { status: { code: status === "ERROR" ? 2 : 1 } }),
    ...(traceState === undefined ? {} : { traceState }),
    attributes: { ...attributes, ...(pad === undefined ? {} : { prompt: "x".repeat(pad) }) },
  };
}

function recentOf(stage: RunningStage): readonly RecentDecision[] {
  return stage.telemetry.page("sampling")?.["traces tail_sampling"] as readonly RecentDecision[];
}

/** `name label=value,label=value`, without the prefix. */
function counted(stage: RunningStage, series: string): number {
  const [name, labels = ""] = series.split(" ");
  const pairs = labels === "" ? [] : labels.split(",").map((pair) => pair.split("=") as [string, string]);
  return stage.counted(`${prefix}${name}`, Object.fromEntries(pairs));
}

function byId(spans: readonly PutOutSpan[], id: string): PutOutSpan {
  const found = spans.filter((span) => span.spanId === spanId(id));
  assert.equal(found.length, 1, `${id} was put out ${found.length} times`);
  return found[0]!;
}

async function check(stage: RunningStage, step: Step): Promise<void> {
  const { decided, late, out, count = {}, because = {}, by = {}, traceState = {}, attributes = {} } = step;
  if (decided !== undefined) await until(() => recentOf(stage).length === decided, `${decided} traces are decided`);
  if (late !== undefined) {
    const released = "early_releases_from_cache_decision";
    await until(() => counted(stage, released) === late, `${late} late spans came`);
  }
  if (out !== undefined) {
    await until(async () => (await stage.putOut()).length >= out.length, `${out.join(", ")} are put out`);
    const ids = (await stage.putOut()).map((span) => span.spanId);
    assert.deepEqual(ids.toSorted(), out.map(spanId).toSorted());
  }
  for (const [series, value] of Object.entries(count)) {
    await until(() => counted(stage, series) >= value, `${series} is ${value}`);
    assert.equal(counted(stage, series), value, series);
  }
  const find = (id: string): RecentDecision | undefined => recentOf(stage).find((one) => one.traceId === traceId(id));
  for (const [id, reason] of Object.entries(because)) assert.equal(find(id)?.because, reason, `trace ${id}`);
  for (const [id, policy] of Object.entries(by)) assert.equal(find(id)?.policy, policy ?? undefined, `trace ${id}`);
  const spans = await stage.putOut();
  for (const [id, text] of Object.entries(traceState)) assert.equal(byId(spans, id).traceState, text);
  for (const [id, values] of Object.entries(attributes)) assert.deepEqual(byId(spans, id).scopeAttributes, values);
}

async function run({ config, steps, strict: isStrict = false }: RunCase): Promise<void> {
  await using dir = await tempDir();
  const world = { nowMs: 1_800_000_000_000, lastSent: 0 };
  const start = (): Promise<RunningStage> =>
    runStage(createTailSampling, tailSamplingComponent, config, { dir: dir.path, world, isStrict });
  let stage = await start();
  try {
    for (const step of steps) {
      if (step.send !== undefined) await stage.send({ spans: step.send.map(spanOf) });
      if (step.wait !== undefined) {
        // everything sent before was there before
        await until(() => stage.hasRead(), "all is read");
        world.nowMs += step.wait;
      }
      world.nowMs += step.jump ?? 0;
      if (step.restart !== undefined) {
        await stage[Symbol.asyncDispose]();
        if (step.restart !== true) world.nowMs += step.restart;
        stage = await start();
      }
      await check(stage, step);
    }
    assert.deepEqual(stage.warnings, []);
  } finally {
    await stage[Symbol.asyncDispose]();
  }
}

describe("tail_sampling", () => {
  for (const one of parse(
    readFileSync(join(import.meta.dirname, "../../../cases/tail-sampling/runs.yaml"), "utf8"),
  ) as readonly RunCase[]) {
    it(one.name, () => run(one));
  }
});
