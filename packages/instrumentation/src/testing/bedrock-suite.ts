import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { context } from "@opentelemetry/api";
import { stopHolding } from "../core/open-calls.ts";
import { claimCall } from "../core/run-context.ts";
import { startModelServer } from "@genscope/example-model-server";
import type * as Bedrock from "@aws-sdk/client-bedrock-runtime";
import { bedrockCalls, bedrockClient, type BedrockModule, type BedrockPackage, loadBedrock } from "./bedrock-calls.ts";
import { checkSpan } from "./conformance.ts";
import { createRecorder, useAsyncContext, recordWith } from "./recorder.ts";
import { BedrockInstrumentation } from "../bedrock/index.ts";

useAsyncContext();
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Ids of answers come from a counter. */
function comparable(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    item instanceof Uint8Array ? new TextDecoder().decode(item) : item,
  );
  return text
    .replaceAll(/"bytes":\{[^}]*\}/gu, (bytes) => decodeBytes(bytes))
    .replaceAll(/\b(?:msg_bdrk_)?[0-9a-f]{16}\b/gu, "id")
    .replaceAll(/call_[0-9a-f]+\w*/gu, "call");
}

/** `JSON.stringify` makes an object of numbered bytes of a `Uint8Array`. */
function decodeBytes(text: string): string {
  const bytes = JSON.parse(text.slice('"bytes":'.length)) as Record<string, number>;
  return new TextDecoder().decode(Uint8Array.from(Object.values(bytes)));
}

/** Opens a stream and lets go of it. */
async function forget(client: Bedrock.BedrockRuntime): Promise<void> {
  const messages: Bedrock.Message[] = [{ role: "user", content: [{ text: "Hello" }] }];
  await client.converseStream({ modelId: "amazon.nova-lite-v1:0", messages });
}

/** What the instrumentation promises of one package. One in a process: two copies of the SDK lose the classes of errors inside streams to each other. */
export function bedrockSuite(name: BedrockPackage): void {
  for (const how of ["import", "require"] as const) {
    describe(`${name} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = new BedrockInstrumentation({ enabled: false, capture: "both" });
      recordWith(recorder, instrumentation);
      const plain = new Map<string, string>();
      let module: BedrockModule;
      let client: Bedrock.BedrockRuntime;
      let close: () => Promise<void>;
      before(async () => {
        const server = await startModelServer();
        close = () => server.close();
        module = await loadBedrock(name, how);
        client = bedrockClient(module, server.url);
        for (const call of bedrockCalls) plain.set(call.name, comparable(await call.run(client, module)));
        instrumentation.instrumentModule(module);
      });
      after(async () => {
        instrumentation.disable();
        assert.ok(!Object.hasOwn(module.BedrockRuntimeClient.prototype, "send"));
        client.destroy();
        await close();
      });

      for (const call of bedrockCalls) {
        it(`${call.name}: the same as without, and one span`, async () => {
          recorder.clear();
          assert.equal(comparable(await call.run(client, module)), plain.get(call.name));
          assert.deepEqual(
            recorder.spans.map((span) => span.name),
            [call.span],
          );
          const { attributes, status } = recorder.spans[0]!;
          assert.deepEqual(recorder.spans.flatMap(checkSpan), []);
          assert.equal(attributes["gen_ai.provider.name"], "aws.bedrock");
          // a client's first call may be over before its server is known
          if (call.errorType !== "AbortError") assert.equal(attributes["server.address"], "127.0.0.1");
          if (call.tokens === true) {
            assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
            assert.ok(Number(attributes["gen_ai.usage.output_tokens"]) > 0, "output tokens");
            assert.equal((attributes["gen_ai.response.finish_reasons"] as string[]).length, 1);
            assert.match(String(attributes["gen_ai.output.messages"]), /Hello! How can I help|get_weather/u);
          }
          assert.equal(attributes["error.type"], call.errorType);
          assert.equal(status.code, call.errorType === undefined ? 0 : 2);
        });
      }

      it("counts cached tokens in the input's, and names parameters and guardrail", async () => {
        recorder.clear();
        await bedrockCalls[0]!.run(client, module);
        const { attributes } = recorder.spans[0]!;
        const answer = JSON.parse(plain.get("converse")!) as { usage: Record<string, number> };
        const { inputTokens = 0, cacheReadInputTokens = 0 } = answer.usage;
        assert.ok(cacheReadInputTokens > 0);
        assert.equal(attributes["gen_ai.usage.input_tokens"], inputTokens + cacheReadInputTokens);
        assert.equal(attributes["gen_ai.usage.cache_read.input_tokens"], cacheReadInputTokens);
        assert.equal(attributes["gen_ai.request.top_k"], 5);
        assert.deepEqual(attributes["gen_ai.request.stop_sequences"], ["END"]);
        assert.equal(attributes["aws.bedrock.guardrail.id"], "gr-1");
      });

      it("reads a streamed tool call as it reads one in one piece", async () => {
        const said: unknown[] = [];
        for (const call of bedrockCalls.filter((one) => one.name.endsWith("with Anthropic's tools"))) {
          recorder.clear();
          await call.run(client, module);
          const { attributes } = recorder.spans[0]!;
          assert.match(String(attributes["gen_ai.tool.definitions"]), /get_weather/u);
          const text = String(attributes["gen_ai.output.messages"]);
          said.push(JSON.parse(text.replaceAll(/"id":"[^"]*"/gu, '"id":"x"')));
        }
        assert.equal(said.length, 2);
        assert.deepEqual(said[0], said[1]);
        assert.match(JSON.stringify(said[0]), /"arguments":\{"city":"Oslo"\}/u);
      });

      it("leaves a call alone that a layer above records", async () => {
        recorder.clear();
        await context.with(claimCall(context.active()), () => bedrockCalls[1]!.run(client, module));
        assert.deepEqual(recorder.spans, []);
      });

      it("ends the span of a stream that nobody reads", async () => {
        recorder.clear();
        await forget(client);
        for (let round = 0; round < 50 && recorder.spans.length === 0; round++) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          stopHolding();
          collectGarbage();
        }
        assert.equal(recorder.spans.length, 1);
      });

      it("leaves a rejection that nobody handles unhandled, once", async () => {
        const seen: unknown[] = [];
        const runners = process.listeners("unhandledRejection");
        process.removeAllListeners("unhandledRejection");
        process.on("unhandledRejection", (reason) => void seen.push(reason));
        void client.converse({ modelId: "amazon.nova-lite-v1:0#status=429", messages: [] });
        for (let round = 0; round < 50 && seen.length === 0; round++)
          await new Promise((resolve) => setTimeout(resolve, 10));
        process.removeAllListeners("unhandledRejection");
        for (const listener of runners) process.on("unhandledRejection", listener);
        assert.equal(seen.length, 1);
      });
    });
  }
}
