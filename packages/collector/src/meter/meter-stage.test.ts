import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type JournalConsumer, openJournal } from "@genscope/journal";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { RecentViews } from "../graph/recent-views.ts";
import { createTelemetry } from "../graph/telemetry.ts";
import type { Output } from "../graph/stage.ts";
import { tempDir, until } from "../testing/collector-harness.ts";
import { metricsOf } from "../testing/metrics-of.ts";
import { Temporality } from "./instrument.ts";
import { KeyBuffer } from "@genscope/semconv/wire";
import type { Meter, Repeating } from "./meter.ts";
import { createMeterStage } from "./meter-stage.ts";
import { MetricsWriter } from "./metrics-writer.ts";
import { createSum } from "./number-instrument.ts";
import { SeriesSet } from "./series-set.ts";
import { writeSeries } from "./write-series.ts";

const nothing = new Uint8Array(0);
const source = { resource: nothing, scope: nothing };

/** Counts spans, as a sum or as differences. */
function spanCounter(repeating: Repeating, identity = "spans"): Meter {
  const spans = createSum({ name: "spans", isMonotonic: true, isInteger: true });
  const set = new SeriesSet({ instruments: [spans], maxPerGroup: Infinity, overflowAttributes: nothing });
  return {
    repeating,
    identity,
    consume(request, receivedAtMs) {
      if (request.signal !== "traces") return;
      const key = new KeyBuffer();
      const known = set.find(key, receivedAtMs);
      const series = known === -1 ? set.add(key, 0, nothing, receivedAtMs, receivedAtMs) : known;
      spans.add(series, request.view.spans.count);
    },
    collect(timeMs) {
      const writer = new MetricsWriter(repeating === "once" ? Temporality.delta : Temporality.cumulative);
      writeSeries(writer, [set], () => source, timeMs);
      if (repeating === "once") set.retain(() => false);
      return writer.finish();
    },
    save: (out) => set.save(out),
    load: (state) => set.load(state),
  };
}

/** Where a process dies. */
type Death = "append" | "appended" | "commit" | "committed" | undefined;

interface Run {
  readonly repeating: Repeating;
  readonly death?: Death;
  readonly identity?: string;
  readonly spans: number;
  readonly flushIntervalMs?: number;
  /** Ends once this holds of the values put out so far. */
  readonly until?: (values: readonly number[]) => boolean;
}

/** One life of a stage over the journals in a directory; gives back what stands in the output's journal, and what was said. */
async function live(
  path: string,
  run: Run,
): Promise<{ readonly values: readonly number[]; readonly warnings: readonly string[] }> {
  const { repeating, death, identity, spans } = run;
  await mkdir(join(path, "state"), { recursive: true });
  await using inputJournal = await openJournal({ dir: join(path, "in") });
  await using outputJournal = await openJournal({ dir: join(path, "out") });
  const input = await inputJournal.consumer("stage");
  const own = await outputJournal.consumer("own");
  const keeper = await outputJournal.consumer("keeper");
  for (let each = 0; each < spans; each++) {
    const payload = aTraceRequest({ spans: [{}] });
    await inputJournal.append({ signal: Signal.traces, itemCount: 1, receivedAtMs: 1_000, payload });
  }
  const warnings: string[] = [];
  const dying: JournalConsumer = new Proxy(input, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (property !== "commit") return typeof value === "function" ? value.bind(target) : value;
      return async (...args: Parameters<JournalConsumer["commit"]>) => {
        if (death === "commit") throw new Error("killed");
        await target.commit(...args);
        if (death === "committed") throw new Error("killed");
      };
    },
  });
  const output: Output = {
    own,
    async append(signal, payload, itemCount) {
      if (death === "append") throw new Error("killed");
      const position = await outputJournal.append({ signal, itemCount, receivedAtMs: 0, payload });
      if (death === "appended") throw new Error("killed");
      return position;
    },
  };
  const stage = await createMeterStage({
    meter: spanCounter(repeating, identity),
    outputs: [output],
    flushIntervalMs: run.flushIntervalMs ?? 5,
    context: {
      id: "stage",
      pipeline: "traces",
      input: dying,
      stateDir: join(path, "state"),
      now: Date.now,
      telemetry: createTelemetry(),
      isStrict: false,
      recent: new RecentViews(),
      journalMaxBytes: 1 << 30,
      warn: (message) => warnings.push(message),
    },
  });
  const values = async (): Promise<readonly number[]> => {
    const requests: Uint8Array[] = [];
    for (let from = keeper.committed; ;) {
      const records = await keeper.read({ from, waitMs: 0 });
      if (records.length === 0) return metricsOf(requests).map(({ value }) => value!);
      for (const record of records) {
        requests.push(record.payload);
        from = record.nextPosition;
      }
    }
  };
  const stop = new AbortController();
  const running = stage.run(stop.signal);
  if (death === undefined) {
    const isDone = run.until ?? (() => true);
    await until(async () => isDone(await values()), "the stage put out what is expected");
    stop.abort();
    await running;
  } else await assert.rejects(running, /killed/);
  return { values: await values(), warnings };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe("a meter's stage", () => {
  for (const death of ["append", "appended", "commit", "committed"] as const) {
    it(`puts out differences once though it dies at "${death}"`, async () => {
      await using dir = await tempDir();
      await live(dir.path, { repeating: "once", spans: 3, death });
      await live(dir.path, { repeating: "once", spans: 2, death });
      const { values, warnings } = await live(dir.path, {
        repeating: "once",
        spans: 4,
        until: (seen) => sum(seen) >= 9,
      });
      assert.equal(sum(values), 9);
      assert.deepEqual(warnings, []);
    });

    it(`goes on with sums though it dies at "${death}"`, async () => {
      await using dir = await tempDir();
      await live(dir.path, { repeating: "anew", spans: 3, death });
      await live(dir.path, { repeating: "anew", spans: 2, death });
      const { values } = await live(dir.path, { repeating: "anew", spans: 4, until: (seen) => seen.at(-1)! >= 9 });
      assert.equal(values.at(-1), 9);
      assert.deepEqual(
        values,
        values.toSorted((a, b) => a - b),
      );
    });
  }

  it("reads though its interval is nothing", async () => {
    await using dir = await tempDir();
    const { values } = await live(dir.path, {
      repeating: "anew",
      spans: 3,
      flushIntervalMs: 0,
      until: (seen) => seen.at(-1) === 3,
    });
    assert.equal(values.at(-1), 3);
  });

  it("says that counters start again where the state is lost, or is of other series", async () => {
    await using dir = await tempDir();
    await live(dir.path, { repeating: "anew", spans: 3, until: (seen) => seen.at(-1) === 3 });
    const other = await live(dir.path, {
      repeating: "anew",
      spans: 1,
      identity: "other",
      until: (seen) => seen.at(-1) === 1,
    });
    assert.match(other.warnings.join(), /makes other series than before/);
    await writeFile(join(dir.path, "state", "meter.state"), "damaged");
    const lost = await live(dir.path, {
      repeating: "anew",
      spans: 2,
      identity: "other",
      until: (seen) => seen.at(-1) === 2,
    });
    assert.match(lost.warnings.join(), /the state of its counters is lost/);
  });
});
