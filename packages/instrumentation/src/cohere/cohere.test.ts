import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type * as aws from "cohere-ai/aws";
import { FetchInstrumentation } from "../fetch/index.ts";
import { type CohereClients, cohereCalls, cohereMajors, createCohere, loadCohere } from "../testing/cohere-calls.ts";
import { comparable } from "../testing/comparable.ts";
import { createRecorder, recordWith, useAsyncContext } from "../testing/recorder.ts";
import { CohereInstrumentation } from "./index.ts";

useAsyncContext();
const original = globalThis.fetch;

for (const how of ["import", "require"] as const) {
  for (const major of cohereMajors) {
    describe(`${major} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = recordWith(recorder, new CohereInstrumentation({ enabled: false, capture: "both" }));
      const plain = new Map<string, unknown>();
      let clients: CohereClients;
      let server: ModelServer;

      before(async () => {
        server = await startModelServer();
        const module = await loadCohere(major, how);
        clients = createCohere(module, new URL(server.url).origin);
        for (const call of cohereCalls) plain.set(call.name, comparable(await call.run(clients)));
        instrumentation.instrumentModule(module);
      });
      after(async () => {
        instrumentation.disable();
        assert.equal(globalThis.fetch, original);
        await server.close();
      });

      for (const call of cohereCalls) {
        it(`${call.name}: the same with and without, and one span`, async () => {
          recorder.clear();
          assert.equal(comparable(await call.run(clients)), plain.get(call.name));
          assert.deepEqual(
            recorder.spans.map(({ name }) => name),
            [call.span ?? "chat command-a-03-2025"],
          );
          const { attributes } = recorder.spans[0]!;
          assert.equal(attributes["gen_ai.provider.name"], "cohere");
          assert.equal(attributes["server.address"], "127.0.0.1");
          if (call.tokens !== undefined) assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
          if (call.tokens === "both") assert.ok(Number(attributes["gen_ai.usage.output_tokens"]) > 0, "output tokens");
          if (call.errorType !== "any") assert.equal(attributes["error.type"], call.errorType);
          else assert.equal(typeof attributes["error.type"], "string");
        });
      }

      it("puts streams together to what is said in one piece, in both versions", async () => {
        for (const [whole, streamed] of [
          ["chat", "stream"],
          ["generation, version 1", "generation as a stream, version 1"],
        ]) {
          recorder.clear();
          for (const name of [whole, streamed]) await cohereCalls.find((call) => call.name === name)!.run(clients);
          const [first, second] = recorder.spans.map(({ attributes }) => attributes["gen_ai.output.messages"]);
          assert.equal(second, first, streamed);
          assert.match(String(first), /hello there/u);
        }
      });

      it("says what was ranked, and how", async () => {
        recorder.clear();
        for (const name of ["reranking", "reranking, version 1"]) {
          await cohereCalls.find((call) => call.name === name)!.run(clients);
        }
        for (const { attributes } of recorder.spans) {
          assert.equal(attributes["gen_ai.retrieval.top_k"], 2);
          assert.equal(attributes["genscope.retrieval.count"], 2);
          assert.equal(attributes["gen_ai.retrieval.query.text"], "which button?");
          assert.deepEqual(JSON.parse(String(attributes["gen_ai.retrieval.documents"])), [
            { id: "1", score: 1, content: "the red button" },
            { id: "2", score: 1, content: "a button" },
          ]);
        }
        const events = recorder.logs.filter(({ eventName }) => eventName === "genscope.step.details");
        assert.equal(events.length, 2);
      });

      it("has one span for a call that is tried again, with what came of it", { skip: how === "require" }, async () => {
        const module = await loadCohere(major, how);
        const hello = { model: "command-a-03-2025", messages: [{ role: "user" as const, content: "say: hello" }] };
        for (const [refusals, code] of [
          [1, 0],
          [2, 2],
        ] as const) {
          let left: number = refusals;
          instrumentation.disable();
          globalThis.fetch = async (input, init) =>
            left-- > 0
              ? new Response("{}", { status: 429, headers: { "x-ratelimit-reset": "1" } })
              : original(input, init);
          instrumentation.instrumentModule(module);
          recorder.clear();
          const { v1 } = createCohere(module, new URL(server.url).origin);
          await v1.v2.chat(hello, { maxRetries: 1 }).catch(() => {});
          instrumentation.disable();
          globalThis.fetch = original;
          assert.deepEqual(
            recorder.spans.map(({ name, status }) => [name, status.code]),
            [["chat command-a-03-2025", code]],
          );
        }
        instrumentation.instrumentModule(module);
      });
    });
  }
}

describe("CohereInstrumentation", () => {
  it("is there once the package is loaded, captures nothing by default, and nothing twice beside that of fetch", async () => {
    const recorder = createRecorder();
    const instrumentations = [new CohereInstrumentation(), new FetchInstrumentation()];
    for (const one of instrumentations) recordWith(recorder, one);
    const server = await startModelServer();
    const { v2 } = createCohere(await loadCohere("cohere-ai"), new URL(server.url).origin);
    const ask = { model: "command-a-03-2025", messages: [{ role: "user" as const, content: "say: a secret" }] };
    await v2.chat(ask);
    instrumentations[1]!.disable();
    await v2.chat(ask);
    instrumentations[0]!.disable();
    await server.close();
    assert.equal(recorder.spans.length, 2);
    const said = [recorder.spans.map((span) => span.attributes), recorder.logs.map((log) => log.attributes)];
    assert.doesNotMatch(JSON.stringify(said), /secret/u);
  });
});

for (const path of ["cohere-ai-v7", "cohere-ai/aws"]) {
  it(`the client for Bedrock of ${path} has a span by the name of who answers`, async () => {
    const server = await startModelServer();
    const asked: string[] = [];
    // its hosts are Amazon's, whatever it is told
    globalThis.fetch = (url, init) => {
      const { origin, pathname } = new URL(url instanceof Request ? url.url : url);
      asked.push(origin);
      return original(new URL(pathname, server.url), init);
    };
    const recorder = createRecorder();
    const instrumentation = recordWith(recorder, new CohereInstrumentation({ enabled: false }));
    try {
      const module = createRequire(import.meta.url)(path) as typeof aws;
      instrumentation.instrumentModule(module);
      const keys = { awsAccessKey: "unused", awsSecretKey: "unused", awsSessionToken: "unused" };
      const client = new module.BedrockClient({ awsRegion: "us-east-1", ...keys });
      const { message, model } = { message: "say: hello there", model: "cohere.command-r-v1:0" };
      assert.match((await client.chat({ model, message })).text, /hello there/u);
      assert.deepEqual(asked, ["https://bedrock-runtime.us-east-1.amazonaws.com"]);
      assert.deepEqual(
        recorder.spans.map(({ name, attributes }) => [name, attributes["gen_ai.provider.name"]]),
        [[`chat ${model}`, "aws.bedrock"]],
      );
    } finally {
      instrumentation.disable();
      globalThis.fetch = original;
      await server.close();
    }
  });
}
