import { createRequire } from "node:module";
import { context, type Span, trace } from "@opentelemetry/api";
import type * as Ai from "ai-v6";
import type * as AiOpenAi from "@ai-sdk/openai-v3";
import type { AiRuns } from "./ai-runs.ts";

/** Versions of `ai`, under the names of their npm aliases, with the provider package of each. */
export const legacyAiVersions = { "ai-v5": "@ai-sdk/openai-v2", "ai-v6": "@ai-sdk/openai-v3" } as const;
export type LegacyAiVersion = keyof typeof legacyAiVersions;

const require = createRequire(import.meta.url);

async function load<Module>(name: string, how: "import" | "require"): Promise<Module> {
  return (how === "import" ? await import(name) : require(name)) as Module;
}

async function thrown(run: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return { name: (error as Error).name, message: (error as Error).message };
  }
}

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Ordinary things an application does with versions 5 and 6, which load here: after an instrumentation, or they are not reached. */
export async function legacyAiRuns(
  version: LegacyAiVersion,
  url: string,
  how: "import" | "require" = "import",
): Promise<AiRuns> {
  // typed as the newer: what is used here is in both
  const ai = await load<typeof Ai>(version, how);
  const { createOpenAI } = await load<typeof AiOpenAi>(legacyAiVersions[version], how);
  const Agent =
    ai.ToolLoopAgent ?? (ai as unknown as { Experimental_Agent: typeof ai.ToolLoopAgent }).Experimental_Agent;
  const seen: (Span | undefined)[] = [];
  const provider = createOpenAI({ baseURL: url, apiKey: "unused" });
  const model = provider.chat("gpt-4o");
  const city = ai.jsonSchema<{ city: string }>({
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
  });
  const weather = ai.tool({
    description: "Weather in a city",
    inputSchema: city,
    execute: async (input) => {
      await Promise.resolve();
      seen.push(trace.getSpan(context.active()));
      return `18 degrees in ${input.city}`;
    },
  });
  const broken = ai.tool({
    description: "Weather in a city",
    inputSchema: city,
    execute: (): string => {
      throw new Error("the tool broke");
    },
  });
  const ask = { model, prompt: "What is the weather in Paris?", stopWhen: ai.stepCountIs(3) };
  const failing = provider.chat("gpt-4o#status=500");
  const tools = { get_weather: weather };
  const quiet = { onError: () => {} };
  const long = {
    ...quiet,
    model: provider.chat("gpt-4o#chunk-delay-ms=20"),
    prompt: "say: one two three four five six",
  };
  return {
    seen,
    runs: {
      text: async () => (await ai.generateText({ model, prompt: "say: hello", temperature: 0 })).text,
      "text with a tool": async () =>
        (await ai.generateText({ ...ask, tools, experimental_telemetry: { functionId: "forecast" } })).text,
      "text with a tool that fails": async () =>
        (await ai.generateText({ ...ask, tools: { get_weather: broken } })).finishReason,
      stream: () => collect(ai.streamText({ model, prompt: "say: hello" }).textStream),
      "stream with a tool": () => collect(ai.streamText({ ...ask, tools }).textStream),
      "stream that is aborted": async () => {
        const controller = new AbortController();
        const { textStream } = ai.streamText({ ...long, tools, abortSignal: controller.signal });
        for await (const text of textStream) if (text !== "") controller.abort();
      },
      "stream that is left": async () => {
        for await (const text of ai.streamText({ ...long, tools }).textStream) if (text !== "") break;
      },
      agent: async () =>
        (await new Agent({ model, tools, stopWhen: ai.stepCountIs(3) }).generate({ prompt: ask.prompt })).text,
      object: async () => (await ai.generateObject({ model, prompt: "Where?", schema: city })).object,
      "streamed object": () =>
        collect(ai.streamObject({ model, prompt: "Where?", schema: city, ...quiet }).partialObjectStream),
      embedding: async () =>
        (await ai.embed({ model: provider.embedding("text-embedding-3-small"), value: "x" })).embedding.length,
      "embedding of many": async () =>
        (await ai.embedMany({ model: provider.embedding("text-embedding-3-small"), values: ["x", "y"] })).embeddings
          .length,
      "text that fails": () => thrown(() => ai.generateText({ model: failing, prompt: "x", maxRetries: 0 })),
      "stream that fails": () =>
        thrown(() => ai.streamText({ model: failing, prompt: "x", maxRetries: 0, ...quiet }).text),
      "embedding that fails": () =>
        thrown(() =>
          ai.embed({ model: provider.embedding("text-embedding-3-small#status=500"), value: "x", maxRetries: 0 }),
        ),
      "opted out": async () =>
        (await ai.generateText({ model, prompt: "say: hello", experimental_telemetry: { isEnabled: false } })).text,
    },
  };
}
