import { agent, task, tool, workflow } from "@genscope/sdk";
import type { ChatOpenAI } from "@langchain/openai";
import { createAgent, tool as langChainTool } from "langchain";
import { z } from "zod";

/** What the desk can look up. */
const pages: Readonly<Record<string, string>> = {
  "https://example.org/heat-pumps":
    "A heat pump moves heat from outside air into a house. It works in winter because cold air holds heat, too.",
  "https://example.org/defrost": "In damp cold the outdoor unit frosts over. It runs backwards for minutes to defrost.",
  "https://example.org/cost": "At five degrees one kilowatt hour of electricity gives about three of heat.",
};

/** A desk of two agents: one looks things up with tools, one writes. The decorators give each step its span. */
export class ResearchDesk {
  readonly #model: ChatOpenAI;

  constructor(model: ChatOpenAI) {
    this.#model = model;
  }

  @workflow("research")
  async research(topic: string): Promise<string> {
    const notes = await this.investigate(topic);
    return this.write(topic, notes);
  }

  /** A LangChain agent: its graph, its calls to the model and its tools have their spans from LangChain. */
  @agent("investigator")
  async investigate(topic: string): Promise<string> {
    const search = langChainTool(({ query }: { query: string }) => this.search(query), {
      name: "search",
      description: "Finds pages about something",
      schema: z.object({ query: z.string() }),
    });
    const lookup = createAgent({ model: this.#model, tools: [search], name: "lookup", systemPrompt: "Look it up." });
    const { messages } = await lookup.invoke({ messages: [{ role: "user", content: topic }] });
    return messages.map(({ text }) => text).join("\n");
  }

  /** Called from inside the agent's tool, so its span lies below the tool's. */
  @tool("find_pages")
  async search(query: string): Promise<string> {
    const words = this.words(query);
    const found = Object.entries(pages).filter(([, text]) => words.some((word) => text.toLowerCase().includes(word)));
    return found.map(([url, text]) => `- ${url}: ${text}`).join("\n");
  }

  @task("split_query")
  words(query: string): readonly string[] {
    return query
      .toLowerCase()
      .split(/\W+/u)
      .filter((word) => word.length > 3);
  }

  @agent("writer")
  async write(topic: string, notes: string): Promise<string> {
    const answer = await this.#model.invoke([
      ["system", `Answer from these notes:\n${notes}`],
      ["user", topic],
    ]);
    return answer.text;
  }
}
