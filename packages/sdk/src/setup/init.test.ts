import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { type Collector, startCollector } from "../testing/collector.ts";
import { type AppResult, runApp } from "../testing/run-app.ts";

const ask = `
const answer = await client.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] });
console.log(answer.choices[0].message.content);
`;
const client = `const client = new OpenAI({ apiKey: "unused", maxRetries: 0 });`;
const register = ["--import", "@genscope/sdk/register"];

const mcp = (path: string): string => `"@modelcontextprotocol/sdk/${path}"`;

/** A client that calls a tool of a server, both in one process. */
function mcpApp(load: (path: string) => string): string {
  return `
      const { Client } = ${load("client/index.js")}; const { Server } = ${load("server/index.js")};
      const { InMemoryTransport } = ${load("inMemory.js")}; const { CallToolRequestSchema } = ${load("types.js")};
      const about = { name: "a", version: "1" };
      const server = new Server(about, { capabilities: { tools: {} } });
      server.setRequestHandler(CallToolRequestSchema, async () => ({ content: [] }));
      const [here, there] = InMemoryTransport.createLinkedPair();
      const client = new Client(about);
      const run = async () => {
        await server.connect(there); await client.connect(here);
        await client.callTool({ name: "add", arguments: {} });
        await client.close();
      };`;
}

