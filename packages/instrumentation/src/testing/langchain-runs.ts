import * as callbacks from "@langchain/core/callbacks/manager";
import { Document } from "@langchain/core/documents";
import * as chatModels from "@langchain/core/language_models/chat_models";
import * as llms from "@langchain/core/language_models/llms";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { BaseRetriever } from "@langchain/core/retrievers";
import * as singletons from "@langchain/core/singletons";
import { END, MemorySaver, MessagesAnnotation, START, StateGraph, interrupt } from "@langchain/langgraph";
import { ChatOpenAI } from "@langchain/openai";
import { context, type Span, trace } from "@opentelemetry/api";
import { createAgent, tool } from "langchain";
import { z } from "zod";

/** The modules that the instrumentation waits for. */
export const langChainModules: readonly unknown[] = [callbacks, singletons, chatModels, llms];

class Shelf extends BaseRetriever {
  override lc_namespace = ["test"];
  static override lc_name(): string {
    return "Shelf";
  }
  override async _getRelevantDocuments(): Promise<Document[]> {
    return [
      new Document({ id: "d1", pageContent: "Routers have a button.", metadata: { score: 0.9 } }),
      new Document({ pageContent: "Hold it for ten seconds." }),
    ];
  }
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
export function langChainRuns(url: string): LangChainRuns {
  const seen: (Span | undefined)[] = [];
  const options = { apiKey: "unused", maxRetries: 0, configuration: { baseURL: url } };
  const model = new ChatOpenAI({ ...options, model: "gpt-4o", temperature: 0 });
  const weather = tool(
    async ({ city }: { city: string }) => {
      await Promise.resolve();
      seen.push(trace.getSpan(context.active()));
      return `18 degrees in ${city}`;
    },
    { name: "get_weather", description: "Weather in a city", schema: z.object({ city: z.string() }) },
  );
  const broken = tool(
    () => {
      throw new Error("the tool broke");
    },
    { name: "broken", description: "Breaks", schema: z.object({}) },
  );
  const agent = createAgent({ model, tools: [weather], name: "forecaster", systemPrompt: "Be kind." });
  const question = { messages: [{ role: "user" as const, content: "What is the weather in Paris?" }] };
  const prompt = ChatPromptTemplate.fromMessages([["user", "say: {word}"]]);
  const chain = prompt.pipe(model).pipe(new StringOutputParser());
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("ask", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("wait", () => ({ messages: [{ role: "user", content: String(interrupt("continue?")) }] }))
    .addEdge(START, "ask")
    .addEdge("ask", "wait")
    .addEdge("wait", END)
    .compile({ checkpointer: new MemorySaver(), name: "asker" });
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
      agent: async () => texts(await agent.invoke(question)),
      "graph that waits": async () => {
        const state = await graph.invoke(
          { messages: [{ role: "user", content: "say: hello" }] },
          { configurable: { thread_id: "thread-1" } },
        );
        return texts(state);
      },
    },
  };
}
