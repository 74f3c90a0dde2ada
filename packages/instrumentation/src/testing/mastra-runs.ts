import { setTimeout } from "node:timers/promises";
import { createOpenAI } from "@ai-sdk/openai-v3";
import { Agent } from "@mastra/core/agent";
import * as core from "@mastra/core/mastra";
import { SpanType } from "@mastra/core/observability";
import { createTool } from "@mastra/core/tools";
import { createStep, createWorkflow } from "@mastra/core/workflows";
import * as observability from "@mastra/observability";
import { context, type Span, trace } from "@opentelemetry/api";
import OpenAI from "openai";
import { z } from "zod";

/** The modules that the instrumentation waits for. */
export const mastraModules: readonly unknown[] = [core, observability];

export interface MastraRuns {
  /** Each gives what an application gets of it. */
  readonly runs: Readonly<Record<string, () => Promise<unknown>>>;
  /** Spans that were active inside the weather tool. */
  readonly seen: (Span | undefined)[];
  /** Ids of the spans that the application's own exporter was told of. */
  readonly exported: string[];
}

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return [(error as Error).constructor.name, (error as Error).message];
  }
}

async function texts(stream: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const text of stream) all.push(text);
  return all;
}

/** Ordinary things an application does with Mastra, against a server of OpenAI's format. `observed`: whether it has an observability of its own. */
export function mastraRuns(url: string, observed: boolean): MastraRuns {
  const seen: (Span | undefined)[] = [];
  const exported: string[] = [];
  const openai = createOpenAI({ baseURL: url, apiKey: "unused" });
  const client = new OpenAI({ baseURL: url, apiKey: "unused", maxRetries: 0 });
  const inputSchema = z.object({ city: z.string() });
  const about = { id: "get_weather", description: "Weather in a city", inputSchema };
  const weather = createTool({
    ...about,
    execute: async ({ city }) => {
      await Promise.resolve();
      seen.push(trace.getSpan(context.active()));
      return `18 degrees in ${city}`;
    },
  });
  const broken = createTool({
    ...about,
    execute: async (): Promise<string> => {
      throw new Error("the tool broke");
    },
  });
  const asking = createTool({
    ...about,
    execute: async ({ city }) => {
      const { choices } = await client.chat.completions.create({
        model: "gpt-4o",
        messages: [{ role: "user", content: `say: 18 degrees in ${city}` }],
      });
      return choices[0]?.message.content ?? "";
    },
  });
  const searching = createTool({
    ...about,
    execute: async ({ city }, { tracingContext }) => {
      const span = tracingContext?.currentSpan;
      const embedding = span?.createChildSpan({
        type: SpanType.RAG_EMBEDDING,
        name: "rag embedding",
        attributes: { model: "text-embedding-3-small", provider: "openai", mode: "query" },
      });
      await setTimeout(10);
      embedding?.end({ attributes: { dimensions: 1536, usage: { inputTokens: 4 } } });
      const search = span?.createChildSpan({
        type: SpanType.RAG_VECTOR_OPERATION,
        name: "rag vector query",
        attributes: { operation: "query", store: "pgvector", indexName: "forecasts", topK: 2 },
        input: { query: `weather in ${city}` },
      });
      search?.end({ output: [{ id: "d1", score: 0.9, document: `18 degrees in ${city}` }] });
      await setTimeout(10);
      const recall = span?.createChildSpan({
        type: SpanType.MEMORY_OPERATION,
        name: "memory: recall",
        attributes: { operationType: "recall" },
      });
      recall?.end({ attributes: { messageCount: 3 } });
      return `18 degrees in ${city}`;
    },
  });
  const agent = (name: string, more: { model?: string; tools?: Record<string, unknown> } = {}): Agent =>
    new Agent({
      id: name,
      name,
      instructions: "Be kind.",
      model: openai.chat(more.model ?? "gpt-4o"),
      maxRetries: 0,
      ...(more.tools === undefined ? {} : { tools: more.tools as never }),
    });
  const greet = createStep({
    id: "greet",
    inputSchema: z.object({ word: z.string() }),
    outputSchema: z.object({ text: z.string() }),
    execute: async ({ inputData, mastra, tracingContext }) => {
      const { text } = await mastra
        .getAgent("plain")
        .generate(`say: ${inputData.word}`, tracingContext === undefined ? {} : { tracingContext });
      return { text };
    },
  });
  const fail = createStep({
    id: "fail",
    inputSchema: z.object({ text: z.string() }),
    outputSchema: z.object({ text: z.string() }),
    execute: async (): Promise<{ text: string }> => {
      throw new Error("the step broke");
    },
  });
  const shape = { inputSchema: z.object({ word: z.string() }), outputSchema: z.object({ text: z.string() }) };
  const exporter = {
    name: "own",
    exportTracingEvent: async ({ type, exportedSpan }: { type: string; exportedSpan: { id: string } }) => {
      if (type === "span_ended") exported.push(exportedSpan.id);
    },
    flush: async () => {},
    shutdown: async () => {},
  };
  const mastra = new core.Mastra({
    logger: false,
    agents: {
      plain: agent("plain"),
      forecaster: agent("forecaster", { tools: { get_weather: weather } }),
      unlucky: agent("unlucky", { tools: { get_weather: broken } }),
      asker: agent("asker", { tools: { get_weather: asking } }),
      searcher: agent("searcher", { tools: { get_weather: searching } }),
      failing: agent("failing", { model: "gpt-4o#status=500" }),
    },
    workflows: {
      greeting: createWorkflow({ id: "greeting", ...shape })
        .then(greet)
        .commit(),
      breaking: createWorkflow({ id: "breaking", ...shape })
        .then(greet)
        .then(fail)
        .commit(),
    },
    ...(observed
      ? {
          observability: new observability.Observability({
            configs: { default: { serviceName: "app", exporters: [exporter] } },
          }),
        }
      : {}),
  });
  const question = "What is the weather in Paris?";
  const ask = async (name: string): Promise<string> => (await mastra.getAgent(name as "plain").generate(question)).text;
  const work = async (name: "greeting" | "breaking"): Promise<unknown> => {
    const run = await mastra.getWorkflow(name).createRun();
    const result = await run.start({ inputData: { word: "hello" } });
    return [result.status, result.status === "success" ? result.result : undefined];
  };
  return {
    seen,
    exported,
    runs: {
      agent: () => ask("forecaster"),
      "streamed agent": async () => texts((await mastra.getAgent("plain").stream("say: hello")).textStream),
      "an agent with a tool that fails": () => ask("unlucky"),
      "an agent whose tool asks a model": () => ask("asker"),
      "an agent whose tool searches": () => ask("searcher"),
      "a model that fails": () => thrown(() => ask("failing")),
      workflow: () => work("greeting"),
      "a workflow that fails": () => work("breaking"),
      "a stream that is left": async () => {
        for await (const text of (await mastra.getAgent("plain").stream("say: hello dear world")).textStream)
          return text;
        return undefined;
      },
    },
  };
}
