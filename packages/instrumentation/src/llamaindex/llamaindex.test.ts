import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { stopHolding } from "../core/open-calls.ts";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { OpenAIInstrumentation } from "../openai/index.ts";
import {
  type LlamaIndexModules,
  type LlamaIndexRuns,
  llamaIndexRuns,
  llamaIndexVersions,
  loadLlamaIndex,
} from "../testing/llamaindex-runs.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { spanTree } from "../testing/span-tree.ts";
import { LlamaIndexInstrumentation } from "./index.ts";

useAsyncContext();
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let recorder: Recorder;
const on: { disable(): void }[] = [];

function off(): void {
  for (const one of on.splice(0)) one.disable();
}

/** `alreadyLoaded` modules are found; `callTool`, which is exported to nobody's use, is reached in those that are loaded from now on. */
function instrument(options: InstrumentationOptions & { openai?: boolean } = {}): void {
  off();
  recorder = createRecorder();
  const { openai, ...rest } = options;
  const all = [
    new LlamaIndexInstrumentation({ ...rest, enabled: false }),
    ...(openai === true ? [new OpenAIInstrumentation({ ...rest, enabled: false })] : []),
  ];
  for (const one of all) {
    recordWith(recorder, one);
    one.enable();
    on.push(one);
  }
}

function runOf({ runs }: LlamaIndexRuns, name: string): Promise<unknown> {
  const run = runs[name];
  if (run === undefined) throw new Error(`no run is called ${name}`);
  return run();
}

const loop = "(chat gpt-4o, execute_tool get_weather, chat gpt-4o)";
const indexing = "embeddings text-embedding-3-small";
const retrieval = "retrieval VectorIndexRetriever(embeddings text-embedding-3-small)";
const trees: Readonly<Record<string, string>> = {
  chat: "chat gpt-4o",
  "streamed chat": "chat gpt-4o",
  completion: "chat gpt-4o",
  "a model that fails": "chat gpt-4o#status=500",
  embedding: "embeddings text-embedding-3-small",
  embeddings: "embeddings text-embedding-3-small",
  "a tool of a model": "chat gpt-4o, execute_tool get_weather",
  agent: `invoke_agent forecaster${loop}`,
  "streamed agent": `invoke_agent forecaster${loop}`,
  "an agent with a tool that fails":
    "invoke_agent forecaster(chat gpt-4o, execute_tool get_weather, chat gpt-4o, execute_tool get_weather, chat gpt-4o)",
  "agents that hand over": `invoke_workflow AgentWorkflow(invoke_agent greeter(chat gpt-4o, handoff weather paris), invoke_agent weather paris${loop})`,
  retriever: `${indexing}, ${retrieval}`,
  "query engine": `${indexing}, invoke_workflow RetrieverQueryEngine(${retrieval}, chat gpt-4o)`,
  "streamed query engine": `${indexing}, invoke_workflow RetrieverQueryEngine(${retrieval}, chat gpt-4o)`,
  "chat engine": `${indexing}, invoke_workflow ContextChatEngine(${retrieval}, chat gpt-4o)`,
};