describe("an application that is set up", () => {
  let models: ModelServer;
  let collector: Collector;
  before(async () => {
    models = await startModelServer();
  });
  after(() => models.close());
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.close());

  const run = async (
    files: Record<string, string>,
    nodeOptions: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<AppResult> => {
    const result = await runApp({
      files,
      nodeOptions,
      env: { OPENAI_BASE_URL: models.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env },
    });
    assert.equal(result.code, 0, result.stderr);
    return result;
  };
  const names = (): string[] => collector.received.traces.map(({ name }) => name).toSorted();

  it("without a change of code, ESM", async () => {
    const { stdout, stderr } = await run({ "app.mjs": `import OpenAI from "openai"; ${client} ${ask}` }, register, {
      OTEL_SERVICE_NAME: "plain-app",
      OTEL_RESOURCE_ATTRIBUTES: "team=search",
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=secret",
    });
    assert.match(stdout, /Hello!/u);
    // run on another OpenTelemetry line, the workspace's own copy of the API is rightly warned of
    assert.equal(stderr.replaceAll(/^.*(?:@opentelemetry\/api|--trace-warnings).*$/gmu, "").trim(), "");
    assert.deepEqual(names(), ["chat gpt-4o"]);
    const { attributes, resource } = collector.received.traces[0]!;
    assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0);
    assert.equal(resource["service.name"], "plain-app");
    assert.equal(resource["team"], "search");
    assert.equal(collector.requests[0]?.headers["x-key"], "secret");
  });

  it("with a client handed over before the set-up, which the loader never saw", async () => {
    await run({
      "app.mjs": `import { init, instrumentModule } from "@genscope/sdk"; import OpenAI from "openai"; ${client}
        instrumentModule(client); init({ alreadyLoaded: false }); ${ask}`,
    });
    assert.deepEqual(names(), ["chat gpt-4o"]);
  });

  it("without a change of code, CommonJS", async () => {
    await run({ "app.cjs": `const { OpenAI } = require("openai"); ${client} (async () => { ${ask} })();` }, register);
    assert.deepEqual(names(), ["chat gpt-4o"]);
  });

  it("without a change of code, preloaded by require", async () => {
    await run({ "app.cjs": `const { OpenAI } = require("openai"); ${client} (async () => { ${ask} })();` }, [
      "--require",
      "@genscope/sdk/register",
    ]);
    assert.deepEqual(names(), ["chat gpt-4o"]);
  });

  it("by init() after the library was imported, ESM", async () => {
    await run({
      "app.mjs": `import OpenAI from "openai"; import { init } from "@genscope/sdk"; ${client}
        init({ serviceName: "after" }); ${ask}`,
    });
    assert.deepEqual(names(), ["chat gpt-4o"]);
    assert.equal(collector.received.traces[0]?.resource["service.name"], "after");
  });

  it("by init() before the library is imported, ESM", async () => {
    await run({
      "app.mjs": `import { init } from "@genscope/sdk"; init({ serviceName: "before" });
        const { default: OpenAI } = await import("openai"); ${client} ${ask}`,
    });
    assert.deepEqual(names(), ["chat gpt-4o"]);
  });

  it("by init() before and after the library is required, CommonJS", async () => {
    for (const [first, second] of [
      [`const { init } = require("@genscope/sdk"); init();`, `const { OpenAI } = require("openai");`],
      [`const { OpenAI } = require("openai");`, `const { init } = require("@genscope/sdk"); init();`],
    ]) {
      collector.received.traces.length = 0;
      await run({ "app.cjs": `${first} ${second} ${client} (async () => { ${ask} })();` });
      assert.deepEqual(names(), ["chat gpt-4o"]);
    }
  });

  it("both copies of a library, the one for import and the one for require", async () => {
    await run(
      {
        "app.mjs": `import Imported from "openai"; import { createRequire } from "node:module";
          const { OpenAI: Required } = createRequire(import.meta.url)("openai");
          if (Imported === Required) throw new Error("one copy");
          { const OpenAI = Imported; ${client} ${ask} }
          { const OpenAI = Required; ${client} ${ask} }`,
      },
      register,
    );
    assert.deepEqual(names(), ["chat gpt-4o", "chat gpt-4o"]);
  });

  it("with MCP, by import and by require: one trace from client to server", async () => {
    await run({ "app.mjs": `${mcpApp((path) => `await import(${mcp(path)})`)} await run();` }, register);
    await run({ "app.cjs": `${mcpApp((path) => `require(${mcp(path)})`)} run();` }, register);
    const calls = collector.received.traces.filter(({ name }) => name === "tools/call add");
    assert.equal(calls.length, 4);
    assert.equal(new Set(calls.map(({ traceId }) => traceId)).size, 2);
  });

  it("with a call that nobody reads: its span ends with the process", async () => {
    await run(
      {
        "app.mjs": `import OpenAI from "openai"; ${client} globalThis.kept = client.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] });`,
      },
      register,
    );
    assert.deepEqual(names(), ["chat gpt-4o"]);
  });

  it("in a worker thread", async () => {
    await run(
      {
        "app.mjs": `import { Worker } from "node:worker_threads";
          const worker = new Worker(new URL("./worker.mjs", import.meta.url));
          await new Promise((resolve) => worker.once("exit", resolve));`,
        "worker.mjs": `import OpenAI from "openai"; ${client} ${ask}`,
      },
      register,
    );
    assert.deepEqual(names(), ["chat gpt-4o"]);
  });

  it("in a worker thread that sets itself up", async () => {
    await run({
      "app.mjs": `import { Worker } from "node:worker_threads";
        const worker = new Worker(new URL("./worker.mjs", import.meta.url));
        await new Promise((resolve) => worker.once("exit", resolve));`,
      "worker.mjs": `import { init } from "@genscope/sdk"; import OpenAI from "openai";
        const genscope = init({ serviceName: "worker" }); ${client} ${ask} await genscope.flush();`,
    });
    assert.deepEqual(names(), ["chat gpt-4o"]);
    assert.equal(collector.received.traces[0]?.resource["service.name"], "worker");
  });

  it("as a function that flushes before it returns: frozen or killed right after, nothing is lost", async () => {
    const { code } = await runApp({
      files: {
        "app.mjs": `import { init } from "@genscope/sdk"; import OpenAI from "openai";
          const genscope = init({ serviceName: "function" }); ${client}
          async function handler() {
            try {
              const stream = await client.chat.completions.create({
                model: "gpt-4o", stream: true, messages: [{ role: "user", content: "Hello" }],
              });
              for await (const chunk of stream) return chunk.id;
            } finally {
              await genscope.flush();
            }
          }
          await handler();
          await handler();
          process.kill(process.pid, "SIGKILL");`,
      },
      env: { OPENAI_BASE_URL: models.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    });
    assert.equal(code, null);
    assert.deepEqual(names(), ["chat gpt-4o", "chat gpt-4o"]);
  });

  it("with code of its own around the calls: one connected trace", async () => {
    await run({
      "app.mjs": `import { init, workflow, tool, withContext } from "@genscope/sdk"; import OpenAI from "openai"; ${client}
        init({ serviceName: "steps" });
        const look = tool("look", async () => { ${ask} });
        await withContext({ userId: "u1", conversationId: "c1", tags: ["a"] }, workflow("main", async () => look()));`,
    });
    assert.deepEqual(names(), ["chat gpt-4o", "execute_tool look", "invoke_workflow main"]);
    assert.equal(new Set(collector.received.traces.map(({ traceId }) => traceId)).size, 1);
    const byName = new Map(collector.received.traces.map((span) => [span.name, span]));
    assert.equal(byName.get("chat gpt-4o")?.parentSpanId, byName.get("execute_tool look")?.spanId);
    assert.equal(byName.get("execute_tool look")?.parentSpanId, byName.get("invoke_workflow main")?.spanId);
    for (const { attributes } of collector.received.traces) {
      assert.equal(attributes["user.id"], "u1");
      assert.equal(attributes["gen_ai.conversation.id"], "c1");
      assert.deepEqual(attributes["genscope.tags"], ["a"]);
    }
  });

  it("sends metrics and events too, content only if asked", async () => {
    const app = { "app.mjs": `import OpenAI from "openai"; ${client} ${ask}` };
    await run(app, register);
    assert.ok(collector.received.metrics.some(({ name }) => name === "gen_ai.client.inference.duration"));
    assert.deepEqual(collector.received.logs, []);
    assert.doesNotMatch(JSON.stringify(collector.received), /Hello/u);
    await run(app, register, { OTEL_GENAI_CAPTURE_MESSAGE_CONTENT: "true" });
    assert.deepEqual(
      collector.received.logs.map(({ name }) => name),
      ["gen_ai.client.inference.operation.details"],
    );
    assert.match(JSON.stringify(collector.received.logs), /Hello! How can I help/u);
    assert.doesNotMatch(JSON.stringify(collector.received.traces), /Hello/u);
  });

  it("obeys the sampler, the exporters and the switch of the environment", async () => {
    const app = { "app.mjs": `import OpenAI from "openai"; ${client} ${ask}` };
    await run(app, register, { OTEL_TRACES_SAMPLER: "always_off" });
    assert.deepEqual(names(), []);
    assert.ok(collector.received.metrics.length > 0);
    collector.received.metrics.length = 0;
    await run(app, register, { OTEL_METRICS_EXPORTER: "none" });
    assert.deepEqual(names(), ["chat gpt-4o"]);
    assert.deepEqual(collector.received.metrics, []);
    await run(app, register, { OTEL_SDK_DISABLED: "true" });
    assert.deepEqual(names(), ["chat gpt-4o"]);
  });

  it("samples: one trace as a whole, content with it, every call counted", async () => {
    const one = {
      name: "support",
      type: "string_attribute",
      string_attribute: { key: "genscope.feature", values: ["support"] },
    };
    await run(
      {
        "app.mjs": `import { init, workflow, withContext } from "@genscope/sdk"; import OpenAI from "openai"; ${client}
          init({ sampling: { policies: [${JSON.stringify(one)}] }, content: { capture: "events" } });
          const answer = workflow("answer", async () => { ${ask} });
          await withContext({ feature: "support" }, answer);
          await withContext({ feature: "other" }, answer);`,
      },
      [],
    );
    assert.deepEqual(names(), ["chat gpt-4o", "invoke_workflow answer"]);
    assert.deepEqual(
      collector.received.traces.map(({ traceState }) => traceState),
      ["ot=th:0", "ot=th:0"],
    );
    assert.equal(collector.received.logs.length, 1);
    const calls = collector.received.metrics.find(({ name }) => name === "gen_ai.client.inference.duration");
    assert.equal(calls?.count, 2);
  });

  it("sends a signal where that signal is to go", async () => {
    await run({ "app.mjs": `import OpenAI from "openai"; ${client} ${ask}` }, register, {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
    });
    assert.deepEqual(names(), ["chat gpt-4o"]);
    assert.deepEqual(collector.received.metrics, []);
  });

  it("warns once if no collector is there, and ends when the application does", async () => {
    const loop = `for (let i = 0; i < 50; i++) { ${ask} }`;
    const { stderr } = await run({ "app.mjs": `import OpenAI from "openai"; ${client} ${loop}` }, register, {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
      OTEL_BSP_SCHEDULE_DELAY: "5",
      OTEL_METRIC_EXPORT_INTERVAL: "20",
      OTEL_LOG_LEVEL: "warn",
    });
    assert.equal(stderr.match(/cannot be delivered/gu)?.length, 1, stderr);
    assert.match(stderr, /127\.0\.0\.1:9/u);
  });

  it("flushes on SIGTERM though the application listens, which goes on", async () => {
    const { stdout } = await run({
      "app.mjs": `import { init } from "@genscope/sdk";
        const done = async () => {};
        const forceFlush = async () => { console.log("flushed"); process.exit(0); };
        init({ spanProcessors: [{ onStart() {}, onEnd() {}, forceFlush, shutdown: done }] });
        process.on("SIGTERM", () => console.log("told to end"));
        setInterval(() => {}, 1000);
        process.kill(process.pid, "SIGTERM");`,
    });
    assert.match(stdout, /flushed/u);
  });

  it("flushes before a signal ends it", async () => {
    const result = await runApp({
      files: {
        "app.mjs": `import OpenAI from "openai"; ${client} ${ask}
          setInterval(() => {}, 1000); process.kill(process.pid, "SIGTERM");`,
      },
      nodeOptions: register,
      env: { OPENAI_BASE_URL: models.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    });
    assert.equal(result.code, null);
    assert.deepEqual(names(), ["chat gpt-4o"]);
  });

  it("captures no content in production without masking, says so, and refuses if asked to", async () => {
    const app = { "app.mjs": `import OpenAI from "openai"; ${client} ${ask}` };
    const env = { NODE_ENV: "production", OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "SPAN_AND_EVENT" };
    const hasContent = (): boolean =>
      collector.received.traces.some(({ attributes }) => "gen_ai.input.messages" in attributes);
    const { stderr } = await run(app, register, env);
    assert.match(stderr, /are not captured: this is production/u);
    assert.equal(hasContent(), false);
    await run(app, register, { ...env, GENSCOPE_ALLOW_UNMASKED: "true" });
    assert.equal(hasContent(), true);
    const refused = await runApp({
      files: app,
      nodeOptions: register,
      env: { ...env, GENSCOPE_REQUIRE_MASKING: "true", OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /without masking/u);
  });

  it("bundled code, given by hand", async () => {
    await run({
      "app.mjs": `import { init } from "@genscope/sdk"; import { OpenAI } from "./bundle.mjs"; ${client}
        init().instrumentModule(OpenAI); ${ask}`,
      "bundle.mjs": `export { OpenAI } from "openai/client";`,
    });
    assert.deepEqual(names(), ["chat gpt-4o"]);
  });

  it("takes a second init() for the first, and says so", async () => {
    const { stdout, stderr } = await run({
      "app.mjs": `import { init } from "@genscope/sdk"; console.log(init() === init());`,
    });
    assert.match(stdout, /true/u);
    assert.match(stderr, /called again/u);
  });
});
