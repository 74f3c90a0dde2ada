import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type { Ollama } from "ollama";
import { loadOllama, ollamaMajors, ollamaRuns } from "../testing/ollama-runs.ts";
import { createRecorder, useAsyncContext } from "../testing/recorder.ts";
import { OllamaInstrumentation } from "./index.ts";

useAsyncContext();

for (const how of ["import", "require"] as const) {
  for (const major of ollamaMajors) {
    describe(`${major} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = new OllamaInstrumentation({ enabled: false, capture: "both" });
      instrumentation.setTracerProvider(recorder.tracerProvider);
      instrumentation.setMeterProvider(recorder.meterProvider);
      instrumentation.setLoggerProvider(recorder.loggerProvider);
      const plain = new Map<string, unknown>();
      let client: Ollama;
      let server: ModelServer;

      before(async () => {
        server = await startModelServer();
        const module = await loadOllama(major, how);
        client = new module.Ollama({ host: new URL(server.url).origin });
        for (const [name, { run }] of Object.entries(ollamaRuns)) plain.set(name, await run(client));
        instrumentation.instrumentModule(module);
      });
      after(async () => {
        instrumentation.disable();
        await server.close();
      });

      for (const [name, { run, span: expected, errorType }] of Object.entries(ollamaRuns)) {
        it(`${name}: the same with and without, and one span`, async () => {
          recorder.clear();
          assert.deepEqual(await run(client), plain.get(name));
          assert.deepEqual(
            recorder.spans.map((span) => span.name),
            [expected],
          );
          const { attributes } = recorder.spans[0]!;
          assert.equal(attributes["gen_ai.provider.name"], "ollama");
          assert.equal(attributes["server.address"], "127.0.0.1");
          assert.equal(attributes["error.type"], errorType);
          if (errorType === undefined && name !== "stream left early") {
            assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0);
          }
        });
      }

      it("puts a streamed answer together", async () => {
        recorder.clear();
        await ollamaRuns["chat"]!.run(client);
        await ollamaRuns["stream"]!.run(client);
        const [whole, streamed] = recorder.spans.map(({ attributes }) => attributes["gen_ai.output.messages"]);
        assert.equal(streamed, whole);
        assert.match(String(whole), /hello there/u);
      });
    });
  }
}
