import type * as openai from "@llamaindex/openai";
import type * as workflow from "@llamaindex/workflow";
import { context, type Span, trace } from "@opentelemetry/api";
import type * as llamaindex from "llamaindex";

/** The packages that are used together, all of one version of LlamaIndex. */
export interface LlamaIndexModules {
  readonly llamaindex: typeof llamaindex;
  readonly openai: typeof openai;
  readonly workflow: typeof workflow;
}

export const llamaIndexVersions = ["0.12", "0.11"] as const;
export type LlamaIndexVersion = (typeof llamaIndexVersions)[number];

/** Loads them, if nobody has. */
export async function loadLlamaIndex(version: LlamaIndexVersion): Promise<LlamaIndexModules> {
  if (version === "0.11")
    return import("@genscope/test-previous-majors/llamaindex") as Promise<unknown> as Promise<LlamaIndexModules>;
  return {
    llamaindex: await import("llamaindex"),
    openai: await import("@llamaindex/openai"),
    workflow: await import("@llamaindex/workflow"),
  };
}

export interface LlamaIndexRuns {
  /** Each gives what an application gets of it. */
  readonly runs: Readonly<Record<string, () => Promise<unknown>>>;
  /** Spans that were active inside the weather tool. */
  readonly seen: (Span | undefined)[];
}

async function thrown(run: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return [(error as Error).constructor.name, (error as { status?: unknown }).status];
  }
}

async function texts(stream: AsyncIterable<{ delta: string }>): Promise<string[]> {
  const all: string[] = [];
  for await (const { delta } of stream) all.push(delta);
  return all;
}

/** Ordinary things an application does with LlamaIndex, against a server of OpenAI's format. */
export function llamaIndexRuns(modules: LlamaIndexModules, url: string): LlamaIndexRuns {
  const { agent, multiAgent } = modules.workflow;
  const { ContextChatEngine, Document, Settings, VectorStoreIndex, tool } = modules.llamaindex;
  const seen: (Span | undefined)[] = [];
  const options = { apiKey: "unused", baseURL: url, maxRetries: 0 };
  const llm = new modules.openai.OpenAI({ ...options, model: "gpt-4o", temperature: 0 });
  const embedModel = new modules.openai.OpenAIEmbedding({ ...options, model: "text-embedding-3-small" });
  const within = <Result>(run: () => Promise<Result>): Promise<Result> =>
    Settings.withLLM(llm, () => Settings.withEmbedModel(embedModel, run));
  const ask = { messages: [{ role: "user" as const, content: "say: hello" }] };
  const question = "What is the weather in Paris?";
  // no zod: each version of LlamaIndex wants another
  const parameters = { type: "object", properties: { city: { type: "string" } } } as const;
  const about = {
    name: "get_weather",
    description: "Weather in a city",
    parameters: { ...parameters, required: ["city" as const] },
  };
  const weather = tool(async ({ city }: { city: string }) => {
    await Promise.resolve();
    seen.push(trace.getSpan(context.active()));
    return `18 degrees in ${city}`;
  }, about);
  const broken = tool((): string => {
    throw new Error("the tool broke");
  }, about);
  const index = (): Promise<llamaindex.VectorStoreIndex> =>
    VectorStoreIndex.fromDocuments([
      new Document({ id_: "d1", text: "Routers have a reset button." }),
      new Document({ id_: "d2", text: "Hold the button for ten seconds." }),
    ]);
  const team = (): workflow.AgentWorkflow => {
    // called what the model fills in
    const forecaster = agent({ name: "weather paris", description: "Knows the weather", llm, tools: [weather] });
    const greeter = agent({
      name: "greeter",
      description: "Talks to people",
      llm,
      tools: [],
      canHandoffTo: [forecaster],
    });
    return multiAgent({ agents: [greeter, forecaster], rootAgent: greeter });
  };
  return {
    seen,
    runs: {
      chat: async () => (await llm.chat(ask)).message.content,
      "streamed chat": async () => texts(await llm.chat({ ...ask, stream: true })),
      completion: async () => (await llm.complete({ prompt: "say: hello" })).text,
      "a model that fails": () =>
        thrown(() => new modules.openai.OpenAI({ ...options, model: "gpt-4o#status=500" }).chat(ask)),
      "a stream that is left": async () => {
        for await (const { delta } of await llm.chat({ ...ask, stream: true })) return delta;
        return undefined;
      },
      embedding: async () => (await embedModel.getTextEmbedding("hello")).length,
      embeddings: async () => (await embedModel.getTextEmbeddingsBatch(["hello", "bye"])).length,
      "a tool of a model": async () =>
        (await llm.exec({ messages: [{ role: "user", content: question }], tools: [weather] })).toolCalls.map(
          ({ name, input }) => [name, input],
        ),
      agent: async () => (await agent({ name: "forecaster", llm, tools: [weather] }).run(question)).data.result,
      "streamed agent": async () => {
        const events: string[] = [];
        for await (const event of agent({ name: "forecaster", llm, tools: [weather] }).runStream(question)) {
          events.push(Object.keys(event.data as object).join());
        }
        return events;
      },
      "an agent with a tool that fails": async () =>
        (await agent({ name: "forecaster", llm, tools: [broken] }).run(question)).data.result,
      "agents that hand over": async () => (await team().run(question)).data.result,
      retriever: () =>
        within(async () => {
          const found = await (await index()).asRetriever({ similarityTopK: 1 }).retrieve("reset button?");
          return found.map(({ score }) => (score ?? 0) > 0);
        }),
      "query engine": () =>
        within(async () => (await (await index()).asQueryEngine().query({ query: "reset button?" })).response),
      "streamed query engine": () =>
        within(async () => {
          const answers: string[] = [];
          for await (const { response } of await (
            await index()
          )
            .asQueryEngine()
            .query({ query: "button?", stream: true })) {
            answers.push(response);
          }
          return answers;
        }),
      "chat engine": () =>
        within(async () => {
          const engine = new ContextChatEngine({ retriever: (await index()).asRetriever(), chatModel: llm });
          return (await engine.chat({ message: "reset button?" })).response;
        }),
    },
  };
}
