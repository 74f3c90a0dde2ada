import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { type ClaudeRuns, claudeRuns, type ClaudeSdk, claudeVersions } from "../testing/claude-runs.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { spanTree } from "../testing/span-tree.ts";
import { ClaudeAgentInstrumentation } from "./index.ts";

useAsyncContext();

let recorder: Recorder;
let on: ClaudeAgentInstrumentation | undefined;

function off(): void {
  on?.disable();
  on = undefined;
}

/** Switched on, not handed a module: what it replaces is reached while a module loads. */
function instrument(options: InstrumentationOptions = {}): ClaudeAgentInstrumentation {
  off();
  recorder = createRecorder();
  on = new ClaudeAgentInstrumentation({ ...options, enabled: false, alreadyLoaded: false });
  recordWith(recorder, on);
  on.enable();
  return on;
}

function runOf(program: ClaudeRuns | undefined, name: string): Promise<unknown> {
  const run = program?.runs[name];
  if (run === undefined) throw new Error(`no run is called ${name}`);
  return run();
}

const tool = "execute_tool mcp__weather__get_weather";
const loop = `invoke_agent(chat claude-opus-5, ${tool}, chat claude-opus-5)`;

function named(name: string): Record<string, unknown>[] {
  return recorder.spans.filter((span) => span.name === name).map(({ attributes }) => ({ ...attributes }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** What a short conversation of the SDK's looks like. */
async function* messages(): AsyncGenerator<{ readonly type: string }> {
  yield { type: "system", subtype: "init", model: "claude-opus-5", session_id: "s1" } as { type: string };
  yield {
    type: "assistant",
    session_id: "s1",
    parent_tool_use_id: null,
    message: { id: "m1", role: "assistant", model: "claude-opus-5", content: [{ type: "text", text: "hello" }] },
  } as { type: string };
}

for (const version of claudeVersions) {
  describe(version, () => {
    let server: ModelServer;
    let sdk: ClaudeSdk;
    let program: ClaudeRuns | undefined;
    const run = (name: string): Promise<unknown> => runOf(program, name);
    before(async () => {
      server = await startModelServer();
      instrument();
      sdk = (await import(version)) as ClaudeSdk;
    });
    after(async () => {
      off();
      await program?.[Symbol.asyncDispose]();
      await server.close();
    });
    beforeEach(async () => {
      await program?.[Symbol.asyncDispose]();
      instrument();
      program = await claudeRuns(sdk, server.url);
    });

    it("gives the same messages, and a turn of a conversation a trace with its calls to models and tools", async () => {
      off();
      const plain = await run("conversation");
      instrument({ capture: "spans" });
      assert.deepEqual(await run("conversation"), plain);
      assert.equal(spanTree(recorder.spans), `${loop}, invoke_agent(chat claude-opus-5)`);
      const calls = named("chat claude-opus-5");
      for (const call of calls) {
        assert.equal(call["gen_ai.provider.name"], "anthropic");
        assert.equal(call["server.address"], "127.0.0.1");
        assert.ok(Number(call["gen_ai.usage.input_tokens"]) > Number(call["gen_ai.usage.cache_read.input_tokens"]));
      }
      assert.deepEqual(
        calls.map((call) => call["gen_ai.response.finish_reasons"]),
        [["tool_use"], ["end_turn"], ["end_turn"]],
      );
      assert.match(String(calls[1]?.["gen_ai.output.messages"]), /18 degrees in Paris/u);
      const [first, second] = named("invoke_agent");
      assert.equal(first?.["gen_ai.conversation.id"], second?.["gen_ai.conversation.id"]);
      const costs = [first, second].map((agent) => Number(agent?.["genscope.agent.reported_cost_usd"]));
      assert.ok(
        costs.every((cost) => cost > 0 && cost < 0.01),
        String(costs),
      );
      const [used] = named(tool);
      assert.match(String(used?.["gen_ai.tool.call.id"]), /^toolu_/u);
      assert.equal(used?.["gen_ai.tool.call.arguments"], '{"city":"Paris"}');
      assert.match(String(used?.["gen_ai.tool.call.result"]), /18 degrees in Paris/u);
    });

    it("runs a tool of the application's inside the tool's span, and tells each call's tokens where they are streamed", async () => {
      await run("streamed");
      assert.equal(spanTree(recorder.spans), loop);
      const span = recorder.spans.find(({ name }) => name === tool);
      assert.equal(program?.seen[0]?.spanContext().spanId, span?.spanContext().spanId);
      for (const call of named("chat claude-opus-5")) {
        assert.ok(Number(call["gen_ai.usage.output_tokens"]) > 1);
        assert.equal(typeof call["gen_ai.response.time_to_first_chunk"], "number");
      }
      assert.doesNotMatch(JSON.stringify(recorder.spans.map(({ attributes }) => attributes)), /Paris/u);
    });

    it("counts the tokens that the CLI counts", async () => {
      const told = (await run("conversation")) as readonly unknown[][];
      const counted = named("chat claude-opus-5").map((call) => Number(call["gen_ai.usage.output_tokens"] ?? 0));
      const results = told.filter(([type]) => type === "result").map((result) => Number(result[3]));
      assert.equal(results.length, 2);
      assert.ok(results.every((tokens) => tokens > 0));
      assert.equal(sum(counted), sum(results));
    });

    if (version !== claudeVersions[0]) return;

    it("finds a model's failure, and the agent's for it", async () => {
      const told = JSON.stringify(await run("a model that fails"));
      assert.match(told, /API Error: 400/u);
      assert.equal(spanTree(recorder.spans), "invoke_agent(chat claude-opus-5#status=400)");
      for (const { attributes, status } of recorder.spans) {
        assert.match(String(attributes["error.type"]), /^(?:400|invalid_request|unknown)$/u);
        assert.match(status.message ?? "", /API Error: 400/u);
      }
    });

    it("ends with a conversation that is left, or aborted", async () => {
      assert.equal(await run("a conversation that is left"), "assistant");
      assert.equal(spanTree(recorder.spans), "invoke_agent(chat claude-opus-5)");
      assert.equal(named("invoke_agent")[0]?.["error.type"], undefined);
      recorder.clear();
      assert.equal(await run("a question that is aborted"), true);
      assert.equal(spanTree(recorder.spans), "invoke_agent");
      assert.equal(named("invoke_agent")[0]?.["error.type"], "AbortError");
    });

    it("has an agent that is called below the call", async () => {
      await run("an agent below");
      assert.match(
        spanTree(recorder.spans),
        /^invoke_agent\(chat claude-opus-5, execute_tool Agent\(invoke_agent\), chat claude-opus-5\)$/u,
      );
    });

    it("traces a query that it is handed, and gives what that gives", async () => {
      const instrumentation = on!;
      const given = messages();
      const got = instrumentation.trace(() => given)();
      assert.equal(got, given);
      const types: unknown[] = [];
      for await (const { type } of got) types.push(type);
      assert.deepEqual(types, ["system", "assistant"]);
      assert.equal(spanTree(recorder.spans), "invoke_agent(chat claude-opus-5)");
    });
  });
}
