import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type Replicate from "replicate";
import { FetchInstrumentation } from "../fetch/index.ts";
import { comparable } from "../testing/comparable.ts";
import { createRecorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { loadReplicate, replicateCalls, replicateMajors } from "../testing/replicate-calls.ts";
import { ReplicateInstrumentation } from "./index.ts";

useAsyncContext();

for (const how of ["import", "require"] as const) {
  for (const major of replicateMajors) {
    describe(`${major} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = new ReplicateInstrumentation({ enabled: false, capture: "both" });
      recordWith(recorder, instrumentation);
      const plain = new Map<string, unknown>();
      let client: Replicate;
      let server: ModelServer;

      before(async () => {
        server = await startModelServer();
        const Client = await loadReplicate(major, how);
        client = new Client({ auth: "unused", baseUrl: server.url, useFileOutput: false });
        for (const call of replicateCalls) plain.set(call.name, comparable(await call.run(client, major)));
        instrumentation.instrumentModule(Client);
      });
      after(async () => {
        instrumentation.disable();
        await server.close();
      });

      for (const call of replicateCalls) {
        it(`${call.name}: the same with and without, and one span for each call`, async () => {
          recorder.clear();
          assert.equal(comparable(await call.run(client, major)), plain.get(call.name));
          assert.deepEqual(
            recorder.spans.map(({ name }) => name),
            call.spans ?? ["generate_content meta/meta-llama-3-70b-instruct"],
          );
          const [span] = recorder.spans;
          if (span === undefined) return;
          const { attributes } = span;
          assert.equal(attributes["gen_ai.provider.name"], "replicate");
          assert.equal(attributes["server.address"], "127.0.0.1");
          if (call.tokens === true) {
            assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
            assert.ok(Number(attributes["gen_ai.usage.output_tokens"]) > 0, "output tokens");
          }
          if (call.errorType === undefined) assert.equal(attributes["error.type"], undefined);
          else if (call.errorType === "any") assert.equal(typeof attributes["error.type"], "string");
          else assert.equal(attributes["error.type"], call.errorType);
        });
      }

      it("knows the prediction of a run and of a stream, and puts the stream together", async () => {
        recorder.clear();
        for (const name of ["run", "stream"])
          await replicateCalls.find((call) => call.name === name)?.run(client, major);
        const [run, stream] = recorder.spans.map(({ attributes }) => attributes);
        for (const attributes of [run, stream]) {
          assert.match(String(attributes?.["gen_ai.response.id"]), /^[0-9a-f]{16}$/u);
          assert.equal(attributes?.["gen_ai.response.model"], "meta/meta-llama-3-70b-instruct");
          assert.deepEqual(attributes["gen_ai.response.finish_reasons"], ["stop"]);
        }
        assert.match(String(run?.["gen_ai.output.messages"]), /hello there/u);
        assert.equal(stream?.["gen_ai.output.messages"], run?.["gen_ai.output.messages"]);
        assert.ok(Number(stream?.["gen_ai.response.time_to_first_chunk"]) > 0);
      });
    });
  }
}

describe("ReplicateInstrumentation", () => {
  it("is there once the package is loaded, captures nothing by default, and records nothing twice beside that of fetch", async () => {
    const recorder = createRecorder();
    const instrumentations = [new ReplicateInstrumentation(), new FetchInstrumentation()];
    for (const one of instrumentations) {
      one.setTracerProvider(recorder.tracerProvider);
      one.setLoggerProvider(recorder.loggerProvider);
    }
    const server = await startModelServer();
    for (const how of ["import", "require"] as const) {
      const Client = await loadReplicate("replicate", how);
      const client = new Client({ auth: "unused", baseUrl: server.url });
      await client.run("meta/meta-llama-3-70b-instruct", { input: { prompt: "say: a secret" } });
      for await (const _ of client.stream("meta/meta-llama-3-70b-instruct", { input: { prompt: "say: a secret" } }));
    }
    for (const one of instrumentations) one.disable();
    await server.close();
    assert.deepEqual(
      recorder.spans.map(({ instrumentationScope }) => instrumentationScope.name),
      Array.from({ length: 4 }, () => "@genscope/instrumentation/replicate"),
    );
    const said = [recorder.spans.map((span) => span.attributes), recorder.logs.map((log) => log.attributes)];
    assert.doesNotMatch(JSON.stringify(said), /secret/u);
  });
});