for (const version of llamaIndexVersions) {
  describe(`LlamaIndex ${version}`, () => {
    let server: ModelServer;
    let modules: LlamaIndexModules;
    const plain: Record<string, unknown> = {};
    const program = (): LlamaIndexRuns => llamaIndexRuns(modules, server.url);
    before(async () => {
      server = await startModelServer();
      instrument();
      modules = await loadLlamaIndex(version);
      off();
      for (const name of Object.keys(trees)) plain[name] = await runOf(program(), name);
    });
    after(() => server.close());
    beforeEach(() => instrument());
    afterEach(off);

    for (const openai of [false, true]) {
      for (const [name, expected] of Object.entries(trees)) {
        it(`${name}, ${openai ? "openai instrumented too" : "by itself"}: the same result, each call recorded once`, async () => {
          instrument({ openai });
          assert.deepEqual(await runOf(program(), name), plain[name]);
          assert.equal(spanTree(recorder.spans), expected);
          for (const { attributes } of recorder.spans.filter((span) => span.name === "chat gpt-4o")) {
            assert.equal(attributes["gen_ai.provider.name"], "openai");
            assert.equal(attributes["gen_ai.response.model"], "gpt-4o-2024-11-20");
          }
        });
      }
    }

    it("counts the tokens of a call once", async () => {
      for (const openai of [false, true]) {
        instrument({ openai });
        await runOf(program(), "chat");
        const metrics = await recorder.metrics();
        const points =
          metrics.find(({ name }) => name === "gen_ai.client.inference.operation.input_tokens")?.points ?? [];
        assert.deepEqual(
          points.map(({ value }) => (value as { count: number }).count),
          [1],
        );
      }
    });

    it("runs a tool inside the tool's span", async () => {
      for (const name of ["agent", "a tool of a model"]) {
        instrument();
        const runs = program();
        await runOf(runs, name);
        const span = recorder.spans.find((one) => one.name === "execute_tool get_weather");
        assert.equal(runs.seen[0]?.spanContext().spanId, span?.spanContext().spanId);
        assert.match(String(span?.attributes["gen_ai.tool.call.id"]), /^call_/u);
        assert.equal(span?.attributes["gen_ai.agent.name"], name === "agent" ? "forecaster" : undefined);
      }
    });

    it("ends a stream that is left, when nobody holds it any more at the latest", async () => {
      for (const openai of [false, true]) {
        instrument({ openai });
        assert.equal(await runOf(program(), "a stream that is left"), "hello");
        for (let tries = 0; tries < 100 && recorder.spans.length < 1; tries++) {
          stopHolding();
          collectGarbage();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        assert.equal(spanTree(recorder.spans), "chat gpt-4o");
      }
    });

    it("finds failures in tools, models and agents", async () => {
      await runOf(program(), "an agent with a tool that fails");
      const tool = recorder.spans.find(({ name }) => name === "execute_tool get_weather");
      assert.equal(tool?.attributes["error.type"], "tool_error");
      assert.match(tool?.status.message ?? "", /the tool broke/u);
      recorder.clear();
      await runOf(program(), "a model that fails");
      assert.deepEqual(
        recorder.spans.map(({ attributes }) => attributes["error.type"]),
        ["500"],
      );
    });

    it("tells what was handed over, from whom to whom", async () => {
      await runOf(program(), "agents that hand over");
      const handoff = recorder.spans.find(({ name }) => name.startsWith("handoff"));
      assert.equal(handoff?.attributes["genscope.handoff.from"], "greeter");
      assert.equal(handoff?.attributes["genscope.handoff.to"], "weather paris");
    });

    it("captures content only where that is asked for", async () => {
      for (const name of ["agent", "query engine"]) await runOf(program(), name);
      assert.doesNotMatch(JSON.stringify(recorder.spans.map(({ attributes }) => attributes)), /Paris|button/u);
      instrument({ capture: "spans" });
      for (const name of ["agent", "query engine"]) await runOf(program(), name);
      const byName = new Map(recorder.spans.map((span) => [span.name, span.attributes]));
      assert.match(String(byName.get("invoke_agent forecaster")?.["gen_ai.input.messages"]), /weather in Paris/u);
      const said = byName.get("invoke_agent forecaster")?.["gen_ai.output.messages"];
      assert.equal(JSON.parse(String(said))[0].parts[0].content, plain["agent"]);
      assert.equal(byName.get("execute_tool get_weather")?.["gen_ai.tool.call.arguments"], '{"city":"Paris"}');
      assert.match(String(byName.get("execute_tool get_weather")?.["gen_ai.tool.call.result"]), /18 degrees/u);
      const found = byName.get("retrieval VectorIndexRetriever");
      assert.equal(found?.["gen_ai.retrieval.query.text"], "reset button?");
      assert.match(String(found?.["gen_ai.retrieval.documents"]), /"score":0\.\d+,"content":"Routers have/u);
      assert.equal(found?.["genscope.retrieval.count"], 2);
      assert.match(String(byName.get("chat gpt-4o")?.["gen_ai.output.messages"]), /I was given/u);
    });
  });
}
