import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type * as Agents from "@openai/agents";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import OpenAI from "openai";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { McpInstrumentation } from "../mcp/index.ts";
import { OpenAIInstrumentation } from "../openai/index.ts";
import { type AgentsRuns, agentsRuns, agentsVersions } from "../testing/agents-runs.ts";
import { connectPair, mcpInstrumented } from "../testing/mcp-pair.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { spanTree } from "../testing/span-tree.ts";
import { OpenAIAgentsInstrumentation } from "./index.ts";

useAsyncContext();

let recorder: Recorder;
const on: { disable(): void }[] = [];

function off(): void {
  for (const one of on.splice(0)) one.disable();
}

/** All copies of the SDK, as the hook finds them: the first that traces serves the others, too. */
const copies: unknown[] = await Promise.all(agentsVersions.map((version) => import(version)));

function instrument(options: InstrumentationOptions & { openai?: boolean } = {}): void {
  off();
  recorder = createRecorder();
  const { openai, ...rest } = options;
  const agents = new OpenAIAgentsInstrumentation({ ...rest, enabled: false });
  const all = openai === true ? [agents, new OpenAIInstrumentation({ ...rest, enabled: false })] : [agents];
  for (const one of all) {
    recordWith(recorder, one);
    on.push(one);
  }
  for (const module of copies) agents.instrumentModule(module);
  all[1]?.instrumentModule(OpenAI);
}

async function runOf({ runs }: AgentsRuns, name: string): Promise<unknown> {
  const run = runs[name];
  if (run === undefined) throw new Error(`no run is called ${name}`);
  const result = await run();
  // a streamed run is over for the application before it is for the SDK
  await new Promise((resolve) => setTimeout(resolve, 10));
  return result;
}

function spanNamed(name: string): ReadableSpan {
  const span = recorder.spans.find((one) => one.name === name);
  assert.ok(span !== undefined, `no span is called ${name}`);
  return span;
}

const forecaster = "invoke_agent forecaster(CHAT, execute_tool get_weather, CHAT)";
const plain = "invoke_agent plain(CHAT)";

function workflow(below: string): string {
  return `invoke_workflow Agent workflow(${below})`;
}

/** `CHAT`: the call to a model, whose name the SDK tells for one of its APIs only. */
const trees: Readonly<Record<string, string>> = {
  responses: workflow(plain),
  chat: workflow(plain),
  "with a tool": workflow(forecaster),
  "with a tool, chat": workflow(forecaster),
  "with a tool, streamed": workflow(forecaster),
  "with a tool, chat streamed": workflow(forecaster),
  "with a tool that fails": workflow(forecaster),
  "stream that is left": workflow(plain),
  "stream that is aborted": workflow(plain),
  "stream that fails": workflow(plain),
  handoff: workflow(`invoke_agent desk(CHAT, handoff forecaster), ${forecaster}`),
  "agent as a tool": workflow(
    "invoke_agent outer(CHAT, execute_tool get_weather(invoke_agent forecaster(CHAT)), CHAT)",
  ),
  "guardrail that trips": workflow("invoke_agent forecaster(run_guardrail no weather)"),
  "several in one workflow": `invoke_workflow trip(${plain}, ${plain}, ${forecaster})`,
  "model that fails": workflow(plain),
};

