import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { OtlpError, Signal } from "@genscope/otlp";
import { createOtlpGrpcClient, createOtlpHttpClient } from "@genscope/otlp/client";
import { aTraceRequest, createSpanGenerator } from "@genscope/otlp/testing";
import { configOf, endpointOf, runCollector, tempDir, until } from "./testing/collector-harness.ts";
import { startTarget } from "./testing/target.ts";

const receivers = `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}, grpc: {endpoint: "127.0.0.1:0"}}}
`;

function config(exporters: Record<string, string>, pipelines: string): string {
  const sender = "retry_on_failure: {initial_interval: 10ms, max_interval: 50ms}";
  const written = Object.entries(exporters).map(([id, url]) => `  ${id}: {endpoint: "${url}", ${sender}}\n`);
  return `${receivers}exporters:\n${written.join("")}service:\n  pipelines:\n${pipelines}`;
}

function onlyTo(id: string, url: string): string {
  return config({ [id]: url }, `    traces: {receivers: [otlp], exporters: [${id}]}\n`);
}

describe("a collector that is given another configuration", () => {
  it("loses and doubles nothing under load, and keeps its ports", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    const first = config({ "otlphttp/a": target.url }, "    traces: {receivers: [otlp], exporters: [otlphttp/a]}\n");
    const second = config(
      { "otlphttp/a": target.url },
      "    traces: {receivers: [otlp], processors: [batch], exporters: [otlphttp/a]}\n",
    ).replace("exporters:", "processors: {batch: {timeout: 10ms}}\nexporters:");
    await using collector = await runCollector(first, dir.path);
    const endpoint = endpointOf(collector, "OTLP/HTTP");
    await using http = createOtlpHttpClient({ endpoint });
    await using grpc = createOtlpGrpcClient({ endpoint: endpointOf(collector, "OTLP/gRPC") });
    const generator = createSpanGenerator({ spansPerRequest: 10 });
    const sent = new AbortController();
    const sending = [http, grpc, http].map(async (client) => {
      while (!sent.signal.aborted) await client.send(Signal.traces, generator.next());
    });
    for (const yaml of [second, first, second, first]) {
      const before = target.requests.length;
      await until(() => target.requests.length > before + 20, "some more arrived");
      await collector.reload(await configOf(yaml));
      assert.equal(endpointOf(collector, "OTLP/HTTP"), endpoint);
    }
    sent.abort();
    await Promise.all(sending);
    await until(() => collector.lagBytes === 0, "all is exported");
    assert.equal(target.spanIds().length, generator.count);
    assert.equal(new Set(target.spanIds()).size, generator.count);
  });

  it("hands what an exporter that is gone had not sent to the one in its place", async () => {
    await using dir = await tempDir();
    await using down = await startTarget("http");
    await using up = await startTarget("http");
    down.failWith(new OtlpError("unavailable", "down"));
    await using collector = await runCollector(onlyTo("otlphttp/a", down.url), dir.path);
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await http.send(Signal.traces, aTraceRequest({ spans: [{}, {}] }));
    await collector.reload(await configOf(onlyTo("otlphttp/b", up.url)));
    await until(() => up.spanIds().length === 2, "it arrived");
    assert.equal(down.spanIds().length, 0);
  });

  it("sends an exporter that is added beside another what comes from then on", async () => {
    await using dir = await tempDir();
    await using one = await startTarget("http");
    await using two = await startTarget("http");
    const both = { "otlphttp/1": one.url, "otlphttp/2": two.url };
    await using collector = await runCollector(
      config(both, "    traces: {receivers: [otlp], exporters: [otlphttp/1]}\n"),
      dir.path,
    );
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await http.send(Signal.traces, aTraceRequest({ spans: [{}] }));
    await until(() => one.spanIds().length === 1, "the first arrived");
    await collector.reload(
      await configOf(config(both, "    traces: {receivers: [otlp], exporters: [otlphttp/1, otlphttp/2]}\n")),
    );
    await http.send(Signal.traces, aTraceRequest({ spans: [{ spanId: "00000000000000dd" }] }));
    await until(() => two.spanIds().length === 1 && one.spanIds().length === 2, "the second arrived");
    assert.deepEqual(two.spanIds(), ["00000000000000dd"]);
  });

  it("exports what a pipeline that is gone still held", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    target.failWith(new OtlpError("unavailable", "down"));
    const named = (pipeline: string): string =>
      config({ "otlphttp/a": target.url }, `    ${pipeline}: {receivers: [otlp], exporters: [otlphttp/a]}\n`);
    await using collector = await runCollector(named("traces/old"), dir.path);
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await http.send(Signal.traces, aTraceRequest({ spans: [{}, {}, {}] }));
    await collector.reload(await configOf(named("traces/new")));
    target.failWith(undefined);
    await until(() => target.spanIds().length === 3, "what the old pipeline held arrived");
  });

  it("goes on with what it has where the new one cannot start", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    const good = config({ "otlphttp/a": target.url }, "    traces: {receivers: [otlp], exporters: [otlphttp/a]}\n");
    await using collector = await runCollector(good, dir.path);
    const endpoint = endpointOf(collector, "OTLP/HTTP");
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, "127.0.0.1", resolve);
    });
    const address = taken.address();
    assert.ok(address !== null && typeof address === "object");
    const bad = good
      .replace("exporters:", `  otlp/2: {protocols: {http: {endpoint: "127.0.0.1:${address.port}"}}}\nexporters:`)
      .replace("[otlp]", "[otlp, otlp/2]");
    await assert.rejects(collector.reload(await configOf(bad)), /receiver "otlp\/2": port \d+ .* is in use/);
    taken.close();
    assert.equal(endpointOf(collector, "OTLP/HTTP"), endpoint);
    await using http = createOtlpHttpClient({ endpoint });
    await http.send(Signal.traces, aTraceRequest({ spans: [{}] }));
    await until(() => target.spanIds().length === 1, "it arrived");
  });
});
