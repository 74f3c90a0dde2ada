import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { AutoInstrumentation } from "./auto-instrumentation.ts";
import { createRecorder, useAsyncContext } from "./testing/recorder.ts";
import { spanTree } from "./testing/span-tree.ts";

useAsyncContext();

const require = createRequire(import.meta.url);

/** The modules by `require`, in one object: their exports do not meet. */
function load(...names: readonly string[]): unknown {
  return Object.assign({}, ...names.map((name) => require(name) as object));
}

describe("frameworks that are required, with every library instrumented", () => {
  let models: ModelServer;
  const recorder = createRecorder();
  const instrumentation = new AutoInstrumentation({ enabled: false, alreadyLoaded: false });
  before(async () => {
    models = await startModelServer();
    instrumentation.setTracerProvider(recorder.tracerProvider);
    instrumentation.enable();
  });
  after(async () => {
    instrumentation.disable();
    await models.close();
  });

  it("LlamaIndex", async () => {
    type Modules = Pick<typeof import("llamaindex"), "tool"> &
      Pick<typeof import("@llamaindex/openai"), "OpenAI"> &
      Pick<typeof import("@llamaindex/workflow"), "agent">;
    const { OpenAI, agent, tool } = load("llamaindex", "@llamaindex/openai", "@llamaindex/workflow") as Modules;
    const llm = new OpenAI({ model: "gpt-4o", apiKey: "unused", baseURL: models.url, maxRetries: 0 });
    const weather = tool(({ city }: { city: string }) => `18 degrees in ${city}`, {
      name: "get_weather",
      description: "Weather in a city",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    });
    const { data } = await agent({ name: "forecaster", llm, tools: [weather] }).run("What is the weather in Paris?");
    assert.match(JSON.stringify(data.result), /18 degrees/u);
    await llm.exec({ messages: [{ role: "user", content: "What is the weather in Paris?" }], tools: [weather] });
    assert.equal(
      spanTree(recorder.spans),
      "invoke_agent forecaster(chat gpt-4o, execute_tool get_weather, chat gpt-4o), chat gpt-4o, execute_tool get_weather",
    );
  });

  it("Mastra", async () => {
    recorder.clear();
    type Modules = Pick<typeof import("@mastra/core/mastra"), "Mastra"> &
      Pick<typeof import("@mastra/core/agent"), "Agent"> &
      Pick<typeof import("@ai-sdk/openai-v3"), "createOpenAI">;
    const { Agent, Mastra, createOpenAI } = load(
      "@mastra/core/mastra",
      "@mastra/core/agent",
      "@ai-sdk/openai-v3",
    ) as Modules;
    const model = createOpenAI({ baseURL: models.url, apiKey: "unused" }).chat("gpt-4o");
    const plain = new Agent({ id: "plain", name: "plain", instructions: "Be kind.", model });
    const mastra = new Mastra({ logger: false, agents: { plain } });
    assert.equal((await mastra.getAgent("plain").generate("say: hello")).text, "hello");
    assert.equal(spanTree(recorder.spans), "invoke_agent plain(chat gpt-4o)");
  });
});
