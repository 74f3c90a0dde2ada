import * as callbacks from "@langchain/core/callbacks/manager";
import * as documents from "@langchain/core/documents";
import * as chatModels from "@langchain/core/language_models/chat_models";
import * as llms from "@langchain/core/language_models/llms";
import * as outputParsers from "@langchain/core/output_parsers";
import * as prompts from "@langchain/core/prompts";
import * as retrievers from "@langchain/core/retrievers";
import * as singletons from "@langchain/core/singletons";
import * as tools from "@langchain/core/tools";
import * as langgraph from "@langchain/langgraph";
import * as prebuilt from "@langchain/langgraph/prebuilt";
import * as supervisor from "@langchain/langgraph-supervisor";
import * as swarm from "@langchain/langgraph-swarm";
import * as openai from "@langchain/openai";
import { context, type Span, trace } from "@opentelemetry/api";
import { createAgent } from "langchain";

/** The packages that are used together, all of one version of LangChain. */
const current = {
  callbacks,
  documents,
  chatModels,
  llms,
  outputParsers,
  prompts,
  retrievers,
  singletons,
  tools,
  langgraph,
  prebuilt,
  supervisor,
  openai,
};

export type LangChainModules = typeof current;

export const langChainVersions = ["1", "0.3"] as const;
export type LangChainVersion = (typeof langChainVersions)[number];

export async function loadLangChain(version: LangChainVersion): Promise<LangChainModules> {
  if (version === "1") return current;
  return import("@genscope/test-previous-majors/langchain") as Promise<unknown> as Promise<LangChainModules>;
}

/** The modules that the instrumentation waits for. */
export function instrumentedModules(modules: LangChainModules): readonly unknown[] {
  return [modules.callbacks, modules.singletons, modules.chatModels, modules.llms];
}

export interface LangChainRuns {
  /** Each gives what an application gets of it. */
  readonly runs: Readonly<Record<string, () => Promise<unknown>>>;
  /** Spans that were active inside the weather tool. */
  readonly seen: (Span | undefined)[];
}

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function texts(result: { messages: readonly { content: unknown }[] }): unknown {
  return result.messages.map(({ content }) => content);
}

