import assert from "node:assert/strict";
import { it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aLogsRequest, aTraceRequest } from "@genscope/otlp/testing";
import { endpointOf, runCollector, tempDir, until } from "../testing/collector-harness.ts";
import { startTarget } from "../testing/target.ts";

function evaluation(traceId: string, label: string): object {
  return {
    traceId,
    eventName: "gen_ai.evaluation.result",
    attributes: { "gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.label": label },
  };
}

it("a sampler behind a connector hears of logs, behind its masking, that a pipeline of logs has as well", async () => {
  await using dir = await tempDir();
  await using target = await startTarget("http");
  await using collector = await runCollector(
    `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
processors:
  genai_masking:
  tail_sampling:
    decision_wait: 300ms
    policies: [{name: bad, type: genai_evaluation, genai_evaluation: {labels: ["[EMAIL]"]}}]
connectors: {forward: }
exporters: {otlphttp: {endpoint: "${target.url}"}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [forward]}
    traces/sampled: {receivers: [forward], processors: [genai_masking, tail_sampling], exporters: [otlphttp]}
    logs: {receivers: [otlp], processors: [genai_masking], exporters: [otlphttp]}
`,
    dir.path,
  );
  await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
  const [kept, left] = ["1".repeat(32), "2".repeat(32)];
  await client.send(
    Signal.logs,
    aLogsRequest({ logs: [evaluation(kept, "jane@example.com"), evaluation(left, "fine")] }),
  );
  const spans = [kept, left].map((traceId) => ({ traceId, spanId: traceId.slice(16) }));
  await client.send(Signal.traces, aTraceRequest({ spans }));
  await until(() => target.spanIds().length > 0, "a trace is kept");
  assert.deepEqual(target.spanIds(), [kept.slice(16)]);
  await until(() => target.requests.some(({ signal }) => signal === Signal.logs), "the pipeline of logs has them");
});
