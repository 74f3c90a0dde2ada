import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { SpanStatusCode } from "@opentelemetry/api";
import OpenAI from "openai";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { OpenAIInstrumentation } from "../openai/index.ts";
import { langChainModules, type LangChainRuns, langChainRuns } from "../testing/langchain-runs.ts";
import { createRecorder, type Recorder, useAsyncContext } from "../testing/recorder.ts";
import { spanTree } from "../testing/span-tree.ts";
import { LangChainInstrumentation } from "./index.ts";

useAsyncContext();

let recorder: Recorder;
const on: { disable(): void }[] = [];

function instrument(options: InstrumentationOptions & { openai?: boolean } = {}): void {
  for (const one of on.splice(0)) one.disable();
  recorder = createRecorder();
  const { openai, ...rest } = options;
  const langChain = new LangChainInstrumentation({ ...rest, enabled: false });
  const all = openai === true ? [langChain, new OpenAIInstrumentation({ ...rest, enabled: false })] : [langChain];
  for (const one of all) {
    one.setTracerProvider(recorder.tracerProvider);
    one.setMeterProvider(recorder.meterProvider);
    one.setLoggerProvider(recorder.loggerProvider);
    on.push(one);
  }
  for (const module of langChainModules) langChain.instrumentModule(module);
  if (openai === true) all[1]?.instrumentModule(OpenAI);
}

function runOf({ runs }: LangChainRuns, name: string): Promise<unknown> {
  const run = runs[name];
  if (run === undefined) throw new Error(`no run is called ${name}`);
  return run();
}

const trees: Readonly<Record<string, string>> = {
  model: "chat gpt-4o",
  "streamed model": "chat gpt-4o",
  chain: "invoke_workflow RunnableSequence(chat gpt-4o)",
  "streamed chain": "invoke_workflow RunnableSequence(chat gpt-4o)",
  batch: "invoke_workflow RunnableSequence(chat gpt-4o), invoke_workflow RunnableSequence(chat gpt-4o)",
  retriever: "retrieval Shelf",
  tool: "execute_tool get_weather",
  "a tool that fails": "execute_tool broken",
  "a model that fails": "chat gpt-4o#status=500",
  agent:
    "invoke_agent forecaster(model_request(chat gpt-4o), tools(execute_tool get_weather), model_request(chat gpt-4o))",
  "graph that waits": "invoke_workflow asker(ask(chat gpt-4o), wait)",
};

describe("LangChain", () => {
  let server: ModelServer;
  let plain: Record<string, unknown>;
  let program: LangChainRuns;
  before(async () => {
    server = await startModelServer();
    plain = {};
    for (const [name, run] of Object.entries(langChainRuns(server.url).runs)) plain[name] = await run();
    program = langChainRuns(server.url);
  });
  after(async () => {
    for (const one of on.splice(0)) one.disable();
    await server.close();
  });
  beforeEach(() => instrument());

  for (const openai of [false, true]) {
    for (const [name, expected] of Object.entries(trees)) {
      it(`${name}, ${openai ? "openai instrumented too" : "by itself"}: the same result, each call recorded once`, async () => {
        instrument({ openai });
        assert.deepEqual(await runOf(langChainRuns(server.url), name), plain[name]);
        assert.equal(spanTree(recorder.spans), expected);
        for (const span of recorder.spans.filter(({ name: one }) => one === "chat gpt-4o")) {
          assert.equal(span.attributes["gen_ai.provider.name"], "openai");
          assert.ok(Number(span.attributes["gen_ai.usage.input_tokens"]) > 0);
          assert.equal(span.attributes["gen_ai.response.model"], "gpt-4o-2024-11-20");
        }
      });
    }
  }

  it("runs a tool inside the tool's span", async () => {
    program.seen.length = 0;
    await runOf(program, "agent");
    const span = recorder.spans.find(({ name }) => name === "execute_tool get_weather");
    assert.equal(program.seen[0]?.spanContext().spanId, span?.spanContext().spanId);
    assert.match(String(span?.attributes["gen_ai.tool.call.id"]), /^call_/u);
    assert.equal(span?.attributes["gen_ai.agent.name"], "forecaster");
  });

  it("finds no failure in a graph that waits, and the thread it is of", async () => {
    await runOf(program, "graph that waits");
    assert.deepEqual(
      recorder.spans.filter(({ status }) => status.code === SpanStatusCode.ERROR).map(({ name }) => name),
      [],
    );
    const graph = recorder.spans.find(({ name }) => name === "invoke_workflow asker");
    assert.equal(graph?.attributes["gen_ai.conversation.id"], "thread-1");
  });

  it("finds failures in tools and models", async () => {
    await runOf(program, "a tool that fails");
    await runOf(program, "a model that fails");
    assert.deepEqual(
      recorder.spans.map(({ attributes }) => attributes["error.type"]),
      ["Error", "500"],
    );
  });

  it("captures content only where that is asked for", async () => {
    await runOf(program, "agent");
    await runOf(program, "retriever");
    assert.doesNotMatch(JSON.stringify(recorder.spans.map(({ attributes }) => attributes)), /Paris|button/u);
    instrument({ capture: "spans" });
    await runOf(langChainRuns(server.url), "agent");
    await runOf(langChainRuns(server.url), "retriever");
    const byName = new Map(recorder.spans.map((span) => [span.name, span.attributes]));
    assert.match(String(byName.get("invoke_agent forecaster")?.["gen_ai.input.messages"]), /weather in Paris/u);
    assert.equal(byName.get("execute_tool get_weather")?.["gen_ai.tool.call.arguments"], '{"city":"Paris"}');
    assert.match(String(byName.get("execute_tool get_weather")?.["gen_ai.tool.call.result"]), /18 degrees/u);
    assert.deepEqual(JSON.parse(String(byName.get("retrieval Shelf")?.["gen_ai.retrieval.documents"])), [
      { id: "d1", score: 0.9, content: "Routers have a button." },
      { content: "Hold it for ten seconds." },
    ]);
    assert.equal(byName.get("retrieval Shelf")?.["genscope.retrieval.count"], 2);
  });
});
