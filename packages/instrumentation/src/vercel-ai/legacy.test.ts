import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { stopHolding } from "../core/open-calls.ts";
import { FetchInstrumentation } from "../fetch/index.ts";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { legacyAiRuns, type LegacyAiVersion, legacyAiVersions } from "../testing/ai-legacy-runs.ts";
import type { AiRuns } from "../testing/ai-runs.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { spanTree } from "../testing/span-tree.ts";
import { VercelAiInstrumentation } from "./index.ts";

useAsyncContext();
(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let recorder: Recorder;
const on: { disable(): void }[] = [];

function off(): void {
  for (const one of on.splice(0)) one.disable();
}

/** Switched on, not handed a module: what it replaces is reached while a module loads. */
function instrument(options: InstrumentationOptions & { fetch?: boolean } = {}): void {
  off();
  recorder = createRecorder();
  const { fetch, ...rest } = options;
  const all = [
    new VercelAiInstrumentation({ ...rest, enabled: false, alreadyLoaded: false }),
    ...(fetch === true ? [new FetchInstrumentation({ ...rest, enabled: false })] : []),
  ];
  for (const one of all) {
    recordWith(recorder, one);
    one.enable();
    on.push(one);
  }
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
  "text with a tool that fails": `invoke_agent${loop}`,
  stream: "chat gpt-4o",
  "stream with a tool": `invoke_agent${loop}`,
  agent: `invoke_agent${loop}`,
  object: "chat gpt-4o",
  "streamed object": "chat gpt-4o",
  embedding: "embeddings text-embedding-3-small",
  "embedding of many": "embeddings text-embedding-3-small",
  "text that fails": "chat gpt-4o#status=500",
  "stream that fails": "chat gpt-4o#status=500",
  "embedding that fails": "embeddings text-embedding-3-small#status=500",
  "opted out": "",
};

for (const version of Object.keys(legacyAiVersions) as LegacyAiVersion[]) {
  for (const how of ["import", "require"] as const) {
    describe(`${version} by ${how}`, () => {
      let server: ModelServer;
      let program: AiRuns;
      const plain: Record<string, unknown> = {};
      before(async () => {
        server = await startModelServer();
        instrument();
        program = await legacyAiRuns(version, server.url, how);
        off();
        for (const name of Object.keys(trees)) plain[name] = await runOf(program, name);
      });
      after(() => server.close());
      afterEach(off);

      for (const fetch of [false, true]) {
        for (const [name, expected] of Object.entries(trees)) {
          it(`${name}, ${fetch ? "fetch instrumented too" : "by itself"}: the same result, each call recorded once`, async () => {
            instrument({ fetch });
            assert.deepEqual(await runOf(program, name), plain[name]);
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
        for (const name of ["text with a tool", "stream with a tool"]) {
          instrument();
          program.seen.length = 0;
          await runOf(program, name);
          const span = recorder.spans.find((one) => one.name === "execute_tool get_weather");
          assert.equal(program.seen[0]?.spanContext().spanId, span?.spanContext().spanId);
          assert.match(String(span?.attributes["gen_ai.tool.call.id"]), /^call_/u);
        }
      });

      for (const name of ["stream that is aborted", "stream that is left"]) {
        it(`ends a ${name}, when nobody holds it any more at the latest`, async () => {
          instrument();
          await runOf(program, name);
          for (let tries = 0; tries < 100 && recorder.spans.length < 2; tries++) {
            stopHolding();
            collectGarbage();
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          assert.equal(spanTree(recorder.spans), "invoke_agent(chat gpt-4o#chunk-delay-ms=20)");
        });
      }

      it("finds failures in tools and models, and chunks of streams", async () => {
        instrument();
        await runOf(program, "text with a tool that fails");
        const tool = recorder.spans.find(({ name }) => name === "execute_tool get_weather");
        assert.equal(tool?.attributes["error.type"], "Error");
        recorder.clear();
        await runOf(program, "text that fails");
        await runOf(program, "stream that fails");
        assert.deepEqual(
          recorder.spans.map(({ attributes }) => attributes["error.type"]),
          ["500", "500"],
        );
        recorder.clear();
        await runOf(program, "stream");
        const { attributes } = recorder.spans[0]!;
        assert.equal(attributes["gen_ai.request.stream"], true);
        assert.equal(typeof attributes["gen_ai.response.time_to_first_chunk"], "number");
        assert.deepEqual(attributes["gen_ai.response.finish_reasons"], ["stop"]);
      });

      it("captures content only where that is asked for", async () => {
        instrument();
        await runOf(program, "text with a tool");
        assert.doesNotMatch(JSON.stringify(recorder.spans.map(({ attributes }) => attributes)), /Paris/u);
        instrument({ capture: "spans" });
        await runOf(program, "text with a tool");
        const byName = new Map(recorder.spans.map((span) => [span.name, span.attributes]));
        const agent = byName.get("invoke_agent forecast");
        assert.match(String(agent?.["gen_ai.input.messages"]), /weather in Paris/u);
        assert.match(String(agent?.["gen_ai.output.messages"]), /18 degrees in Paris/u);
        const tool = byName.get("execute_tool get_weather");
        assert.equal(tool?.["gen_ai.tool.call.arguments"], '{"city":"Paris"}');
        assert.match(String(tool?.["gen_ai.tool.call.result"]), /18 degrees in Paris/u);
        const chat = byName.get("chat gpt-4o");
        assert.match(String(chat?.["gen_ai.input.messages"]), /weather in Paris/u);
        assert.match(String(chat?.["gen_ai.output.messages"]), /18 degrees in Paris/u);
        assert.match(String(chat?.["gen_ai.tool.definitions"]), /Weather in a city/u);
      });

      it("leaves a call alone that names a tracer of its own", async () => {
        instrument();
        const names: string[] = [];
        const theirs = createRecorder();
        const ai = (await import(version)) as typeof import("ai-v6");
        const { createOpenAI } = (await import(legacyAiVersions[version])) as typeof import("@ai-sdk/openai-v3");
        await ai.generateText({
          model: createOpenAI({ baseURL: server.url, apiKey: "unused" }).chat("gpt-4o"),
          prompt: "say: hello",
          experimental_telemetry: { isEnabled: true, tracer: theirs.tracerProvider.getTracer("theirs") },
        });
        names.push(...theirs.spans.map(({ name }) => name));
        assert.deepEqual(names, ["ai.generateText.doGenerate", "ai.generateText"]);
        assert.deepEqual(recorder.spans, []);
      });
    });
  }
}
