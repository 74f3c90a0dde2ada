import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import OpenAI from "openai";
import { FetchInstrumentation } from "../fetch/index.ts";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { OpenAIInstrumentation } from "../openai/index.ts";
import { mastraModules, type MastraRuns, mastraRuns } from "../testing/mastra-runs.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { spanTree } from "../testing/span-tree.ts";
import { MastraInstrumentation } from "./index.ts";

useAsyncContext();

let recorder: Recorder;
const on: { disable(): void }[] = [];

function off(): void {
  for (const one of on.splice(0)) one.disable();
}

function instrument(options: InstrumentationOptions & { models?: boolean } = {}): void {
  off();
  recorder = createRecorder();
  const { models, ...rest } = options;
  const mastra = new MastraInstrumentation({ ...rest, enabled: false });
  const openai = new OpenAIInstrumentation({ ...rest, enabled: false });
  const fetch = new FetchInstrumentation({ ...rest, enabled: false });
  for (const one of [mastra, openai, fetch]) {
    recordWith(recorder, one);
    on.push(one);
  }
  for (const module of mastraModules) mastra.instrumentModule(module);
  if (models !== true) return;
  openai.instrumentModule(OpenAI);
  fetch.enable();
}

function runOf({ runs }: MastraRuns, name: string): Promise<unknown> {
  const run = runs[name];
  if (run === undefined) throw new Error(`no run is called ${name}`);
  return run();
}

/** What went wrong in a run, by the name of the span that says so. */
async function errors(program: MastraRuns, name: string): Promise<Record<string, unknown>> {
  recorder.clear();
  await runOf(program, name);
  const failed = recorder.spans.filter(({ attributes }) => attributes["error.type"] !== undefined);
  return Object.fromEntries(failed.map((span) => [span.name, span.status.message]));
}

function nanos([seconds = 0, rest = 0]: readonly number[] = []): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
}

const trees: Readonly<Record<string, string>> = {
  agent: "invoke_agent forecaster(chat gpt-4o, execute_tool get_weather, chat gpt-4o)",
  "streamed agent": "invoke_agent plain(chat gpt-4o)",
  "an agent with a tool that fails": "invoke_agent unlucky(chat gpt-4o, execute_tool get_weather, chat gpt-4o)",
  "an agent whose tool searches":
    "invoke_agent searcher(chat gpt-4o, execute_tool get_weather(embeddings text-embedding-3-small, retrieval forecasts, search_memory), chat gpt-4o)",
  "a model that fails": "invoke_agent failing(chat gpt-4o#status=500)",
  workflow: "invoke_workflow greeting(greet(invoke_agent plain(chat gpt-4o)))",
  "a workflow that fails": "invoke_workflow breaking(greet(invoke_agent plain(chat gpt-4o)), fail)",
};

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !isSo(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
}

