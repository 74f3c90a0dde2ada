import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openJournal } from "@genscope/journal";
import { OtlpError, Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aTraceRequest, createSpanGenerator } from "@genscope/otlp/testing";
import { tempDir, until } from "./testing/collector-harness.ts";
import { startProcess } from "./testing/start-process.ts";
import { spanIdsOf, startTarget } from "./testing/target.ts";

function spanIdOf(trace: number, part: number): string {
  return (trace * 2 + part).toString(16).padStart(16, "0");
}

/** What a journal holds. */
async function spanIdsIn(dir: string): Promise<string[]> {
  await using journal = await openJournal({ dir });
  const reader = await journal.consumer("test");
  const ids: string[] = [];
  for (;;) {
    const records = await reader.read({ waitMs: 0 });
    if (records.length === 0) break;
    ids.push(...records.flatMap(({ payload }) => spanIdsOf(payload)));
  }
  return ids;
}

describe("a collector whose process is killed", () => {
  it("exports everything it acknowledged, whenever that is, through every pipeline", { timeout: 60_000 }, async (t) => {
    await using dir = await tempDir();
    await using direct = await startTarget("http");
    await using forwarded = await startTarget("http");
    const sender = "retry_on_failure: {initial_interval: 10ms, max_interval: 50ms}";
    const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
processors: {batch: {timeout: 20ms, send_batch_size: 100, send_batch_max_size: 150}}
connectors: {forward: }
exporters:
  otlphttp/direct: {endpoint: "${direct.url}", ${sender}}
  otlphttp/forwarded: {endpoint: "${forwarded.url}", ${sender}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [otlphttp/direct, forward]}
    traces/2: {receivers: [forward], processors: [batch], exporters: [otlphttp/forwarded]}
`;
    const generator = createSpanGenerator({ spansPerRequest: 20 });
    const acknowledged = new Set<string>();
    for (let round = 0; round < 5; round++) {
      await using collector = await startProcess(yaml, dir.path);
      await using client = createOtlpHttpClient({ endpoint: collector.http });
      const killAt = Date.now() + 150 + Math.random() * 250;
      if (round % 2 === 1) forwarded.failWith(new OtlpError("unavailable", "down"));
      const sending = Array.from({ length: 4 }, async () => {
        while (Date.now() < killAt + 1000) {
          const first = generator.count;
          const request = generator.next();
          try {
            await client.send(Signal.traces, request);
          } catch {
            return;
          }
          for (let n = first; n < first + 20; n++) acknowledged.add(generator.ids(n).spanId);
        }
      });
      await delay(killAt - Date.now());
      await collector.kill();
      await Promise.all(sending);
      forwarded.failWith(undefined);
    }
    assert.ok(acknowledged.size > 1000, `too little was sent for the test to mean anything: ${acknowledged.size}`);
    await using collector = await startProcess(yaml, dir.path);
    for (const target of [direct, forwarded]) {
      await until(() => {
        const arrived = new Set(target.spanIds());
        return [...acknowledged].every((id) => arrived.has(id));
      }, "everything acknowledged arrived");
    }
    await collector.kill();
    const ids = forwarded.spanIds();
    t.diagnostic(`${acknowledged.size} acknowledged, ${ids.length} arrived, ${ids.length - new Set(ids).size} twice`);
  });

  it("decides every trace that waited and delivers it once", { timeout: 60_000 }, async (t) => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
processors:
  tail_sampling:
    decision_wait: 300ms
    policies:
      - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
exporters: {otlphttp: {endpoint: "${target.url}", retry_on_failure: {initial_interval: 10ms, max_interval: 50ms}}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], processors: [tail_sampling], exporters: [otlphttp]}
`;
    const acknowledged = new Map<number, number>();
    // so that everything that is put out stays in the journal
    target.failWith(new OtlpError("unavailable", "down"));
    let next = 1;
    for (let round = 0; round < 5; round++) {
      await using collector = await startProcess(yaml, dir.path);
      await using client = createOtlpHttpClient({ endpoint: collector.http });
      const killAt = Date.now() + 200 + Math.random() * 500;
      const sending = Array.from({ length: 4 }, async () => {
        while (Date.now() < killAt + 1000) {
          const trace = next++;
          for (const part of [0, 1]) {
            const failed = part === 1 && trace % 2 === 0 ? { status: { code: 2 } } : {};
            const span = { traceId: trace.toString(16).padStart(32, "0"), spanId: spanIdOf(trace, part), ...failed };
            try {
              await client.send(Signal.traces, aTraceRequest({ spans: [span] }));
            } catch {
              return;
            }
            acknowledged.set(trace, part + 1);
          }
        }
      });
      await delay(killAt - Date.now());
      await collector.kill();
      await Promise.all(sending);
    }
    const whole = [...acknowledged].filter(([, parts]) => parts === 2).map(([trace]) => trace);
    target.failWith(undefined);
    const putOut = await spanIdsIn(join(dir.path, "collector/pipelines/traces/tail_sampling/journal"));
    assert.ok(putOut.length > 100, `too little was put out for the test to mean anything: ${putOut.length}`);
    assert.equal(new Set(putOut).size, putOut.length, "each span was put out once");
    assert.ok(whole.length > 300, `too little was sent for the test to mean anything: ${whole.length}`);
    await using collector = await startProcess(yaml, dir.path);
    const failing = whole.filter((trace) => trace % 2 === 0);
    await until(() => {
      const arrived = new Set(target.spanIds());
      return failing.every((trace) => arrived.has(spanIdOf(trace, 0)) && arrived.has(spanIdOf(trace, 1)));
    }, "every trace that failed arrived as a whole");
    await delay(1_000);
    await collector.kill();
    const ids = target.spanIds();
    const good = new Set(
      whole.filter((trace) => trace % 2 === 1).flatMap((trace) => [spanIdOf(trace, 0), spanIdOf(trace, 1)]),
    );
    assert.deepEqual(
      ids.filter((id) => good.has(id)),
      [],
      "nothing arrived of a trace without a failure",
    );
    t.diagnostic(`${whole.length} whole traces, ${ids.length} spans arrived, ${ids.length - new Set(ids).size} twice`);
  });
});
