import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { OtlpError, Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { createSpanGenerator } from "@genscope/otlp/testing";
import { tempDir, until } from "./testing/collector-harness.ts";
import { startTarget } from "./testing/target.ts";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function startProcess(yaml: string, dataDir: string): Promise<{ readonly http: string; kill(): Promise<void> }> {
  const script = join(import.meta.dirname, "testing/collecting-process.ts");
  const child = spawn(process.execPath, ["--conditions=@genscope/source", script, yaml, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  const endpoints = JSON.parse(line) as { protocol: string; url: string }[];
  return {
    http: endpoints.find(({ protocol }) => protocol === "OTLP/HTTP")!.url,
    async kill() {
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
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
      const collector = await startProcess(yaml, dir.path);
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
    const collector = await startProcess(yaml, dir.path);
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
});
