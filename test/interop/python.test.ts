import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startModelServer, type ModelServer } from "@genscope/example-model-server";
import { eventually, type RunningGenscope, startGenscope } from "./genscope.ts";
import { installPython, runPython } from "./install.ts";
import { assertLogsStored, assertStored, type SentLog, type SentSpan } from "./sent-span.ts";

describe("the Python SDK with the openai package instrumented", () => {
  let genscope: RunningGenscope;
  let modelServer: ModelServer;
  let python: string;
  before(async () => {
    python = await installPython();
    [genscope, modelServer] = await Promise.all([startGenscope(), startModelServer()]);
  });
  after(() => Promise.all([genscope.stop(), modelServer.close()]));

  for (const protocol of ["grpc", "http"] as const) {
    for (const [instrumentation, spanName] of [
      ["openllmetry", "openai.chat"],
      ["genai", "chat gpt-4o-mini"],
    ] as const) {
      it(`over ${protocol} with ${instrumentation}: every span, log record and metric arrives as it was sent`, async () => {
        const program = join(import.meta.dirname, "python", "send.py");
        const endpoint = protocol === "grpc" ? genscope.grpc : genscope.http;
        const printed = await runPython(python, [program, protocol, endpoint, modelServer.url, instrumentation]);
        const sent: { service: string; spans: SentSpan[]; logs: SentLog[] } = JSON.parse(printed);

        const names = sent.spans.map(({ name }) => name);
        assert.ok(names.includes(spanName), `the instrumentation left no ${spanName}: ${names.join(", ")}`);
        assert.equal(names.length, 10, "six calls of models, the span around them, and three by hand");
        await assertStored(genscope, sent.spans);
        await assertLogsStored(genscope, sent.logs);
        await assertMetrics(genscope, sent.service);
      });
    }
  }
});

async function assertMetrics(genscope: RunningGenscope, service: string): Promise<void> {
  const rows = (table: string, columns: string): Promise<Record<string, unknown>[]> =>
    eventually(async () => {
      const sql = `SELECT ${columns} FROM ${table} WHERE ServiceName = '${service}' AND startsWith(MetricName, 'interop.')`;
      const found = await genscope.query(sql);
      return found.length === 0 ? undefined : found;
    }, `metrics of ${service} in ${table}`);
  assert.deepEqual(
    await rows(
      "otel_metrics_sum",
      "MetricName, MetricDescription, MetricUnit, Attributes['kind'] AS kind, IsMonotonic",
    ),
    [
      {
        MetricName: "interop.counter",
        MetricDescription: "Calls",
        MetricUnit: "{call}",
        kind: "big",
        IsMonotonic: true,
      },
    ],
  );
  assert.deepEqual(await rows("otel_metrics_gauge", "MetricName, Value"), [
    { MetricName: "interop.gauge", Value: 36.6 },
  ]);
  const histogram =
    "MetricName, toString(Count) AS Count, round(Sum, 6) AS Sum, arrayMap(x -> toString(x), BucketCounts) AS BucketCounts, ExplicitBounds";
  assert.deepEqual(await rows("otel_metrics_histogram", histogram), [
    { MetricName: "interop.histogram", Count: "3", Sum: 5.55, BucketCounts: ["1", "1", "1"], ExplicitBounds: [0.1, 1] },
  ]);
}
