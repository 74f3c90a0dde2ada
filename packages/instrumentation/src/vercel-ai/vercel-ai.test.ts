import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { FetchInstrumentation } from "../fetch/index.ts";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { aiModule, type AiRuns, aiRuns } from "../testing/ai-runs.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { spanTree } from "../testing/span-tree.ts";
import { VercelAiInstrumentation } from "./index.ts";

useAsyncContext();
(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;

let recorder: Recorder;
const on: { disable(): void }[] = [];

function instrument(options: InstrumentationOptions & { fetch?: boolean } = {}): void {
  for (const one of on.splice(0)) one.disable();
  recorder = createRecorder();
  const { fetch, ...rest } = options;
  const vercel = new VercelAiInstrumentation({ ...rest, enabled: false });
  const all = fetch === true ? [vercel, new FetchInstrumentation({ ...rest, enabled: false })] : [vercel];
  for (const one of all) {
    recordWith(recorder, one);
    on.push(one);
  }
  vercel.instrumentModule(aiModule);
  all[1]?.enable();
}

function runOf({ runs }: AiRuns, name: string): Promise<unknown> {
  const run = runs[name];
  if (run === undefined) throw new Error(`no run is called ${name}`);
  return run();
}

const loop = "(chat gpt-4o, execute_tool get_weather, chat gpt-4o)";
const trees: Readonly<Record<string, string>> = {
  text: "chat gpt-4o",
  "text with a tool": `invoke_agent forecast${loop}`,
  "text with a tool that fails": `invoke_agent(chat gpt-4o, execute_tool get_weather, chat gpt-4o, execute_tool get_weather, chat gpt-4o)`,
  stream: "chat gpt-4o",
  "stream with a tool": `invoke_agent${loop}`,
  agent: `invoke_agent${loop}`,
  object: "chat gpt-4o",
  embedding: "embeddings text-embedding-3-small",
  "embedding of many": "embeddings text-embedding-3-small",
  "text that fails": "chat gpt-4o#status=500",
  "stream that fails": "chat gpt-4o#status=500",
  "opted out": "",
};

describe("the AI SDK", () => {
  let server: ModelServer;
  let plain: Record<string, unknown>;
  before(async () => {
    server = await startModelServer();
    plain = {};
    const program = aiRuns(server.url);
    for (const name of Object.keys(trees)) plain[name] = await runOf(program, name);
  });
  after(async () => {
    for (const one of on.splice(0)) one.disable();
    await server.close();
  });
  beforeEach(() => instrument());

  for (const fetch of [false, true]) {
    for (const [name, expected] of Object.entries(trees)) {
      it(`${name}, ${fetch ? "fetch instrumented too" : "by itself"}: the same result, each call recorded once`, async () => {
        instrument({ fetch });
        assert.deepEqual(await runOf(aiRuns(server.url), name), plain[name]);
        assert.equal(spanTree(recorder.spans), expected);
        for (const { attributes } of recorder.spans.filter((span) => span.name === "chat gpt-4o")) {
          assert.equal(attributes["gen_ai.provider.name"], "openai");
          assert.equal(attributes["gen_ai.response.model"], "gpt-4o-2024-11-20");
          assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0);
        }
      });
    }
  }

  it("runs a tool inside the tool's span", async () => {
    const program = aiRuns(server.url);
    await runOf(program, "text with a tool");
    const span = recorder.spans.find(({ name }) => name === "execute_tool get_weather");
    assert.equal(program.seen[0]?.spanContext().spanId, span?.spanContext().spanId);
    assert.match(String(span?.attributes["gen_ai.tool.call.id"]), /^call_/u);
  });

  it("finds failures in tools and models", async () => {
    await runOf(aiRuns(server.url), "text with a tool that fails");
    const tool = recorder.spans.find(({ name }) => name === "execute_tool get_weather");
    assert.equal(tool?.attributes["error.type"], "Error");
    recorder.clear();
    await runOf(aiRuns(server.url), "text that fails");
    assert.deepEqual(
      recorder.spans.map(({ attributes }) => attributes["error.type"]),
      ["500"],
    );
  });

  it("captures content only where that is asked for", async () => {
    await runOf(aiRuns(server.url), "text with a tool");
    assert.doesNotMatch(JSON.stringify(recorder.spans.map(({ attributes }) => attributes)), /Paris/u);
    instrument({ capture: "spans" });
    await runOf(aiRuns(server.url), "text with a tool");
    const byName = new Map(recorder.spans.map((span) => [span.name, span.attributes]));
    assert.match(String(byName.get("invoke_agent forecast")?.["gen_ai.input.messages"]), /weather in Paris/u);
    assert.equal(byName.get("execute_tool get_weather")?.["gen_ai.tool.call.arguments"], '{"city":"Paris"}');
    assert.match(String(byName.get("chat gpt-4o")?.["gen_ai.output.messages"]), /18 degrees in Paris/u);
  });

  it("leaves the calls to @ai-sdk/otel where that is registered", async () => {
    class OpenTelemetry {
      readonly name = "theirs";
    }
    const list = (globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[] }).AI_SDK_TELEMETRY_INTEGRATIONS!;
    const theirs = new OpenTelemetry();
    list.push(theirs);
    await runOf(aiRuns(server.url), "text");
    list.splice(list.indexOf(theirs), 1);
    assert.deepEqual(recorder.spans, []);
  });
});
