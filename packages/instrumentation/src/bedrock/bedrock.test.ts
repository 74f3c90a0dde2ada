import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startModelServer } from "@genscope/example-model-server";
import { bedrockCalls, bedrockClient, loadBedrock } from "../testing/bedrock-calls.ts";
import { bedrockSuite } from "../testing/bedrock-suite.ts";
import { createRecorder } from "../testing/recorder.ts";
import { BedrockInstrumentation } from "./index.ts";

bedrockSuite("@aws-sdk/client-bedrock-runtime");

describe("content of Bedrock calls", () => {
  it("is not captured unless asked for", async () => {
    const server = await startModelServer();
    const module = await loadBedrock("@aws-sdk/client-bedrock-runtime");
    const client = bedrockClient(module, server.url);
    const recorder = createRecorder();
    const instrumentation = new BedrockInstrumentation({ enabled: false });
    instrumentation.setTracerProvider(recorder.tracerProvider);
    instrumentation.setLoggerProvider(recorder.loggerProvider);
    instrumentation.instrumentModule(module);
    for (const call of bedrockCalls) await call.run(client, module);
    instrumentation.disable();
    client.destroy();
    await server.close();
    const all = JSON.stringify([
      recorder.spans.map(({ attributes }) => attributes),
      recorder.logs.map((log) => log.attributes),
    ]);
    assert.doesNotMatch(all, /Hello|Oslo|get_weather|Be kind/u);
  });
});