/** Ordinary things an application does with LangChain and LangGraph, against a server of OpenAI's format. */
export function langChainRuns(modules: LangChainModules, url: string): LangChainRuns {
  const { ChatOpenAI } = modules.openai;
  const { Document } = modules.documents;
  const { END, MemorySaver, MessagesAnnotation, START, StateGraph, Command, interrupt } = modules.langgraph;
  const { tool } = modules.tools;
  const { createReactAgent } = modules.prebuilt;
  const seen: (Span | undefined)[] = [];
  const options = { apiKey: "unused", maxRetries: 0, configuration: { baseURL: url } };
  const model = new ChatOpenAI({ ...options, model: "gpt-4o", temperature: 0 });
  // no zod: each version of LangChain wants another
  const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] } as const;
  const weather = tool(
    async (input) => {
      await Promise.resolve();
      seen.push(trace.getSpan(context.active()));
      return `18 degrees in ${(input as { city: string }).city}`;
    },
    { name: "get_weather", description: "Weather in a city", schema },
  );
  const broken = tool(
    () => {
      throw new Error("the tool broke");
    },
    { name: "broken", description: "Breaks", schema: { type: "object", properties: {} } as const },
  );
  class Shelf extends modules.retrievers.BaseRetriever {
    override lc_namespace = ["test"];
    static override lc_name(): string {
      return "Shelf";
    }
    override async _getRelevantDocuments(): Promise<documents.Document[]> {
      return [
        new Document({ id: "d1", pageContent: "Routers have a button.", metadata: { score: 0.9 } }),
        new Document({ pageContent: "Hold it for ten seconds." }),
      ];
    }
  }
  const question = { messages: [{ role: "user" as const, content: "What is the weather in Paris?" }] };
  const prompt = modules.prompts.ChatPromptTemplate.fromMessages([["user", "say: {word}"]]);
  const chain = prompt.pipe(model).pipe(new modules.outputParsers.StringOutputParser());
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("ask", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("wait", () => ({ messages: [{ role: "user", content: String(interrupt("continue?")) }] }))
    .addEdge(START, "ask")
    .addEdge("ask", "wait")
    .addEdge("wait", END)
    .compile({ checkpointer: new MemorySaver(), name: "asker" });
  const routing = new StateGraph(MessagesAnnotation)
    .addNode("first", () => new Command({ goto: "second" }), { ends: ["second"] })
    .addNode("second", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addEdge(START, "first")
    .compile({ name: "router" });
  const forecaster = createReactAgent({ llm: model, tools: [weather], name: "forecaster" });
  const team = modules.supervisor
    .createSupervisor({ agents: [forecaster as never], llm: model, supervisorName: "boss" })
    .compile({ name: "team" });
  return {
    seen,
    runs: {
      model: async () => (await model.invoke("say: hello")).content,
      "streamed model": async () =>
        (await collect(await model.stream("say: hello"))).map((chunk) => (chunk as { content: unknown }).content),
      chain: () => chain.invoke({ word: "hello" }),
      "streamed chain": async () => collect(await chain.stream({ word: "hello" })),
      batch: () => chain.batch([{ word: "one" }, { word: "two" }]),
      retriever: async () => (await new Shelf().invoke("button?")).map(({ pageContent }) => pageContent),
      tool: () => weather.invoke({ city: "Rome" }) as Promise<unknown>,
      "a tool that fails": async () => {
        try {
          return await broken.invoke({});
        } catch (error) {
          return (error as Error).message;
        }
      },
      "a model that fails": async () => {
        try {
          return await new ChatOpenAI({ ...options, model: "gpt-4o#status=500" }).invoke("Hello");
        } catch (error) {
          return [(error as Error).constructor.name, (error as { status: unknown }).status];
        }
      },
      "graph that waits": async () => {
        const state = await graph.invoke(
          { messages: [{ role: "user", content: "say: hello" }] },
          { configurable: { thread_id: "thread-1" } },
        );
        return texts(state);
      },
      "graph that routes": async () => texts(await routing.invoke(question)),
      "agents that hand over": async () => texts(await team.invoke(question)),
      "a stream that is left": async () => {
        for await (const { content } of await model.stream("say: hello dear world")) return content;
        return undefined;
      },
    },
  };
}

/** What only the current version has. */
export function langChainAgentRuns(url: string): LangChainRuns {
  const seen: (Span | undefined)[] = [];
  const model = new openai.ChatOpenAI({
    apiKey: "unused",
    maxRetries: 0,
    configuration: { baseURL: url },
    model: "gpt-4o",
  });
  const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] } as const;
  const weather = tools.tool(
    async (input) => {
      await Promise.resolve();
      seen.push(trace.getSpan(context.active()));
      return `18 degrees in ${(input as { city: string }).city}`;
    },
    { name: "get_weather", description: "Weather in a city", schema },
  );
  const question = { messages: [{ role: "user" as const, content: "What is the weather in Paris?" }] };
  const agent = createAgent({ model, tools: [weather], name: "forecaster", systemPrompt: "Be kind." });
  const forecaster = prebuilt.createReactAgent({ llm: model, tools: [weather], name: "forecaster" });
  const handoff = swarm.createHandoffTool({ agentName: "forecaster" });
  const greeter = prebuilt.createReactAgent({ llm: model, tools: [handoff], name: "greeter" });
  const both = swarm
    .createSwarm({ agents: [greeter, forecaster], defaultActiveAgent: "greeter" })
    .compile({ checkpointer: new langgraph.MemorySaver(), name: "swarm" });
  return {
    seen,
    runs: {
      agent: async () => texts(await agent.invoke(question)),
      swarm: async () => texts(await both.invoke(question, { configurable: { thread_id: "thread-2" } })),
    },
  };
}
