import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { type Collector, startCollector } from "../packages/sdk/src/testing/collector.ts";
import { createProject, type Project, runProgram } from "./support/published.ts";

const otel2 = join(import.meta.dirname, "otel-2/package.json");

const ask = `
  const client = new OpenAI({ apiKey: "unused", maxRetries: 0 });
  const messages = [{ role: "user", content: "Write to ada@example.com" }];
  const answer = await client.chat.completions.create({ model: "gpt-4o", messages });
  console.log(answer.choices[0].message.content);`;

describe("the SDK as it is published", () => {
  let project: Project;
  let models: ModelServer;
  let collector: Collector;
  before(async () => {
    [project, models] = await Promise.all([createProject(), startModelServer()]);
  });
  after(async () => {
    await models.close();
    project.remove();
  });
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.close());

  const run = async (name: string, text: string, args: readonly string[] = [], env: Record<string, string> = {}) => {
    writeFileSync(join(project.directory, name), text);
    const result = await runProgram(project.directory, [...args, name], {
      OPENAI_BASE_URL: models.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      ...env,
    });
    assert.equal(result.code, 0, result.stderr);
    return result;
  };

  for (const [version, from] of [
    ["1.10", undefined],
    ["1.9", otel2],
  ] as const) {
    describe(`with version ${version} of OpenTelemetry's API and nothing else of it`, () => {
      before(() => project.add("@opentelemetry/api", from));

      for (const [name, load] of [
        ["app.mjs", `import OpenAI from "openai"; ${ask}`],
        ["app.cjs", `const OpenAI = require("openai"); (async () => { ${ask} })();`],
      ] as const) {
        it(`sends spans, metrics and events of ${name}, masked, and says nothing`, async () => {
          const { stdout, stderr } = await run(name, load, ["--import", "@genscope/sdk/register"], {
            OTEL_SERVICE_NAME: "published",
            GENSCOPE_MASK: "true",
            OTEL_GENAI_CAPTURE_MESSAGE_CONTENT: "both",
          });
          assert.notEqual(stdout.trim(), "");
          assert.equal(stderr, "");
          const { traces, metrics, logs } = collector.received;
          assert.deepEqual(
            traces.map((span) => span.name),
            ["chat gpt-4o"],
          );
          assert.equal(traces[0]?.resource["service.name"], "published");
          const content = JSON.stringify([traces[0]?.attributes["gen_ai.input.messages"], logs[0]?.attributes]);
          assert.match(content, /Write to/u);
          assert.doesNotMatch(content, /ada@example/u);
          assert.ok(metrics.some((metric) => metric.name === "gen_ai.client.inference.duration" && metric.count === 1));
          assert.equal(logs.length, 1);
        });
      }

      it("prices calls in console mode, and traces a library that was imported before", async () => {
        const text = `import OpenAI from "openai"; import { init } from "@genscope/sdk"; init({ console: true }); ${ask}`;
        const { stderr } = await run("console.mjs", text);
        assert.match(stderr, /● chat gpt-4o {2}.*tokens {2}\$0\.\d+/u);
        assert.equal(collector.received.traces.length, 1);
      });
    });
  }

  it("hands spans, log records and metrics to processors and readers of OpenTelemetry's 2.x line", async () => {
    for (const name of ["api", "api-logs", "core", "resources", "sdk-trace", "sdk-logs", "sdk-metrics"])
      project.add(`@opentelemetry/${name}`, otel2);
    project.add("@opentelemetry/exporter-trace-otlp-proto", otel2);
    const text = `
      import { init } from "@genscope/sdk"; import OpenAI from "openai";
      import { BatchSpanProcessor, ConsoleSpanExporter } from "@opentelemetry/sdk-trace";
      import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
      import { ConsoleLogRecordExporter, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
      import { ConsoleMetricExporter, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
      const genscope = init({
        content: { capture: "events", mask: true },
        spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
        logRecordProcessors: [new SimpleLogRecordProcessor({ exporter: new ConsoleLogRecordExporter() })],
        metricReaders: [new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() })],
      });
      ${ask}
      await genscope.shutdown();`;
    const none = { OTEL_TRACES_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" };
    const { stdout } = await run("processors.mjs", text, [], none);
    assert.deepEqual(
      collector.received.traces.map(({ name }) => name),
      ["chat gpt-4o"],
    );
    assert.match(stdout, /gen_ai\.client\.inference\.operation\.details/u);
    assert.match(stdout, /gen_ai\.client\.inference\.duration/u);
  });
});
