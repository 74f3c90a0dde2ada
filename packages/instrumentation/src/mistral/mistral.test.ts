import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type { Mistral } from "@mistralai/mistralai";
import { trace, type TracerProvider } from "@opentelemetry/api";
import { comparable } from "../testing/comparable.ts";
import { createMistral, loadMistral, mistralCalls, mistralMajors } from "../testing/mistral-calls.ts";
import { createRecorder, recordWith, useAsyncContext } from "../testing/recorder.ts";
import { MistralInstrumentation } from "./index.ts";

useAsyncContext();

for (const how of ["import", "require"] as const) {
  for (const major of mistralMajors) {
    describe(`${major} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = recordWith(recorder, new MistralInstrumentation({ enabled: false, capture: "both" }));
      const plain = new Map<string, unknown>();
      let client: Mistral;
      let server: ModelServer;

      before(async () => {
        server = await startModelServer();
        const module = await loadMistral(major, how);
        client = createMistral(module, new URL(server.url).origin);
        for (const call of mistralCalls) plain.set(call.name, comparable(await call.run(client)));
        instrumentation.instrumentModule(module);
      });
      after(async () => {
        instrumentation.disable();
        await server.close();
      });

      for (const call of mistralCalls) {
        it(`${call.name}: the same with and without, and one span for each call`, async () => {
          recorder.clear();
          assert.equal(comparable(await call.run(client)), plain.get(call.name));
          assert.deepEqual(
            recorder.spans.map(({ name }) => name),
            call.spans ?? ["chat mistral-small-latest"],
          );
          for (const { attributes } of recorder.spans) {
            assert.equal(attributes["gen_ai.provider.name"], "mistral_ai");
            assert.equal(attributes["server.address"], "127.0.0.1");
            if (call.tokens === true) {
              assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
              assert.ok(Number(attributes["gen_ai.usage.output_tokens"]) > 0, "output tokens");
            }
            if (call.errorType !== "any") assert.equal(attributes["error.type"], call.errorType);
            else assert.equal(typeof attributes["error.type"], "string");
          }
        });
      }

      it("puts streams together to what is said in one piece", async () => {
        for (const [whole, streamed] of [
          ["chat", "stream"],
          ["a tool call", "stream of a tool call"],
          ["agent", "agent as a stream"],
        ]) {
          recorder.clear();
          for (const name of [whole, streamed]) await mistralCalls.find((call) => call.name === name)!.run(client);
          const [first, second] = recorder.spans.map(({ attributes }) =>
            String(attributes["gen_ai.output.messages"]).replaceAll(/"id":"\w+",/gu, ""),
          );
          assert.equal(second, first, streamed);
          assert.match(String(first), /hello there|get_weather/u);
        }
      });

      it("says whose conversation it is", async () => {
        recorder.clear();
        await mistralCalls.find(({ name }) => name === "a conversation, gone on with")!.run(client);
        const [first, second] = recorder.spans.map(({ attributes }) => attributes["gen_ai.conversation.id"]);
        assert.match(String(first), /^conv_/u);
        assert.equal(second, first);
      });
    });
  }
}

describe("what @mistralai/mistralai 2 traces itself", () => {
  const recorder = createRecorder();
  let server: ModelServer;
  let client: Mistral;
  let instrumentation: MistralInstrumentation;
  const hello = { model: "mistral-small-latest", messages: [{ role: "user" as const, content: "say: a secret" }] };

  before(async () => {
    server = await startModelServer();
    instrumentation = recordWith(recorder, new MistralInstrumentation());
  });
  after(async () => {
    instrumentation.disable();
    await server.close();
  });

  /** Every way there is to have the library trace. */
  const ways: Readonly<Record<string, (provider: TracerProvider) => Promise<() => void>>> = {
    "a provider of the client": async (provider) => {
      const { setTracerProvider } = await import("@mistralai/mistralai/extra/observability");
      await setTracerProvider(client, provider);
      return () => {};
    },
    "a provider registered with the library": async (provider) => {
      const { registerTracerProvider } = await import("@mistralai/mistralai/extra/observability");
      registerTracerProvider(provider);
      return () => registerTracerProvider();
    },
    "the global provider": async (provider) => {
      trace.setGlobalTracerProvider(provider);
      process.env["MISTRAL_SDK_TELEMETRY"] = "global";
      return () => {
        trace.disable();
        delete process.env["MISTRAL_SDK_TELEMETRY"];
      };
    },
  };

  for (const [way, switchOn] of Object.entries(ways)) {
    it(`goes on the call's one span: ${way}`, async () => {
      client = createMistral(await loadMistral("@mistralai/mistralai"), new URL(server.url).origin);
      const end = await switchOn(recorder.tracerProvider);
      try {
        recorder.clear();
        await client.chat.complete(hello);
        for await (const _ of await client.chat.stream(hello));
        await assert.rejects(client.chat.complete({ ...hello, model: "none" }));
        await client.ocr.process({
          model: "mistral-ocr-latest",
          document: { type: "document_url", documentUrl: "https://example.com/page.pdf" },
        });
        assert.deepEqual(
          recorder.spans.map(({ name, kind, status }) => [name, kind, status.code]),
          [
            ["chat mistral-small-latest", 2, 0],
            ["chat mistral-small-latest", 2, 0],
            ["chat none", 2, 2],
            ["generate_content mistral-ocr-latest", 2, 0],
          ],
        );
        for (const { attributes } of recorder.spans) {
          assert.equal(attributes["http.request.method"], "POST");
          assert.equal(attributes["agent.trace.public"], "");
        }
        assert.equal(recorder.spans[3]?.attributes["mistral_ai.ocr.usage.pages_processed"], 1);
        assert.doesNotMatch(JSON.stringify(recorder.spans.map(({ attributes }) => attributes)), /secret/u);
        // what is no call to a model is the library's to trace
        recorder.clear();
        await assert.rejects(client.models.list());
        assert.deepEqual(
          recorder.spans.map(({ instrumentationScope }) => instrumentationScope.name),
          ["mistralai_sdk_tracer"],
        );
        instrumentation.disable();
        recorder.clear();
        await client.chat.complete(hello);
        assert.deepEqual(
          recorder.spans.map(({ instrumentationScope }) => instrumentationScope.name),
          ["mistralai_sdk_tracer"],
        );
      } finally {
        end();
        instrumentation.enable();
      }
    });
  }
});
