import assert from "node:assert/strict";
import { it } from "node:test";
import { startModelServer } from "@genscope/example-model-server";
import { bedrockClient, loadBedrock } from "../testing/bedrock-calls.ts";
import { createRecorder } from "../testing/recorder.ts";
import { BedrockInstrumentation } from "./index.ts";

it("instruments the package when it is loaded, for import and require alike", async () => {
  const recorder = createRecorder();
  const instrumentation = new BedrockInstrumentation();
  instrumentation.setTracerProvider(recorder.tracerProvider);
  const server = await startModelServer();
  for (const how of ["import", "require"] as const) {
    // the client's helper needs the HTTP handler alone: nothing of the SDK was loaded before
    const client = bedrockClient(await loadBedrock("@aws-sdk/client-bedrock-runtime", how), server.url);
    await client.converse({
      modelId: "amazon.nova-lite-v1:0",
      messages: [{ role: "user", content: [{ text: "Hi" }] }],
    });
    client.destroy();
  }
  instrumentation.disable();
  await server.close();
  assert.deepEqual(
    recorder.spans.map(({ name }) => name),
    ["chat amazon.nova-lite-v1:0", "chat amazon.nova-lite-v1:0"],
  );
});
