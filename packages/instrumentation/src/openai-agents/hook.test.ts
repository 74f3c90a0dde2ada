import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { it } from "node:test";
import { startModelServer } from "@genscope/example-model-server";
import type * as Agents from "@openai/agents";
import OpenAI from "openai";
import { createRecorder, useAsyncContext } from "../testing/recorder.ts";
import { spanTree } from "../testing/span-tree.ts";
import { OpenAIAgentsInstrumentation } from "./index.ts";

useAsyncContext();

it("instruments the package when it is loaded, for import and require alike", async () => {
  const recorder = createRecorder();
  const instrumentation = new OpenAIAgentsInstrumentation();
  instrumentation.setTracerProvider(recorder.tracerProvider);
  const server = await startModelServer();
  const client = new OpenAI({ baseURL: server.url, apiKey: "unused" });
  for (const how of ["import", "require"] as const) {
    const name = "@openai/agents";
    const sdk = (how === "import" ? await import(name) : createRequire(import.meta.url)(name)) as typeof Agents;
    sdk.setTraceProcessors([]);
    const model = new sdk.OpenAIChatCompletionsModel(client, "gpt-4o");
    await sdk.run(new sdk.Agent({ name: how, model }), "say: hello");
  }
  instrumentation.disable();
  await server.close();
  assert.equal(
    spanTree(recorder.spans),
    ["import", "require"].map((how) => `invoke_workflow Agent workflow(invoke_agent ${how}(chat gpt-4o))`).join(", "),
  );
});
