import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { context, trace } from "@opentelemetry/api";
import { checkRecorded } from "../testing/conformance.ts";
import { connectRealtime, hear, loadRealtime, realtimeLibraries } from "../testing/realtime-clients.ts";
import { createRecorder, recordWith, useAsyncContext } from "../testing/recorder.ts";
import { OpenAIInstrumentation } from "./index.ts";

useAsyncContext();

const weather = {
  type: "function",
  name: "get_weather",
  description: "Weather in a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

function userItem(text: string): object {
  return {
    type: "conversation.item.create",
    item: { type: "message", role: "user", content: [{ type: "input_text", text }] },
  };
}

for (const how of ["import", "require"] as const) {
  for (const library of realtimeLibraries) {
    describe(`${library.module} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = recordWith(recorder, new OpenAIInstrumentation({ enabled: false, capture: "both" }));
      let server: ModelServer;
      let clients: Awaited<ReturnType<typeof loadRealtime>>;

      before(async () => {
        server = await startModelServer();
        clients = await loadRealtime(library, how);
      });
      after(async () => {
        instrumentation.disable();
        await server.close();
      });

      /** Asks, gives the result of a function where one is called, and hears the answer. */
      async function talk(model = "gpt-realtime"): Promise<string[]> {
        const client = await connectRealtime(library, clients, server.url, model);
        return hear(client, (event, send) => {
          if (event.type === "session.created") {
            send({ type: "session.update", session: { type: "realtime", instructions: "Be kind.", tools: [weather] } });
            send(userItem("What is the weather in Oslo?"));
            send({ type: "response.create" });
          }
          if (event.type !== "response.done") return false;
          const { output = [], status } = event["response"] as { output?: { call_id?: string }[]; status: string };
          const called = output.find(({ call_id: id }) => id !== undefined)?.call_id;
          if (called === undefined || status === "failed") return true;
          const item = { type: "function_call_output", call_id: called, output: "18 degrees and sunny in Oslo." };
          send({ type: "conversation.item.create", item });
          send({ type: "response.create" });
          return false;
        });
      }

      it("hears the same with and without, and has one span for each response, below who asked", async () => {
        const plain = await talk();
        instrumentation.instrumentModule(clients);
        recorder.clear();
        const parent = recorder.tracerProvider.getTracer("test").startSpan("voice");
        const heard = await context.with(trace.setSpan(context.active(), parent), () => talk());
        parent.end();
        assert.deepEqual(heard, plain);
        const [first, second, ...rest] = recorder.spans;
        assert.deepEqual(rest, [parent]);
        for (const span of [first!, second!]) {
          assert.equal(span.name, "chat gpt-realtime");
          assert.equal(span.parentSpanContext?.spanId, parent.spanContext().spanId);
          assert.equal(span.attributes["gen_ai.provider.name"], "openai");
          assert.equal(span.attributes["gen_ai.conversation.id"], "conv_1");
          assert.equal(span.attributes["server.address"], "127.0.0.1");
          assert.ok(Number(span.attributes["gen_ai.usage.input_tokens"]) > 0);
          assert.ok(Number(span.attributes["gen_ai.usage.text.output_tokens"]) > 0);
          assert.ok(Number(span.attributes["gen_ai.response.time_to_first_chunk"]) > 0);
        }
        assert.deepEqual(first?.attributes["gen_ai.response.finish_reasons"], ["tool_calls"]);
        assert.deepEqual(second?.attributes["gen_ai.response.finish_reasons"], ["stop"]);
        const roles = (JSON.parse(String(second?.attributes["gen_ai.input.messages"])) as { role: string }[]).map(
          ({ role }) => role,
        );
        assert.deepEqual(roles, ["user", "assistant", "tool"]);
        assert.match(String(second?.attributes["gen_ai.output.messages"]), /18 degrees/u);
        recorder.spans.splice(recorder.spans.indexOf(parent as never), 1);
        assert.deepEqual((await checkRecorded(recorder, true)).violations, []);
      });

      it("says what went wrong: a response that fails, a connection that breaks", async () => {
        for (const [fault, type] of [
          ["error-after=2", "server_error"],
          ["cut-after=2", "connection_closed"],
        ]) {
          recorder.clear();
          await talk(`gpt-realtime#${fault}`);
          await new Promise((resolve) => setImmediate(resolve));
          assert.equal(recorder.spans.length, 1);
          assert.equal(recorder.spans[0]?.status.code, 2);
          assert.equal(recorder.spans[0].attributes["error.type"], type);
        }
      });
    });
  }
}
