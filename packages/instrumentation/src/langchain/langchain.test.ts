import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { SpanStatusCode } from "@opentelemetry/api";
import OpenAI from "openai";
import { stopHolding } from "../core/open-calls.ts";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { OpenAIInstrumentation } from "../openai/index.ts";
import {
  instrumentedModules,
  langChainAgentRuns,
  type LangChainModules,
  type LangChainRuns,
  langChainRuns,
  langChainVersions,
  loadLangChain,
} from "../testing/langchain-runs.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { spanTree } from "../testing/span-tree.ts";
import { LangChainInstrumentation } from "./index.ts";

useAsyncContext();
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let recorder: Recorder;
const on: { disable(): void }[] = [];

let modules: LangChainModules;
/** ChatOpenAI of each version has a client of its own. */
let clients: readonly unknown[] = [];

function instrument(options: InstrumentationOptions & { openai?: boolean } = {}): void {
  for (const one of on.splice(0)) one.disable();
  recorder = createRecorder();
  const { openai, ...rest } = options;
  const langChain = new LangChainInstrumentation({ ...rest, enabled: false });
  const all = openai === true ? [langChain, new OpenAIInstrumentation({ ...rest, enabled: false })] : [langChain];
  for (const one of all) {
    recordWith(recorder, one);
    on.push(one);
  }
  for (const module of instrumentedModules(modules)) langChain.instrumentModule(module);
  if (openai === true) for (const client of clients) all[1]?.instrumentModule(client);
}

function runOf({ runs }: LangChainRuns, name: string): Promise<unknown> {
  const run = runs[name];
  if (run === undefined) throw new Error(`no run is called ${name}`);
  return run();
}

const handingOver =
  "invoke_workflow team(" +
  "boss(invoke_agent boss(agent(chat gpt-4o), tools(execute_tool transfer_to_forecaster))), " +
  "forecaster(invoke_agent forecaster(agent(chat gpt-4o), tools(execute_tool get_weather), agent(chat gpt-4o))), " +
  "boss(invoke_agent boss(agent(chat gpt-4o))))";
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
  "graph that waits": "invoke_workflow asker(ask(chat gpt-4o), wait)",
  "graph that routes": "invoke_workflow router(first, second(chat gpt-4o))",
  "agents that hand over": handingOver,
};
const agentTrees: Readonly<Record<string, string>> = {
  agent:
    "invoke_agent forecaster(model_request(chat gpt-4o), tools(execute_tool get_weather), model_request(chat gpt-4o))",
  swarm:
    "invoke_workflow swarm(" +
    "greeter(invoke_agent greeter(agent(chat gpt-4o), tools(execute_tool transfer_to_forecaster))), " +
    "forecaster(invoke_agent forecaster(agent(chat gpt-4o), tools(execute_tool get_weather), agent(chat gpt-4o))))",
};

for (const version of langChainVersions) {
  describe(`LangChain ${version}`, () => {
    let server: ModelServer;
    let program: LangChainRuns;
    const plain: Record<string, unknown> = {};
    const all = version === "1" ? { ...trees, ...agentTrees } : trees;
    const programOf = (): LangChainRuns => {
      const { runs, seen } = langChainRuns(modules, server.url);
      const more = version === "1" ? langChainAgentRuns(server.url) : undefined;
      return { runs: { ...runs, ...more?.runs }, seen: more?.seen ?? seen };
    };
    before(async () => {
      server = await startModelServer();
      modules = await loadLangChain(version);
      clients = version === "1" ? [OpenAI] : [modules.openai.OpenAIClient];
      for (const name of Object.keys(all)) plain[name] = await runOf(programOf(), name);
    });
    after(async () => {
      for (const one of on.splice(0)) one.disable();
      await server.close();
    });
    beforeEach(() => {
      instrument();
      program = programOf();
    });

    for (const openai of [false, true]) {
      for (const [name, expected] of Object.entries(all)) {
        it(`${name}, ${openai ? "openai instrumented too" : "by itself"}: the same result, each call recorded once`, async () => {
          instrument({ openai });
          assert.deepEqual(await runOf(programOf(), name), plain[name]);
          assert.equal(spanTree(recorder.spans), expected);
          for (const span of recorder.spans.filter(({ name: one }) => one === "chat gpt-4o")) {
            assert.equal(span.attributes["gen_ai.provider.name"], "openai");
            assert.ok(Number(span.attributes["gen_ai.usage.input_tokens"]) > 0);
            assert.equal(span.attributes["gen_ai.response.model"], "gpt-4o-2024-11-20");
          }
        });
      }
    }

    it("counts the tokens of a call once", async () => {
      for (const openai of [false, true]) {
        instrument({ openai });
        await runOf(programOf(), "agents that hand over");
        const metrics = await recorder.metrics();
        const tokens = metrics.find(({ name }) => name === "gen_ai.client.inference.operation.input_tokens");
        const counts = (tokens?.points ?? []).map(({ value }) => (value as { count: number }).count);
        assert.deepEqual(counts, [4]);
      }
    });

    it("ends a stream that is left", async () => {
      for (const openai of [false, true]) {
        instrument({ openai });
        await runOf(programOf(), "a stream that is left");
        for (let tries = 0; tries < 20 && recorder.spans.length === 0; tries++) {
          stopHolding();
          collectGarbage();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        assert.equal(spanTree(recorder.spans), "chat gpt-4o");
      }
    });

    it("tells what is handed over, from whom to whom", async () => {
      await runOf(program, "agents that hand over");
      const handoffs = recorder.spans.filter(({ attributes }) => attributes["genscope.handoff.to"] !== undefined);
      assert.deepEqual(
        handoffs.map(({ name, attributes }) => [
          name,
          attributes["genscope.handoff.from"],
          attributes["genscope.handoff.to"],
        ]),
        [["execute_tool transfer_to_forecaster", "boss", "forecaster"]],
      );
      recorder.clear();
      await runOf(program, "graph that routes");
      const first = recorder.spans.find(({ name }) => name === "first");
      assert.equal(first?.attributes["genscope.handoff.to"], "second");
    });

    if (version === "1") {
      it("runs a tool inside the tool's span", async () => {
        program.seen.length = 0;
        await runOf(program, "agent");
        const span = recorder.spans.find(({ name }) => name === "execute_tool get_weather");
        assert.equal(program.seen[0]?.spanContext().spanId, span?.spanContext().spanId);
        assert.match(String(span?.attributes["gen_ai.tool.call.id"]), /^call_/u);
        assert.equal(span?.attributes["gen_ai.agent.name"], "forecaster");
      });
    }

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
      const agent = version === "1" ? "agent" : "agents that hand over";
      await runOf(program, agent);
      await runOf(program, "retriever");
      assert.doesNotMatch(JSON.stringify(recorder.spans.map(({ attributes }) => attributes)), /Paris|button/u);
      instrument({ capture: "spans" });
      await runOf(programOf(), agent);
      await runOf(programOf(), "retriever");
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
}