/** Ids are the server's and differ from run to run. */
function comparable(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

for (const version of agentsVersions) {
  describe(version, () => {
    let server: ModelServer;
    let program: AgentsRuns;
    const without: Record<string, string> = {};
    before(async () => {
      server = await startModelServer();
      program = await agentsRuns(version, server.url);
      for (const name of Object.keys(trees)) without[name] = comparable(await runOf(program, name));
    });
    after(async () => {
      off();
      await server.close();
    });
    beforeEach(() => instrument());

    for (const openai of [false, true]) {
      for (const [name, expected] of Object.entries(trees)) {
        it(`${name}, ${openai ? "openai instrumented too" : "by itself"}: the same result, each call recorded once`, async () => {
          instrument({ openai });
          assert.equal(comparable(await runOf(program, name)), without[name]);
          assert.equal(spanTree(recorder.spans).replaceAll(/\bchat\b( gpt-4o[^,()]*)?/gu, "CHAT"), expected);
          const calls = recorder.spans.filter((span) => span.attributes["gen_ai.operation.name"] === "chat");
          for (const { attributes, status } of calls) {
            assert.equal(attributes["gen_ai.provider.name"], "openai");
            if (status.code === SpanStatusCode.ERROR || name.includes("stream that")) continue;
            assert.match(String(attributes["gen_ai.response.model"]), /^gpt-4o/u);
            assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0);
          }
        });
      }
    }

    it("runs a tool inside the tool's span, and has an application's span where it is", async () => {
      program.seen.length = 0;
      const sdk = program.module as typeof Agents;
      await sdk.withTrace("outer", () =>
        recorder.tracerProvider.getTracer("app").startActiveSpan("mine", async (span) => {
          await runOf(program, "with a tool");
          span.end();
        }),
      );
      assert.equal(spanTree(recorder.spans), `invoke_workflow outer(mine(${forecaster.replaceAll("CHAT", "chat")}))`);
      assert.equal(program.seen[0]?.spanContext().spanId, spanNamed("execute_tool get_weather").spanContext().spanId);
      assert.equal(spanNamed("execute_tool get_weather").attributes["gen_ai.agent.name"], "forecaster");
    });

    it("leaves nothing active afterwards", async () => {
      await runOf(program, "with a tool");
      await runOf(program, "model that fails");
      assert.equal(trace.getActiveSpan(), undefined);
    });

    it("says what failed, and of which conversation it was", async () => {
      await runOf(program, "with a tool that fails");
      assert.equal(spanNamed("execute_tool get_weather").attributes["error.type"], "tool_error");
      assert.equal(spanNamed("invoke_workflow Agent workflow").status.code, SpanStatusCode.UNSET);
      recorder.clear();
      await runOf(program, "model that fails");
      assert.equal(spanNamed("chat").attributes["error.type"], "500");
      assert.equal(spanNamed("invoke_agent plain").status.code, SpanStatusCode.ERROR);
      assert.equal(spanNamed("invoke_workflow Agent workflow").attributes["error.type"], "500");
      recorder.clear();
      await runOf(program, "guardrail that trips");
      assert.equal(spanNamed("run_guardrail no weather").attributes["genscope.guardrail.triggered"], true);
      assert.equal(spanNamed("invoke_agent forecaster").attributes["error.type"], "InputGuardrailTripwireTriggered");
      recorder.clear();
      await runOf(program, "several in one workflow");
      assert.equal(spanNamed("invoke_workflow trip").attributes["gen_ai.conversation.id"], "conversation-1");
    });

    it("leaves the application's processors, however slow, as they are", async () => {
      const sdk = program.module as typeof Agents;
      const told: string[] = [];
      const theirs = {
        onTraceStart: async () => {},
        onTraceEnd: async () => {},
        onSpanStart: async () => {},
        onSpanEnd: async (span: { spanData: { type: string } }) => {
          told.push(span.spanData.type);
          await new Promise((resolve) => setTimeout(resolve, 20));
        },
        shutdown: async () => {},
        forceFlush: async () => {},
      };
      sdk.setTraceProcessors([theirs]);
      recorder.clear();
      await runOf(program, "chat");
      sdk.setTraceProcessors([]);
      assert.ok(told.includes("agent") && told.includes("generation"), told.join());
      assert.equal(spanTree(recorder.spans), workflow("invoke_agent plain(chat gpt-4o)"));
    });

    it("joins a tool with the call of the MCP server that has it", async () => {
      const mcp = new McpInstrumentation({ enabled: false });
      mcp.setTracerProvider(recorder.tracerProvider);
      for (const module of mcpInstrumented["1"]) mcp.instrumentModule(module);
      on.push(mcp);
      await using pair = await connectPair("1");
      const { client } = pair as unknown as { client: Client };
      const sdk = program.module as typeof Agents;
      recorder.clear();
      const agent = new sdk.Agent({
        name: "sums",
        model: program.model,
        mcpServers: [
          {
            name: "calculator",
            cacheToolsList: true,
            connect: async () => {},
            close: async () => {},
            invalidateToolsCache: async () => {},
            listTools: async () => (await client.listTools()).tools.filter(({ name }) => name === "add") as never,
            callTool: async (name, given) => (await client.callTool({ name, arguments: given ?? {} })).content as never,
          },
        ],
      });
      await sdk.run(agent, "add");
      const tool = spanNamed("execute_tool add");
      assert.equal(tool.attributes["mcp.method.name"], "tools/call");
      assert.equal(tool.parentSpanContext?.spanId, spanNamed("invoke_agent sums").spanContext().spanId);
    });

    it("has nothing but the calls to models where the SDK's tracing is switched off", async () => {
      instrument({ openai: true });
      await runOf(program, "switched off");
      assert.equal(spanTree(recorder.spans), "chat gpt-4o, chat gpt-4o");
    });

    it("captures content only where that is asked for", async () => {
      await runOf(program, "with a tool");
      assert.doesNotMatch(JSON.stringify(recorder.spans.map(({ attributes }) => attributes)), /Paris/u);
      instrument({ capture: "spans" });
      await runOf(program, "with a tool");
      const tool = spanNamed("execute_tool get_weather").attributes;
      assert.equal(tool["gen_ai.tool.call.arguments"], '{"city":"Paris"}');
      assert.match(String(tool["gen_ai.tool.call.result"]), /18 degrees in Paris/u);
      const chat = spanNamed("chat").attributes;
      assert.match(String(chat["gen_ai.input.messages"]), /weather in Paris/u);
      assert.match(String(chat["gen_ai.output.messages"]), /get_weather/u);
      assert.match(String(chat["gen_ai.system_instructions"]), /Be brief/u);
    });
  });
}
