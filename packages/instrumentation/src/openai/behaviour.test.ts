import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startModelServer } from "@genscope/example-model-server";
import { testCalls } from "../testing/calls.ts";
import { comparable } from "../testing/comparable.ts";
import { loadOpenAi, openAiMajors } from "../testing/openai-majors.ts";
import { createRecorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { OpenAIInstrumentation } from "./index.ts";

useAsyncContext();

for (const how of ["import", "require"] as const) {
  for (const major of openAiMajors) {
    describe(`${major} by ${how}: the same with and without instrumentation`, () => {
      const recorder = createRecorder();
      const instrumentation = new OpenAIInstrumentation({ enabled: false, capture: "both" });
      recordWith(recorder, instrumentation);
      const plain = new Map<string, unknown>();
      const rejections: unknown[] = [];
      const onRejection = (reason: unknown): void => void rejections.push(reason);
      let client: InstanceType<Awaited<ReturnType<typeof loadOpenAi>>>;
      let close: () => Promise<void>;

      before(async () => {
        process.on("unhandledRejection", onRejection);
        const server = await startModelServer();
        close = () => server.close();
        const OpenAI = await loadOpenAi(major, how);
        client = new OpenAI({ baseURL: server.url, apiKey: "unused", maxRetries: 0 });
        for (const call of testCalls) plain.set(call.name, comparable(await call.run(client)));
        instrumentation.instrumentModule(OpenAI);
      });
      after(async () => {
        instrumentation.disable();
        process.off("unhandledRejection", onRejection);
        await close();
      });

      for (const call of testCalls) {
        it(call.name, async () => {
          recorder.clear();
          const value = comparable(await call.run(client));
          assert.equal(value, plain.get(call.name));
          assert.deepEqual(
            recorder.spans.map(({ name }) => name),
            call.spans ?? ["chat gpt-4o"],
          );
          const span = recorder.spans[0];
          if (call.tokens === true) {
            assert.ok(Number(span?.attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
          }
          if (call.errorType !== undefined) {
            assert.equal(span?.attributes["error.type"], call.errorType);
            assert.equal(span.status.code, 2);
          }
        });
      }

      it("leaves no rejection unhandled", () => {
        assert.deepEqual(rejections, []);
      });
    });
  }
}