for (const observed of [true, false]) {
  describe(observed ? "Mastra that the application observes" : "Mastra that nobody else observes", () => {
    let server: ModelServer;
    const plain: Record<string, unknown> = {};
    const program = (): MastraRuns => mastraRuns(server.url, observed);
    before(async () => {
      off();
      server = await startModelServer();
      for (const name of Object.keys(trees)) plain[name] = await runOf(program(), name);
    });
    after(async () => {
      off();
      await server.close();
    });
    beforeEach(() => instrument());

    for (const models of [false, true]) {
      for (const [name, expected] of Object.entries(trees)) {
        it(`${name}, ${models ? "openai and fetch instrumented too" : "by itself"}: the same result, each call recorded once`, async () => {
          instrument({ models });
          assert.deepEqual(await runOf(program(), name), plain[name]);
          assert.equal(spanTree(recorder.spans), expected);
          for (const { attributes } of recorder.spans.filter((span) => span.name === "chat gpt-4o")) {
            assert.equal(attributes["gen_ai.provider.name"], "openai");
            assert.equal(attributes["gen_ai.response.model"], "gpt-4o-2024-11-20");
            assert.ok(models || Number(attributes["gen_ai.usage.output_tokens"]) > 0);
          }
        });
      }
    }

    it("counts the tokens of a call once", async () => {
      const counts: number[] = [];
      for (const models of [false, true]) {
        instrument({ models });
        await runOf(program(), "agent");
        const metrics = await recorder.metrics();
        const tokens = metrics.find(({ name }) => name === "gen_ai.client.inference.operation.output_tokens");
        counts.push(...(tokens?.points ?? []).map(({ value }) => (value as { count: number }).count));
      }
      assert.deepEqual(counts, [2, 2]);
    });

    it("runs a tool inside the tool's span, and a call to a model that it makes below", async () => {
      const runs = program();
      await runOf(runs, "agent");
      const span = recorder.spans.find(({ name }) => name === "execute_tool get_weather");
      assert.equal(runs.seen[0]?.spanContext().spanId, span?.spanContext().spanId);
      assert.match(String(span?.attributes["gen_ai.tool.call.id"]), /^call_/u);
      assert.equal(span?.attributes["gen_ai.agent.name"], "forecaster");
      instrument({ models: true });
      await runOf(program(), "an agent whose tool asks a model");
      assert.equal(
        spanTree(recorder.spans),
        "invoke_agent asker(chat gpt-4o, execute_tool get_weather(chat gpt-4o), chat gpt-4o)",
      );
    });

    it("does not count a tool's time as the model's", async () => {
      await runOf(program(), "an agent whose tool searches");
      const [tool, chat] = ["execute_tool get_weather", "chat gpt-4o"].map((name) =>
        recorder.spans.find((span) => span.name === name),
      );
      assert.ok(nanos(chat?.endTime) < nanos(tool?.endTime));
    });

    it("ends a stream that is left", async () => {
      assert.equal(await runOf(program(), "a stream that is left"), "hello");
      await until(() => recorder.spans.length === 2);
      assert.equal(spanTree(recorder.spans), "invoke_agent plain(chat gpt-4o)");
    });

    it("finds failures in tools, models and steps", async () => {
      assert.deepEqual(await errors(program(), "an agent with a tool that fails"), {
        "execute_tool get_weather": "the tool broke",
      });
      const said = "The server had an error while processing your request.";
      const failing = await errors(program(), "a model that fails");
      assert.match(String(failing["chat gpt-4o#status=500"]), new RegExp(said, "u"));
      assert.match(String(failing["invoke_agent failing"]), new RegExp(said, "u"));
      assert.deepEqual(await errors(program(), "a workflow that fails"), {
        fail: "the step broke",
        "invoke_workflow breaking": "the step broke",
      });
    });

    it("captures content only where that is asked for", async () => {
      for (const name of ["agent", "an agent whose tool searches"]) await runOf(program(), name);
      assert.doesNotMatch(JSON.stringify(recorder.spans.map(({ attributes }) => attributes)), /Paris|kind/u);
      instrument({ capture: "spans" });
      for (const name of ["an agent whose tool searches", "agent"]) await runOf(program(), name);
      const byName = new Map(recorder.spans.map((span) => [span.name, span.attributes]));
      const agent = byName.get("invoke_agent forecaster");
      assert.match(String(agent?.["gen_ai.input.messages"]), /weather in Paris/u);
      assert.match(String(agent?.["gen_ai.output.messages"]), /18 degrees in Paris/u);
      const chat = byName.get("chat gpt-4o");
      assert.match(String(chat?.["gen_ai.system_instructions"]), /Be kind/u);
      assert.match(String(chat?.["gen_ai.output.messages"]), /18 degrees in Paris/u);
      assert.match(String(chat?.["gen_ai.tool.definitions"]), /Weather in a city/u);
      const tool = byName.get("execute_tool get_weather");
      assert.equal(tool?.["gen_ai.tool.call.arguments"], '{"city":"Paris"}');
      assert.match(String(tool?.["gen_ai.tool.call.result"]), /18 degrees in Paris/u);
      const search = byName.get("retrieval forecasts");
      assert.equal(byName.get("embeddings text-embedding-3-small")?.["gen_ai.usage.input_tokens"], 4);
      assert.equal(byName.get("search_memory")?.["gen_ai.memory.record.count"], 3);
      assert.equal(search?.["gen_ai.retrieval.top_k"], 2);
      assert.equal(search?.["genscope.retrieval.count"], 1);
      assert.match(String(search?.["gen_ai.retrieval.documents"]), /"id":"d1","score":0\.9,"content":"18 degrees/u);
    });

    if (!observed) return;
    it("leaves the application's exporters what they had", async () => {
      const runs = program();
      await runOf(runs, "agent");
      await until(() => runs.exported.length > 5);
      assert.ok(runs.exported.length > 5);
    });
  });
}
