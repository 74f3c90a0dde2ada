import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aTraceRequest } from "@genscope/otlp/testing";
import { buildOtelcol } from "../../bench/peers/otelcol/build.mts";
import { endpointOf, runCollector, tempDir, until } from "../../packages/collector/src/testing/collector-harness.ts";
import { freePort } from "../support/free-port.ts";

/** The real Collector, which writes what it receives over gRPC into a file. */
async function runOtelcol(program: string, directory: string) {
  const port = await freePort();
  const output = join(directory, "out.json");
  const config = {
    receivers: { otlp: { protocols: { grpc: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { file: { path: output, flush_interval: "50ms" } },
    service: {
      telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      pipelines: { traces: { receivers: ["otlp"], exporters: ["file"] } },
    },
  };
  const file = join(directory, "otelcol.json");
  await writeFile(file, JSON.stringify(config));
  const child = spawn(program, ["--config", file], { stdio: "ignore" });
  const exited = once(child, "exit");
  return {
    endpoint: `127.0.0.1:${port}`,
    output: () => readFile(output, "utf8").catch(() => ""),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

describe("otlp_grpc before the Collector's own receiver", () => {
  let program = "";
  before(async () => {
    program = await buildOtelcol();
  });

  for (const compression of ["none", "gzip", "zstd", "snappy"]) {
    it(`is understood with compression: ${compression}`, async () => {
      await using held = new AsyncDisposableStack();
      const [one, two] = [held.use(await tempDir()), held.use(await tempDir())];
      const otelcol = held.use(await runOtelcol(program, one.path));
      const sender = held.use(
        await runCollector(
          `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  otlp_grpc:
    endpoint: "${otelcol.endpoint}"
    tls: {insecure: true}
    compression: ${compression}
    retry_on_failure: {initial_interval: 50ms, max_interval: 200ms}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_grpc]}
`,
          two.path,
        ),
      );
      const client = held.use(createOtlpHttpClient({ endpoint: endpointOf(sender, "OTLP/HTTP") }));
      // one that fits in place, and one that takes several of snappy's chunks
      for (const count of [1, 3_000]) {
        const spans = Array.from({ length: count }, (_, i) => ({ name: `${compression} ${count} ${i} of them` }));
        await client.send(Signal.traces, aTraceRequest({ spans }));
        await until(
          async () => (await otelcol.output()).includes(`"${compression} ${count} ${count - 1} of them"`),
          `${count} spans arrived`,
        );
      }
      assert.equal((await otelcol.output()).match(/ of them"/gu)?.length, 3_001);
    });
  }
});
