import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type { InferenceClient } from "@huggingface/inference";
import { FetchInstrumentation } from "../fetch/index.ts";
import { comparable } from "../testing/comparable.ts";
import { huggingFaceCalls, huggingFaceMajors, loadHuggingFace } from "../testing/huggingface-calls.ts";
import { createRecorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { HuggingFaceInstrumentation } from "./index.ts";

useAsyncContext();
const original = globalThis.fetch;

for (const how of ["import", "require"] as const) {
  for (const major of huggingFaceMajors) {
    describe(`${major} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = new HuggingFaceInstrumentation({ enabled: false, capture: "both" });
      recordWith(recorder, instrumentation);
      const plain = new Map<string, unknown>();
      let client: InferenceClient;
      let server: ModelServer;
      let origin: string;

      before(async () => {
        server = await startModelServer();
        ({ origin } = new URL(server.url));
        const module = await loadHuggingFace(major, how);
        client = new module.InferenceClient("hf_unused");
        for (const call of huggingFaceCalls) plain.set(call.name, comparable(await call.run(client, origin)));
        instrumentation.instrumentModule(module);
      });
      after(async () => {
        instrumentation.disable();
        assert.equal(globalThis.fetch, original);
        await server.close();
      });

      for (const call of huggingFaceCalls) {
        it(`${call.name}: the same with and without, and one span for each call`, async () => {
          recorder.clear();
          assert.equal(comparable(await call.run(client, origin)), plain.get(call.name));
          // a reader that has let go of a stream may be followed by another
          await new Promise((resolve) => setImmediate(resolve));
          assert.deepEqual(
            recorder.spans.map(({ name }) => name),
            call.spans ?? ["chat gpt-4o"],
          );
          const [span] = recorder.spans;
          if (span === undefined) return;
          const { attributes } = span;
          assert.equal(attributes["gen_ai.provider.name"], "huggingface");
          assert.equal(attributes["server.address"], "127.0.0.1");
          if (call.tokens === true) assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
          if (call.errorType === undefined) assert.equal(attributes["error.type"], undefined);
          else if (call.errorType !== "any") assert.equal(attributes["error.type"], call.errorType);
          else assert.equal(typeof attributes["error.type"], "string");
        });
      }
    });
  }
}

describe("HuggingFaceInstrumentation", () => {
  it("is there once the package is loaded, records nobody else's requests, no content, and nothing twice beside that of fetch", async () => {
    const recorder = createRecorder();
    const instrumentations = [new HuggingFaceInstrumentation(), new FetchInstrumentation()] as const;
    for (const one of instrumentations) {
      one.setTracerProvider(recorder.tracerProvider);
      one.setLoggerProvider(recorder.loggerProvider);
    }
    const server = await startModelServer();
    const { InferenceClient: Client } = await loadHuggingFace("@huggingface/inference");
    const ask = { model: "gpt-4o", messages: [{ role: "user", content: "say: a secret" }] };
    await new Client().chatCompletion({ ...ask, endpointUrl: server.url });
    instrumentations[1].disable();
    await new Client().chatCompletion({ ...ask, endpointUrl: server.url });
    await (await fetch(`${server.url}/chat/completions`, { method: "POST", body: JSON.stringify(ask) })).text();
    instrumentations[0].disable();
    await server.close();
    assert.deepEqual(
      recorder.spans.map(({ name }) => name),
      ["chat gpt-4o", "chat gpt-4o"],
    );
    const said = [recorder.spans.map((span) => span.attributes), recorder.logs.map((log) => log.attributes)];
    assert.doesNotMatch(JSON.stringify(said), /secret/u);
  });
});
