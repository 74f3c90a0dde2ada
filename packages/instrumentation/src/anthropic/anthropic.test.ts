import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type Anthropic from "@anthropic-ai/sdk";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { trace } from "@opentelemetry/api";
import { anthropicCalls, anthropicMajors, loadAnthropic } from "../testing/anthropic-calls.ts";
import { comparable } from "../testing/comparable.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { AnthropicInstrumentation } from "./index.ts";

useAsyncContext();

const recorder: Recorder = createRecorder();
// the library finds its tracer here when a client is made
trace.setGlobalTracerProvider(recorder.tracerProvider);

function instrument(capture: "none" | "both" = "both"): AnthropicInstrumentation {
  const instrumentation = new AnthropicInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  return instrumentation;
}

for (const how of ["import", "require"] as const) {
  for (const major of anthropicMajors) {
    describe(`${major} by ${how}`, () => {
      const instrumentation = instrument();
      const plain = new Map<string, unknown>();
      let client: Anthropic;
      let server: ModelServer;

      before(async () => {
        server = await startModelServer();
        const Client = await loadAnthropic(major, how);
        const options = { baseURL: new URL(server.url).origin, apiKey: "unused", maxRetries: 0 };
        const other = new Client(options);
        for (const call of anthropicCalls) plain.set(call.name, comparable(await call.run(other)));
        client = new Client(options);
        instrumentation.instrumentModule(Client);
      });
      after(async () => {
        instrumentation.disable();
        await server.close();
      });

      for (const call of anthropicCalls) {
        it(`${call.name}: the same with and without, and one span for each call`, async () => {
          recorder.clear();
          assert.equal(comparable(await call.run(client)), plain.get(call.name));
          await new Promise((resolve) => setTimeout(resolve, 5));
          const spans = recorder.spans.filter(({ attributes }) => attributes["gen_ai.operation.name"] === "chat");
          assert.equal(spans.length, call.calls ?? 1, recorder.spans.map(({ name }) => name).join());
          const [span] = spans;
          if (span === undefined) return;
          assert.match(span.name, /^chat (?:claude|none)/u);
          assert.equal(span.attributes["gen_ai.provider.name"], "anthropic");
          assert.notEqual(span.status.code, 1);
          if (call.tokens === true) assert.ok(Number(span.attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
          if (call.errorType !== undefined) {
            assert.equal(span.status.code, 2);
            if (call.errorType !== "any") assert.equal(span.attributes["error.type"], call.errorType);
          } else assert.equal(span.attributes["error.type"], undefined);
        });
      }
    });
  }
}

describe("Anthropic's spans", () => {
  let client: Anthropic;
  let server: ModelServer;
  const instrumentation = instrument();
  before(async () => {
    server = await startModelServer();
    const Client = await loadAnthropic("@anthropic-ai/sdk");
    instrumentation.instrumentModule(Client);
    client = new Client({ baseURL: new URL(server.url).origin, apiKey: "unused", maxRetries: 0 });
  });
  after(async () => {
    instrumentation.disable();
    await server.close();
  });

  it("count cached tokens as input, once", async () => {
    recorder.clear();
    const call = anthropicCalls.find(({ name }) => name.includes("cached"))!;
    const message = (await call.run(client)) as Anthropic.Message;
    const { input_tokens: fresh, cache_read_input_tokens: cached, output_tokens: output } = message.usage;
    const { attributes } = recorder.spans[0]!;
    assert.ok(cached !== null && cached > 0);
    assert.equal(attributes["gen_ai.usage.input_tokens"], fresh + cached);
    assert.equal(attributes["gen_ai.usage.cache_read.input_tokens"], cached);
    assert.equal(attributes["gen_ai.usage.output_tokens"], output);
  });

  it("have what only the library knows, and content by the capture rules alone", async () => {
    recorder.clear();
    const call = anthropicCalls.find(({ name }) => name === "stream of a tool call")!;
    await call.run(client);
    const { attributes } = recorder.spans[0]!;
    assert.match(String(attributes["anthropic.request.id"]), /^req_/u);
    assert.deepEqual(JSON.parse(String(attributes["gen_ai.output.messages"])), [
      {
        role: "assistant",
        parts: [
          {
            type: "tool_call",
            id: (JSON.parse(String(attributes["gen_ai.output.messages"])) as { parts: { id: string }[] }[])[0]!
              .parts[0]!.id,
            name: "get_weather",
            arguments: { city: "Paris" },
          },
        ],
        finish_reason: "tool_call",
      },
    ]);
    assert.deepEqual(attributes["gen_ai.response.finish_reasons"], ["tool_use"]);
  });

  it("of a loop of tools are one tree: agent, calls, tools", async () => {
    recorder.clear();
    await anthropicCalls.find(({ name }) => name === "tool runner")!.run(client);
    const names = recorder.spans.map(({ name }) => name).toSorted();
    assert.deepEqual(names, [
      "chat claude-haiku-4-5",
      "chat claude-haiku-4-5",
      "execute_tool get_weather",
      "invoke_agent",
    ]);
    const agent = recorder.spans.find(({ name }) => name === "invoke_agent");
    for (const span of recorder.spans) {
      if (span !== agent) assert.equal(span.parentSpanContext?.spanId, agent?.spanContext().spanId, span.name);
    }
  });
});
