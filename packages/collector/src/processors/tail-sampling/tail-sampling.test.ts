import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aTraceRequest } from "@genscope/otlp/testing";
import { countOf, endpointOf, runCollector, tempDir, until } from "../../testing/collector-harness.ts";
import { startTarget } from "../../testing/target.ts";

const t = (n: number): string => n.toString(16).padStart(32, "0");

describe("tail sampling in a collector", () => {
  it("keeps traces as a whole", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    let now = Date.now();
    await using collector = await runCollector(
      `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
processors:
  tail_sampling:
    decision_wait: 10s
    policies: [{name: errors, type: status_code, status_code: {status_codes: [ERROR]}}]
exporters: {otlphttp: {endpoint: "${target.url}"}}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [tail_sampling], exporters: [otlphttp]}
`,
      dir.path,
      { now: () => now },
    );
    await using http = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await http.send(
      Signal.traces,
      aTraceRequest({
        spans: [
          { traceId: t(1), spanId: "00000000000000a1" },
          { traceId: t(2), spanId: "00000000000000a2" },
        ],
      }),
    );
    await http.send(
      Signal.traces,
      aTraceRequest({ spans: [{ traceId: t(1), spanId: "00000000000000b1", status: { code: 2 } }] }),
    );
    now += 11_000;
    await until(() => target.spanIds().length === 2, "kept");
    assert.deepEqual(target.spanIds().toSorted(), ["00000000000000a1", "00000000000000b1"]);
    assert.equal(
      countOf(collector, "otelcol_processor_tail_sampling_global_count_traces_sampled", { decision: "sampled" }),
      1,
    );
  });
});
