import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aLogsRequest, aMetricsRequest, aTraceRequest } from "@genscope/otlp/testing";
import { createItemCount } from "../../graph/index-request.ts";
import { configOf, countOf, endpointOf, runCollector, tempDir, until } from "../../testing/collector-harness.ts";
import { startTarget, type Target } from "../../testing/target.ts";

const spanIds = ["a", "b", "c", "d", "e"].map((letter) => letter.repeat(16));
const targets = ["one", "two", "rest"] as const;

function yamlOf(urls: readonly string[], table: string, rest = "traces/rest", signal = "traces"): string {
  const exporters = targets.map((name, i) => `  otlphttp/${name}: {endpoint: "${urls[i]}"}`).join("\n");
  const pipelines = targets.map(
    (name) => `    ${signal}/${name}: {receivers: [routing], exporters: [otlphttp/${name}]}`,
  );
  return `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
connectors:
  routing:
    default_pipelines: [${rest}]
    table:
${table}
exporters:
${exporters}
service:
  pipelines:
    ${signal}/in: {receivers: [otlp], exporters: [routing]}
${pipelines.join("\n")}
`;
}

/** What arrives at each of the targets. */
async function routed(
  table: string,
  signal: Signal,
  requests: readonly Uint8Array[],
  expected: number,
): Promise<readonly Target[]> {
  await using dir = await tempDir();
  await using stack = new AsyncDisposableStack();
  const all = await Promise.all(targets.map(async () => stack.use(await startTarget("http"))));
  const names = { [Signal.traces]: "traces", [Signal.logs]: "logs", [Signal.metrics]: "metrics" };
  const name = names[signal];
  const yaml = yamlOf(
    all.map(({ url }) => url),
    table,
    `${name}/rest`,
    name,
  );
  await using collector = await runCollector(yaml, dir.path);
  await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
  for (const request of requests) await client.send(signal, request);
  const count = createItemCount();
  const items = (): number =>
    all.flatMap((target) => target.requests).reduce((sum, { signal: kind, body }) => sum + count(kind, body), 0);
  await until(() => items() >= expected, `${expected} items arrived`);
  assert.equal(items(), expected);
  assert.equal(countOf(collector, "genscope_connector_unrouted_items"), 0);
  return all;
}

const traces = [
  aTraceRequest({
    resource: { "service.name": "shop" },
    spans: [
      { spanId: spanIds[0]!, attributes: { cost: 5 } },
      { spanId: spanIds[1]!, attributes: { cost: 50 }, status: { code: 2 } },
      { spanId: spanIds[2]! },
    ],
  }),
  aTraceRequest({ resource: { "service.name": "other" }, spans: [{ spanId: spanIds[3]! }, { spanId: spanIds[4]! }] }),
];

const sum = (name: string, values: readonly number[]) => ({
  name,
  sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: values.map((asInt) => ({ asInt })) },
});

const wrong = async (table: string): Promise<string> => {
  const error: unknown = await configOf(yamlOf(["http://a", "http://b", "http://c"], table)).catch((e: unknown) => e);
  return error instanceof Error ? error.message : "";
};

describe("routing", () => {
  it("sends each span where the first condition that holds for it says, and the rest to the default pipelines", async () => {
    const [one, two, rest] = await routed(
      `      - {context: span, condition: 'attributes["cost"] > 10', pipelines: [traces/one]}
      - {context: span, condition: 'attributes["cost"] != nil', pipelines: [traces/two]}`,
      Signal.traces,
      traces,
      5,
    );
    assert.deepEqual(one!.spanIds(), [spanIds[1]]);
    assert.deepEqual(two!.spanIds(), [spanIds[0]]);
    assert.deepEqual(rest!.spanIds().toSorted(), spanIds.slice(2));
  });

  it("sends resources as a whole, and copies what it is told to copy", async () => {
    const [one, two, rest] = await routed(
      `      - {context: span, condition: 'status.code == STATUS_CODE_ERROR', action: copy, pipelines: [traces/two]}
      - {statement: 'route() where attributes["service.name"] == "shop"', pipelines: [traces/one]}`,
      Signal.traces,
      traces,
      6,
    );
    assert.deepEqual(one!.spanIds(), spanIds.slice(0, 3));
    assert.deepEqual(two!.spanIds(), [spanIds[1]]);
    assert.deepEqual(rest!.spanIds(), spanIds.slice(3));
  });

  it("sends data on of which a condition fails", async () => {
    const [, , rest] = await routed(
      `      - {context: span, condition: 'attributes["cost"] / 0 == 1', pipelines: [traces/one]}`,
      Signal.traces,
      traces,
      5,
    );
    assert.equal(rest!.spanIds().length, 5);
  });

  it("routes log records", async () => {
    const [one, two] = await routed(
      `      - {context: log, condition: 'severity_number >= SEVERITY_NUMBER_ERROR', pipelines: [logs/one]}
      - {context: log, condition: 'body == "x"', pipelines: [logs/two]}`,
      Signal.logs,
      [aLogsRequest({ logs: [{ severityNumber: 17 }, { body: "x" }, { body: "y" }] })],
      3,
    );
    assert.equal(one!.requests.length, 1);
    assert.equal(two!.requests.length, 1);
  });

  it("routes metrics and data points", async () => {
    const count = createItemCount();
    const all = await routed(
      `      - {context: metric, condition: 'name == "a"', pipelines: [metrics/one]}
      - {context: datapoint, condition: 'value_int > 10', pipelines: [metrics/two]}`,
      Signal.metrics,
      [aMetricsRequest({ metrics: [sum("a", [1, 20]), sum("b", [2, 30, 40])] })],
      5,
    );
    const counts = all.map(({ requests }) => requests.reduce((n, { signal, body }) => n + count(signal, body), 0));
    assert.deepEqual(counts, [2, 2, 1]);
  });

  it("says what its table has wrong", async () => {
    assert.match(await wrong("      []"), /the routing table is empty/);
    assert.match(await wrong("      - {pipelines: [traces/one]}"), /no condition or statement provided/);
    assert.match(await wrong("      - {condition: 'true'}"), /no pipelines defined/);
    assert.match(await wrong("      - {condition: 'nmae == 1', pipelines: [traces/one]}"), /segment "nmae"/);
    assert.match(
      await wrong("      - {context: request, condition: 'true', pipelines: [traces/one]}"),
      /context: request/,
    );
    assert.match(
      await wrong("      - {statement: 'set(attributes, {})', pipelines: [traces/one]}"),
      /undefined function "set"/,
    );
  });

  it("does not start with a pipeline that is not connected to it", async () => {
    await using dir = await tempDir();
    const yaml = yamlOf(
      ["http://127.0.0.1:1", "http://127.0.0.1:1", "http://127.0.0.1:1"],
      "      - {condition: 'true', pipelines: [traces/nowhere]}",
    );
    await assert.rejects(runCollector(yaml, dir.path), /pipeline "traces\/nowhere" not found/);
  });
});
