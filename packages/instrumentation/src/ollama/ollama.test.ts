import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type { Ollama } from "ollama";
import { stopHolding } from "../core/open-calls.ts";
import { loadOllama, ollamaMajors, ollamaRuns } from "../testing/ollama-runs.ts";
import { createRecorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { OllamaInstrumentation } from "./index.ts";

useAsyncContext();

for (const how of ["import", "require"] as const) {
  for (const major of ollamaMajors) {
    describe(`${major} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = new OllamaInstrumentation({ enabled: false, capture: "both" });
      recordWith(recorder, instrumentation);
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
          stopHolding();
          assert.deepEqual(
            recorder.spans.map((span) => span.name),
            [expected],
          );
          const { attributes } = recorder.spans[0]!;
          assert.equal(attributes["gen_ai.provider.name"], "ollama");
          assert.equal(attributes["server.address"], "127.0.0.1");
          if (errorType !== "any") assert.equal(attributes["error.type"], errorType);
          if (errorType === undefined && !/left early|aborted|^embeddings/u.test(name)) {
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

describe("OllamaInstrumentation", () => {
  it("sees the default client, and captures nothing by default", async () => {
    const recorder = createRecorder();
    const instrumentation = new OllamaInstrumentation({ enabled: false });
    instrumentation.setTracerProvider(recorder.tracerProvider);
    instrumentation.setLoggerProvider(recorder.loggerProvider);
    const server = await startModelServer();
    const { default: client } = await loadOllama("ollama");
    instrumentation.instrumentModule(client);
    const { config } = client as unknown as { config: { host: string } };
    const { host } = config;
    config.host = new URL(server.url).origin;
    const answer = await client.chat({ model: "llama3.2", messages: [{ role: "user", content: "say: a secret" }] });
    config.host = host;
    instrumentation.disable();
    await server.close();
    const { attributes } = recorder.spans[0]!;
    assert.equal(attributes["gen_ai.usage.input_tokens"], answer.prompt_eval_count);
    assert.equal(attributes["gen_ai.usage.output_tokens"], answer.eval_count);
    assert.doesNotMatch(JSON.stringify([attributes, recorder.logs.map((log) => log.attributes)]), /secret/u);
  });

  it("instruments the package when it is loaded, and its browser's entry with it", async () => {
    const recorder = createRecorder();
    const instrumentation = new OllamaInstrumentation();
    instrumentation.setTracerProvider(recorder.tracerProvider);
    const server = await startModelServer();
    const clients = [
      (await loadOllama("ollama", "import")).Ollama,
      (await loadOllama("ollama", "require")).Ollama,
      (await import("ollama/browser")).Ollama,
    ];
    for (const Client of clients) {
      await new Client({ host: new URL(server.url).origin }).generate({ model: "llama3.2", prompt: "Hi" });
    }
    instrumentation.disable();
    await server.close();
    assert.equal(recorder.spans.length, 3);
  });
});
