import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { endpointOf, runCollector, tempDir, until } from "../../testing/collector-harness.ts";
import { metricsOf, type SeenPoint } from "../../testing/metrics-of.ts";
import { requestsOf, type SpanCase } from "../../testing/span-cases.ts";
import { startTarget, type Target } from "../../testing/target.ts";

function yamlOf(url: string, connector: string, more = "", processors = ""): string {
  return `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
connectors: {spanmetrics: {namespace: gen_ai, dimensions: [{name: gen_ai.request.model}], metrics_flush_interval: 50ms, ${connector}}}
exporters: {otlphttp: {endpoint: "${url}", retry_on_failure: {initial_interval: 10ms}}}
${more}service:
  pipelines:
    traces: {receivers: [otlp], exporters: [spanmetrics]}
    metrics: {receivers: [spanmetrics], ${processors}exporters: [otlphttp]}
`;
}

function call(model: string, tokens: number): SpanCase {
  return {
    name: `chat ${model}`,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": model,
      "gen_ai.usage.input_tokens": tokens,
    },
  };
}

async function send(url: string, spans: readonly SpanCase[]): Promise<void> {
  await using client = createOtlpHttpClient({ endpoint: url });
  for (const request of requestsOf(spans)) await client.send(Signal.traces, request);
}

function points(target: Target, metric: string, model: string): readonly SeenPoint[] {
  const requests = target.requests.filter(({ signal }) => signal === Signal.metrics).map(({ body }) => body);
  return metricsOf(requests).filter(
    (point) => point.metric === metric && point.labels["gen_ai.request.model"] === model,
  );
}

/** What a collector calls itself on a series. */
async function named(dir: string, connector: string, target: Target): Promise<SeenPoint["labels"][string]> {
  await using collector = await runCollector(yamlOf(target.url, connector), dir);
  const before = target.requests.length;
  await send(endpointOf(collector, "OTLP/HTTP"), [call("gpt-4o", 1)]);
  await until(() => target.requests.length > before, "metrics were put out");
  return points(target, "gen_ai.calls", "gpt-4o").at(-1)?.labels["collector.instance.id"];
}

describe("span_metrics in a collector", () => {
  it("puts out what it counts, and goes on after a stop as if there had been none", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    const yaml = yamlOf(target.url, "");
    for (let run = 1; run <= 3; run++) {
      await using collector = await runCollector(yaml, dir.path);
      await send(endpointOf(collector, "OTLP/HTTP"), [call("gpt-4o", 100), call("gpt-4o-mini", 7)]);
      const last = (): number => points(target, "gen_ai.usage.input_tokens", "gpt-4o").at(-1)?.value ?? 0;
      await until(() => last() === run * 100, `${run * 100} tokens were put out`);
    }
    const seen = points(target, "gen_ai.usage.input_tokens", "gpt-4o");
    assert.equal(new Set(seen.map(({ startNano }) => startNano)).size, 1, "one start");
    assert.deepEqual(
      seen.map(({ value }) => value!),
      seen.map(({ value }) => value!).toSorted((a, b) => a - b),
      "never less than before",
    );
    assert.equal(points(target, "gen_ai.calls", "gpt-4o-mini").at(-1)?.value, 3);
    assert.equal(points(target, "gen_ai.usage.cost", "gpt-4o").at(-1)?.value?.toFixed(6), "0.000750");
  });

  it("names itself where it is asked to, by the same name after a stop", async () => {
    await using one = await tempDir();
    await using other = await tempDir();
    await using target = await startTarget("http");
    const asked = "include_collector_instance_id: true";
    const id = await named(one.path, asked, target);
    assert.match(String(id), /^[0-9a-f-]{36}$/u);
    assert.equal(await named(one.path, asked, target), id);
    assert.notEqual(await named(other.path, asked, target), id);
    assert.equal(await named(other.path, `${asked}, exclude_dimensions: [collector.instance.id]`, target), undefined);
    assert.equal(await named(other.path, "", target), undefined, "not unless it is asked to");
  });

  it("puts out differences once, over stops", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    const yaml = yamlOf(target.url, "aggregation_temporality: AGGREGATION_TEMPORALITY_DELTA");
    const sum = (): number =>
      points(target, "gen_ai.usage.input_tokens", "gpt-4o").reduce((total, { value = 0 }) => total + value, 0);
    for (let run = 1; run <= 3; run++) {
      await using collector = await runCollector(yaml, dir.path);
      await send(endpointOf(collector, "OTLP/HTTP"), [call("gpt-4o", 100)]);
      await until(() => sum() === run * 100, `${run * 100} tokens were put out`);
    }
  });

  it("takes prices of one's own, and says which model has none, once", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    const prices = join(dir.path, "prices.yaml");
    await writeFile(prices, "prices: [{model: house-*, input: 3, output: 9}]\n");
    const warnings: string[] = [];
    await using collector = await runCollector(yamlOf(target.url, `cost: {prices: "${prices}"}`), dir.path, {
      onWarning: (warning) => warnings.push(warning),
    });
    const models = ["house-1", "stranger", "stranger", "gpt-4o"];
    await send(
      endpointOf(collector, "OTLP/HTTP"),
      models.map((model) => call(model, 1_000_000)),
    );
    await until(() => points(target, "gen_ai.usage.cost", "gpt-4o").length > 0, "costs were put out");
    assert.equal(points(target, "gen_ai.usage.cost", "house-1").at(-1)?.value, 3);
    assert.deepEqual(points(target, "gen_ai.usage.cost", "stranger"), []);
    assert.equal(warnings.filter((warning) => warning.includes('no price is known for "stranger"')).length, 1);
    const unpriced = collector.telemetry.read().find(({ name }) => name.endsWith("unpriced_spans"));
    assert.deepEqual([unpriced?.value, unpriced?.labels["model"]], [2, "stranger"]);
  });

  it("says what is wrong with a table of prices", async () => {
    await using dir = await tempDir();
    const prices = join(dir.path, "prices.yaml");
    await writeFile(prices, "prices: [{model: x, input: cheap}]\n");
    await assert.rejects(
      runCollector(yamlOf("http://127.0.0.1:1", `cost: {prices: "${prices}"}`), dir.path),
      /the price table .*prices\.yaml: prices\[0\]\.input: must be a number from 0/,
    );
  });

  it("leaves tokens to nobody with --strict", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    await using collector = await runCollector(yamlOf(target.url, ""), dir.path, { isStrict: true });
    await send(endpointOf(collector, "OTLP/HTTP"), [call("gpt-4o", 100)]);
    await until(() => points(target, "gen_ai.calls", "gpt-4o").length > 1, "calls were put out");
    assert.deepEqual(points(target, "gen_ai.usage.input_tokens", "gpt-4o"), []);
  });
});
