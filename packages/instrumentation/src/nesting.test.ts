import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { AutoInstrumentation } from "./auto-instrumentation.ts";
import { FetchInstrumentation } from "./fetch/index.ts";
import { type CountingProxy, startCountingProxy } from "./testing/counting-proxy.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "./testing/recorder.ts";

useAsyncContext();
(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;

type Runs = Readonly<Record<string, () => Promise<unknown>>>;

/** What an application does with each framework. Loaded when everything is instrumented, as with `--import`. */
const frameworks: Readonly<Record<string, (url: string) => Promise<Runs>>> = {
  async LangChain(url) {
    const { langChainAgentRuns, langChainRuns, loadLangChain } = await import("./testing/langchain-runs.ts");
    return { ...langChainRuns(await loadLangChain("1"), url).runs, ...langChainAgentRuns(url).runs };
  },
  async "LangChain 0.3"(url) {
    const { langChainRuns, loadLangChain } = await import("./testing/langchain-runs.ts");
    return langChainRuns(await loadLangChain("0.3"), url).runs;
  },
  async LlamaIndex(url) {
    const { llamaIndexRuns, loadLlamaIndex } = await import("./testing/llamaindex-runs.ts");
    return llamaIndexRuns(await loadLlamaIndex("0.12"), url).runs;
  },
  async Mastra(url) {
    const { mastraRuns } = await import("./testing/mastra-runs.ts");
    // its embedding is one that the application tells of
    const { "an agent whose tool searches": _searching, ...runs } = mastraRuns(url, true).runs;
    return runs;
  },
  async "the AI SDK 7"(url) {
    const { aiRuns } = await import("./testing/ai-runs.ts");
    const { "opted out": _optedOut, ...runs } = aiRuns(url).runs;
    return runs;
  },
  async "the AI SDK 6"(url) {
    const { legacyAiRuns } = await import("./testing/ai-legacy-runs.ts");
    const { "opted out": _optedOut, ...runs } = (await legacyAiRuns("ai-v6", url)).runs;
    return runs;
  },
  async "OpenAI Agents"(url) {
    const { agentsRuns } = await import("./testing/agents-runs.ts");
    return (await agentsRuns("@openai/agents", url)).runs;
  },
};

/** Without those whose stream ends when it is collected, or whose calls are made again. */
function isPlain(name: string): boolean {
  return !/left|abort|fails/u.test(name);
}

async function measured(recorder: Recorder): Promise<number> {
  const metrics = await recorder.metrics();
  const durations = ["gen_ai.client.inference.duration", "gen_ai.client.embeddings.duration"];
  return metrics
    .filter(({ name }) => durations.includes(name))
    .flatMap(({ points }) => points)
    .reduce((sum, { value }) => sum + (value as { count: number }).count, 0);
}

describe("with every library instrumented, and fetch", () => {
  let models: ModelServer;
  let proxy: CountingProxy;
  const recorder = createRecorder();
  const all = [new AutoInstrumentation({ enabled: false }), new FetchInstrumentation({ enabled: false })];
  before(async () => {
    models = await startModelServer();
    proxy = await startCountingProxy(models.url);
    for (const one of all) {
      recordWith(recorder, one);
      one.enable();
    }
  });
  after(async () => {
    for (const one of all) one.disable();
    await proxy.close();
    await models.close();
  });

  for (const [framework, load] of Object.entries(frameworks)) {
    it(`${framework}: each request to a model is one span and one measurement, below the framework's`, async () => {
      const runs = await load(proxy.url);
      recorder.clear();
      const [callsBefore, measuredBefore] = [proxy.calls, await measured(recorder)];
      for (const [name, run] of Object.entries(runs)) if (isPlain(name)) await run();
      const calls = recorder.spans.filter(({ attributes }) =>
        /^(?:chat|embeddings)$/u.test(String(attributes["gen_ai.operation.name"])),
      );
      const made = proxy.calls - callsBefore;
      assert.ok(made > 5, `${made} requests`);
      assert.equal(calls.length, made);
      assert.equal((await measured(recorder)) - measuredBefore, made);
      const ids = new Set(recorder.spans.map((span) => span.spanContext().spanId));
      const nested = calls.filter(({ parentSpanContext }) => ids.has(parentSpanContext?.spanId ?? ""));
      assert.ok(nested.length > 2, `${nested.length} of ${made} are below something`);
    });
  }
});
