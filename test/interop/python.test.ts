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
  const point = async (name: string, columns: string): Promise<Record<string, unknown>> =>
    eventually(async () => {
      const sql = `SELECT ${columns} FROM metric_points WHERE service_name = '${service}' AND name = '${name}'`;
      const [found, ...more] = await genscope.query(sql);
      assert.equal(more.length, 0, `points of ${name}`);
      return found;
    }, `metric ${name} of ${service}`);
  const counter =
    "kind, description, unit, toString(int_value) AS value, is_monotonic, aggregation_temporality, string_attributes['kind'] AS attribute";
  assert.deepEqual(await point("interop.counter", counter), {
    kind: "sum",
    description: "Calls",
    unit: "{call}",
    value: "9007199254740993",
    is_monotonic: true,
    aggregation_temporality: 2,
    attribute: "big",
  });
  assert.deepEqual(await point("interop.gauge", "kind, double_value"), { kind: "gauge", double_value: 36.6 });
  const histogram =
    "kind, unit, toString(count) AS points, round(sum, 6) AS total, min, max, arrayMap(x -> toString(x), bucket_counts) AS buckets, explicit_bounds";
  assert.deepEqual(await point("interop.histogram", histogram), {
    kind: "histogram",
    unit: "s",
    points: "3",
    total: 5.55,
    min: 0.05,
    max: 5,
    buckets: ["1", "1", "1"],
    explicit_bounds: [0.1, 1],
  });
}
