import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aTraceRequest } from "@genscope/otlp/testing";
import { compileValueExpression, contexts, statementFunctions } from "../../ottl/index.ts";
import { batchOf, cursorAt } from "../../ottl/testing/case-input.ts";
import { showValue } from "../../ottl/testing/show-value.ts";
import { countOf, endpointOf, runCollector, tempDir, until } from "../../testing/collector-harness.ts";
import { startTarget } from "../../testing/target.ts";

/** The processor as the example configuration has it, between a receiver and an exporter of the test. */
function exampleTo(url: string): string {
  const example = readFileSync(join(import.meta.dirname, "../../../cases/example.yaml"), "utf8");
  const transform = /^ {2}transform:\n(?: {4}.*\n)+/mu.exec(example)![0];
  return `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
processors:
${transform}
  filter: {error_mode: ignore, trace_conditions: ['span.attributes["drop"] == true']}
  attributes: {actions: [{key: env, action: insert, value: prod}]}
  resource: {attributes: [{key: host, action: upsert, value: h}]}
exporters:
  otlphttp: {endpoint: "${url}"}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [transform, filter, attributes, resource], exporters: [otlphttp]}
`;
}

describe("processors in a collector", () => {
  it("mask, drop and add on the way from the receiver to the exporter", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    await using collector = await runCollector(exampleTo(target.url), dir.path);
    await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    const prompt = "my number is 123456-1234567";
    await client.send(
      Signal.traces,
      aTraceRequest({ spans: [{ attributes: { drop: true } }, { attributes: { "gen_ai.content.prompt": prompt } }] }),
    );
    await until(() => target.requests.length === 1, "the request arrived");
    const cursor = cursorAt(batchOf(Signal.traces, target.requests[0]!.body));
    const options = { context: contexts.span, functions: statementFunctions("span"), allowBarePaths: true };
    const valueOf = (text: string): string => showValue(compileValueExpression(text, options)(cursor));
    assert.equal(target.spanIds().length, 1);
    assert.equal(valueOf('attributes["gen_ai.content.prompt"]'), '"my number is ***"');
    assert.equal(valueOf('[attributes["env"], resource.attributes["host"]]'), '["prod", "h"]');
    assert.equal(countOf(collector, "otelcol_processor_incoming_items", { processor: "transform" }), 2);
    assert.equal(countOf(collector, "otelcol_processor_outgoing_items", { processor: "filter" }), 1);
    assert.equal(countOf(collector, "otelcol_processor_filter_spans_filtered"), 1);
    const outcomes = (outcome: string): number => countOf(collector, "genscope_processor_ottl_statements", { outcome });
    assert.deepEqual(["changed", "unchanged", "skipped", "failed"].map(outcomes), [1, 1, 0, 0]);
  });

  it("answers a request that a statement with propagated errors refuses with an error that is not to be retried", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    const yaml = exampleTo(target.url).replace("error_mode: ignore\n", "error_mode: propagate\n");
    assert.ok(yaml.includes("error_mode: propagate\n"));
    const failing = yaml.replace(/- replace_pattern\(.*\n/u, "- set(name, 1)\n");
    await using collector = await runCollector(failing, dir.path);
    await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await assert.rejects(
      client.send(Signal.traces, aTraceRequest({ spans: [{}] })),
      (error) => Object(error).retryable === false && /expects string but got int64/.test(String(error)),
    );
  });
});
