import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type { GoogleGenAI } from "@google/genai";
import { comparable } from "../testing/comparable.ts";
import { googleCalls, googleMajors, loadGoogle } from "../testing/google-calls.ts";
import { createRecorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { GoogleGenAIInstrumentation } from "./index.ts";

useAsyncContext();

for (const how of ["import", "require"] as const) {
  for (const major of googleMajors) {
    describe(`${major} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = new GoogleGenAIInstrumentation({ enabled: false, capture: "both" });
      recordWith(recorder, instrumentation);
      const plain = new Map<string, unknown>();
      let client: GoogleGenAI;
      let server: ModelServer;

      before(async () => {
        server = await startModelServer();
        const module = await loadGoogle(major, how);
        client = new module.GoogleGenAI({
          apiKey: "unused",
          httpOptions: { baseUrl: new URL(server.url).origin, retryOptions: { attempts: 1 } },
        });
        for (const call of googleCalls) plain.set(call.name, comparable(await call.run(client)));
        instrumentation.instrumentModule(module);
      });
      after(async () => {
        instrumentation.disable();
        await server.close();
      });

      for (const call of googleCalls) {
        it(`${call.name}: the same with and without, and one span for each call`, async () => {
          recorder.clear();
          assert.equal(comparable(await call.run(client)), plain.get(call.name));
          assert.equal(recorder.spans.length, call.calls ?? 1, recorder.spans.map(({ name }) => name).join());
          const [span] = recorder.spans;
          if (span === undefined) return;
          assert.match(span.name, /^(?:generate_content (?:gemini-2.5-flash|none)|embeddings gemini-embedding-001)/u);
          assert.equal(span.attributes["gen_ai.provider.name"], "gcp.gemini");
          assert.equal(span.attributes["server.address"], "127.0.0.1");
          if (call.tokens === true) {
            assert.ok(Number(span.attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
            // thoughts are a part of the output
            const output = Number(span.attributes["gen_ai.usage.output_tokens"]);
            assert.ok(output > Number(span.attributes["gen_ai.usage.reasoning.output_tokens"]), "output tokens");
          }
          if (call.errorType === undefined) assert.equal(span.attributes["error.type"], undefined);
          else if (call.errorType === "any") assert.equal(typeof span.attributes["error.type"], "string");
          else assert.equal(span.attributes["error.type"], call.errorType);
        });
      }

      it("puts a streamed answer together", async () => {
        recorder.clear();
        await client.chats.create({ model: "gemini-2.5-flash" }).sendMessage({ message: "say: hello there" });
        for await (const _ of await client.models.generateContentStream({
          model: "gemini-2.5-flash",
          contents: "say: hello there",
        }));
        const [whole, streamed] = recorder.spans.map(({ attributes }) => attributes["gen_ai.output.messages"]);
        assert.equal(streamed, whole);
        assert.match(String(whole), /hello there/u);
      });
    });
  }
}
