import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { type Collector, type Received, startCollector } from "../../packages/sdk/src/testing/collector.ts";
import { freePort } from "../support/free-port.ts";
import { installPublished } from "../support/published.ts";
import { installNext } from "./install.ts";

const run = promisify(execFile);

/** How the application is built, and whether its packages stay outside of what is built. */
const builds = [
  { version: "16.4.6", flag: "--turbopack", outside: false },
  { version: "16.4.6", flag: "--turbopack", outside: true },
  // its minifier leaves out code after a `switch` that OpenTelemetry has, by which lists among attributes are lost: not inside
  { version: "15.5.29", flag: undefined, outside: true },
] as const;

function parentOf(span: Received | undefined, spans: readonly Received[]): Received | undefined {
  return spans.find(({ spanId }) => spanId === span?.parentSpanId);
}

/** The spans of a request's trace as soon as its model call is there, with what Next.js has around it. */
async function traceOf(call: string, { received }: Collector): Promise<readonly Received[]> {
  for (let tries = 0; tries < 300; tries++) {
    const { traceId } = received.traces.find(({ name }) => name === call) ?? {};
    const spans = received.traces.filter((span) => span.traceId === traceId);
    if (traceId !== undefined && spans.some(({ name }) => name.startsWith("POST /api/"))) return spans;
    await delay(50);
  }
  return assert.fail(`no trace of ${call} among ${received.traces.map(({ name }) => name).join(", ")}`);
}

for (const { version, flag, outside } of builds) {
  describe(`Next.js ${version} ${flag ?? ""}, packages ${outside ? "outside" : "inside"}`, { timeout: 240_000 }, () => {
    let models: ModelServer;
    let collector: Collector;
    let server: ChildProcess;
    let url: string;
    let output = "";
    before(async () => {
      const directory = await installNext(version);
      await installPublished(directory);
      [models, collector] = await Promise.all([startModelServer(), startCollector()]);
      const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _test, ...rest } = process.env;
      const env = {
        ...rest,
        NEXT_TELEMETRY_DISABLED: "1",
        OPENAI_API_KEY: "unused",
        OPENAI_BASE_URL: models.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: "100",
        APP_OUTSIDE: String(outside),
      };
      const next = join(directory, "node_modules/next/dist/bin/next");
      await rm(join(directory, ".next"), { recursive: true, force: true });
      await run(process.execPath, [next, "build", ...(flag === undefined ? [] : [flag])], {
        cwd: directory,
        env: { ...env, NODE_ENV: "production" },
      });
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      server = spawn(process.execPath, [next, "start", "-p", String(port), "-H", "127.0.0.1"], { cwd: directory, env });
      const ready = Promise.withResolvers<void>();
      for (const stream of [server.stdout, server.stderr])
        stream?.setEncoding("utf8").on("data", (text: string) => {
          output += text;
          if (output.includes("Ready in")) ready.resolve();
        });
      server.once("exit", () => ready.reject(new Error(`next start ended: ${output}`)));
      await ready.promise;
    });
    after(async () => {
      if (server?.exitCode === null) {
        server.removeAllListeners("exit");
        server.kill();
        await once(server, "exit");
      }
      await Promise.all([models?.close(), collector?.close()]);
    });

    const post = async (path: string): Promise<string> => {
      const question = "How do I reset it? Write to ada@example.com";
      const response = await fetch(url + path, { method: "POST", body: JSON.stringify({ question }) });
      const text = await response.text();
      assert.equal(response.status, 200, `${text}\n${output}`);
      return text;
    };

    it("has a route's model call and its own step in the request's trace, masked", async () => {
      assert.notEqual((JSON.parse(await post("/api/ask")) as { answer: string }).answer, "");
      const spans = await traceOf("chat gpt-4o", collector);
      const call = spans.find(({ name }) => name === "chat gpt-4o");
      const step = spans.find(({ name }) => name === "execute_tool look_up");
      assert.equal(call?.resource["service.name"], "next-app");
      assert.equal(call.parentSpanId, step?.parentSpanId);
      assert.match(String(parentOf(call, spans)?.name), /\/api\/ask/u);
      assert.match(String(call.attributes["gen_ai.input.messages"]), /How do I reset it/u);
      assert.doesNotMatch(JSON.stringify(spans), /ada@example/u);
      assert.equal(collector.received.traces.filter(({ name }) => name === "chat gpt-4o").length, 1);
    });

    it("has a streamed call with its tokens", async () => {
      assert.match(await post("/api/stream"), /"delta"/u);
      const spans = await traceOf("chat gpt-4o-mini", collector);
      const call = spans.find(({ name }) => name === "chat gpt-4o-mini");
      assert.equal(call?.attributes["gen_ai.request.stream"], true);
      assert.ok(Array.isArray(call.attributes["gen_ai.response.finish_reasons"]));
      assert.match(String(parentOf(call, spans)?.name), /\/api\/stream/u);
    });

    it("says nothing of Genscope", () => {
      assert.doesNotMatch(output, /genscope/iu);
    });
  });
}
