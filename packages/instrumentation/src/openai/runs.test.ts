import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { checkRecorded } from "../testing/conformance.ts";
import { loadOpenAi } from "../testing/openai-majors.ts";
import { createRecorder, recordWith, useAsyncContext } from "../testing/recorder.ts";
import { OpenAIInstrumentation } from "./index.ts";

useAsyncContext();

interface Run {
  readonly id: string;
  readonly status: string;
  readonly usage: unknown;
}

/** The part of the library that is used here; the newest version has it no more. */
interface Runs {
  create(thread: string, body: object): Promise<Run> & AsyncIterable<unknown>;
  createAndPoll(thread: string, body: object, options: object): Promise<Run>;
  stream(thread: string, body: object): { finalRun(): Promise<Run> };
  poll(...parameters: readonly unknown[]): Promise<Run>;
  submitToolOutputsAndPoll(...parameters: readonly unknown[]): Promise<Run>;
}
interface Beta {
  readonly assistants: { create(body: object): Promise<{ readonly id: string }> };
  readonly threads: {
    create(body: object): Promise<{ readonly id: string }>;
    createAndRunPoll(body: object, options: object): Promise<Run>;
    readonly runs: Runs;
  };
}

const soon = { pollIntervalMs: 1 };
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

for (const major of ["openai-v4", "openai-v5", "openai-v6"] as const) {
  describe(`runs of assistants with ${major}`, () => {
    const recorder = createRecorder();
    const instrumentation = recordWith(recorder, new OpenAIInstrumentation({ enabled: false, capture: "both" }));
    let server: ModelServer;
    let beta: Beta;

    before(async () => {
      server = await startModelServer();
      const Client = await loadOpenAi(major);
      ({ beta } = new Client({ baseURL: server.url, apiKey: "unused", maxRetries: 0 }) as unknown as { beta: Beta });
      instrumentation.instrumentModule(Client);
    });
    after(async () => {
      instrumentation.disable();
      await server.close();
    });

    const spans = (): unknown =>
      recorder.spans.map(({ name, attributes }) => [name, attributes["gen_ai.response.finish_reasons"]]);
    const thread = (content: string): Promise<{ readonly id: string }> =>
      beta.threads.create({ messages: [{ role: "user", content }] });

    it("are one call each, however often they are asked for, with the usage once", async () => {
      recorder.clear();
      const helper = { model: "gpt-4o", name: "helper", instructions: "Be kind." };
      const { id: assistant_id } = await beta.assistants.create(helper);
      const { id } = await thread("say: hello there");
      const run = await beta.threads.runs.createAndPoll(id, { assistant_id, temperature: 0.5 }, soon);
      assert.equal(run.status, "completed");
      const streamed = await beta.threads.runs.stream(id, { assistant_id }).finalRun();
      assert.equal(streamed.status, "completed");
      const messages = [{ role: "user", content: "say: hello" }];
      await beta.threads.createAndRunPoll({ assistant_id, thread: { messages } }, soon);
      assert.deepEqual(spans(), [
        ["create_agent helper", undefined],
        ...[1, 2, 3].flatMap(() => [
          ["chat gpt-4o", ["stop"]],
          ["invoke_agent", ["stop"]],
        ]),
      ]);
      for (const { name, attributes } of recorder.spans.slice(1)) {
        assert.equal(attributes["gen_ai.agent.id"], name === "invoke_agent" ? assistant_id : undefined);
        assert.equal(attributes["gen_ai.request.model"], "gpt-4o");
        assert.match(String(attributes["gen_ai.conversation.id"]), /^thread_/u);
        assert.ok(Number(attributes["gen_ai.usage.output_tokens"]) > 0);
      }
      assert.deepEqual((await checkRecorded(recorder, true)).violations, []);
    });

    it("go on with the results of tools, and have their usage where they are waited for", async () => {
      const { id: assistant_id } = await beta.assistants.create({ model: "gpt-4o", tools: [weather] });
      const { id } = await thread("What is the weather in Oslo?");
      recorder.clear();
      const run = await beta.threads.runs.createAndPoll(id, { assistant_id }, soon);
      assert.equal(run.status, "requires_action");
      const { required_action: action } = run as unknown as {
        required_action: { submit_tool_outputs: { tool_calls: { id: string }[] } };
      };
      const [{ id: tool_call_id }] = action.submit_tool_outputs.tool_calls as [{ id: string }];
      const outputs = { tool_outputs: [{ tool_call_id, output: "18 degrees and sunny in Oslo." }] };
      const { runs } = beta.threads;
      const done =
        major === "openai-v4"
          ? await runs.submitToolOutputsAndPoll(id, run.id, outputs, soon)
          : await runs.submitToolOutputsAndPoll(run.id, { thread_id: id, ...outputs }, soon);
      assert.equal(done.status, "completed");
      const begun = await runs.create(id, { assistant_id });
      await (major === "openai-v4" ? runs.poll(id, begun.id, soon) : runs.poll(begun.id, { thread_id: id }, soon));
      assert.deepEqual(spans(), [
        ["invoke_agent", ["tool_calls"]],
        ["chat gpt-4o", ["stop"]],
        ["invoke_agent", ["stop"]],
        ["invoke_agent", undefined],
        ["chat gpt-4o", ["stop"]],
        ["fetch_response", undefined],
      ]);
      assert.deepEqual(
        recorder.spans.map(({ attributes }) => attributes["gen_ai.usage.output_tokens"] !== undefined),
        [false, true, true, false, true, false],
      );
      assert.deepEqual((await checkRecorded(recorder, true)).violations, []);
    });

    it("count their tokens once, in spans of calls and in metrics", async () => {
      const { id: assistant_id } = await beta.assistants.create({ model: "gpt-4o" });
      const { id } = await thread("say: hello there");
      const counted = async (): Promise<number[]> => {
        const tokens = (await recorder.metrics()).filter(({ name }) => /usage.(?:input|output)_tokens$/u.test(name));
        return tokens.map(({ points }) => points.reduce((sum, { value }) => sum + Number(value), 0));
      };
      const soFar = await counted();
      recorder.clear();
      const run = await beta.threads.runs.createAndPoll(id, { assistant_id }, soon);
      const { prompt_tokens: input, completion_tokens: output } = run.usage as Record<string, number>;
      assert.deepEqual(
        (await counted()).map((value, at) => value - (soFar[at] ?? 0)),
        [input, output],
      );
      const [call, agent] = recorder.spans;
      assert.equal(call?.parentSpanContext?.spanId, agent?.spanContext().spanId);
      assert.deepEqual(
        ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"].map((name) => call?.attributes[name]),
        [input, output],
      );
    });

    it("fail as the library says", async () => {
      recorder.clear();
      const { id } = await thread("Hello");
      await assert.rejects(beta.threads.runs.createAndPoll(id, { assistant_id: "none" }, soon));
      assert.equal(recorder.spans.length, 1);
      assert.equal(recorder.spans[0]?.attributes["error.type"], "404");
    });
  });
}
