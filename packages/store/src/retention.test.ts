import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aLogsRequest, aMetricsRequest, aTraceRequest } from "@genscope/otlp/testing";
import { openTestStore } from "./testing/index.ts";
import type { TestStore } from "./testing/index.ts";

const dayMs = 86_400_000;
const tables = ["spans", "trace_summaries", "trace_windows", "logs", "metric_points"];

/** A span, a log record and a data point of every day given, counted back from today. */
async function fill(test: TestStore, daysAgo: readonly number[]): Promise<void> {
  for (const days of daysAgo) {
    const receivedAtMs = Date.now() - days * dayMs;
    const time = BigInt(receivedAtMs) * 1_000_000n;
    await test.append(Signal.traces, aTraceRequest({ spans: [{ startTime: time }] }), receivedAtMs);
    await test.append(Signal.logs, aLogsRequest({ logs: [{ time, body: "x" }] }), receivedAtMs);
    const dataPoints = [{ timeUnixNano: String(time), asInt: "1" }];
    await test.append(
      Signal.metrics,
      aMetricsRequest({ metrics: [{ name: "m", gauge: { dataPoints } }] }),
      receivedAtMs,
    );
  }
  await test.loader.drained();
}

async function counts(test: TestStore): Promise<number[]> {
  return Promise.all(
    tables.map(async (table) => {
      const [row] = await test.rows<{ days: string }>(`SELECT uniqExact(toDate(received_at)) AS days FROM ${table}`);
      return Number(row?.days);
    }),
  );
}

describe("retention", () => {
  it("by age drops whole days from every table, and nothing younger", async () => {
    await using test = await openTestStore({ retentionDays: 7 });
    await fill(test, [0, 3, 6, 9, 30]);
    assert.deepEqual(await counts(test), [5, 5, 5, 5, 5]);
    const dropped = await test.store.applyRetention();
    assert.equal(dropped.length, 2);
    assert.deepEqual(await counts(test), [3, 3, 3, 3, 3]);
    assert.deepEqual(await test.store.applyRetention(), []);
  });

  it("by size drops the oldest days until the rest fits, but never the newest", async () => {
    await using test = await openTestStore({ retentionBytes: 1 });
    await fill(test, [0, 1, 2]);
    assert.equal((await test.store.applyRetention()).length, 2);
    assert.deepEqual(await counts(test), [1, 1, 1, 1, 1]);
  });
});
