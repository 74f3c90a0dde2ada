import { type Link, trace } from "@opentelemetry/api";
import { type Agent, inAgentSpan, invokeAgent } from "./agent.ts";
import { calculate } from "./calculate.ts";
import { chat, type Run, type Usage } from "./chat.ts";
import { inSpan } from "./spans.ts";
import { defineTool, executeTool } from "./tool.ts";
import type { Web } from "./web.ts";

/** What the coordinator hands to the writer, and the span in which it did. */
interface Handoff {
  brief: string;
  link: Link[];
}

/**
 * A research run: the coordinator splits the task into questions, two researchers work on them at the same time, and the coordinator hands what they
 * found over to the writer. Gives the report.
 */
export async function research(run: Run, web: Web, task: string): Promise<string> {
  const handoff: Handoff = { brief: "", link: [] };
  const findings = await coordinate(run, web, task, handoff);
  const order = `${findings}\nQuestion: Write a short report about ${handoff.brief}`;
  return invokeAgent(run, writer, order, handoff.link);
}

function coordinate(run: Run, web: Web, task: string, handoff: Handoff): Promise<string> {
  const transfer = defineTool("transfer_to_writer", "Hand the findings over to the writer", "brief", (brief) => {
    const here = trace.getActiveSpan()?.spanContext();
    handoff.brief = brief;
    handoff.link = here === undefined ? [] : [{ context: here, attributes: { "app.link.reason": "handoff" } }];
    return Promise.resolve({ agent: "writer", accepted: true });
  });
  const coordinator: Agent = {
    name: "coordinator",
    description: "Splits a task into questions, has them researched, and hands over to the writer.",
    model: "gpt-5-mini",
    instructions: "Split the task into questions. When they are answered, hand over to the writer.",
    tools: [transfer],
  };

  return inAgentSpan(run, coordinator, task, async (usage) => {
    const questions = await plan(run, coordinator, task, usage);
    const answers = await Promise.all(
      questions.map((question) =>
        invokeAgent(run, createResearcher(web), `Background: ${task}\nQuestion: ${question}`),
      ),
    );
    const findings = answers.map((answer) => `- ${answer}`).join("\n");
    const said = await chat(
      run,
      {
        model: coordinator.model,
        messages: [
          { role: "system", content: coordinator.instructions },
          { role: "user", content: `${task}\n${findings}` },
        ],
        tools: [transfer.definition],
      },
      usage,
    );
    await Promise.all(said.toolCalls.map((call) => executeTool(run, coordinator, call)));
    return findings;
  });
}

function plan(run: Run, { name, model, instructions }: Agent, task: string, usage: Usage): Promise<string[]> {
  const attributes = { "gen_ai.operation.name": "plan", "gen_ai.agent.name": name };
  return inSpan(run.tracer, `plan ${name}`, { attributes }, async () => {
    const messages = [
      { role: "system" as const, content: instructions },
      { role: "user" as const, content: task },
    ];
    const questions = { type: "array", items: { type: "string" }, minItems: 2, maxItems: 2 };
    const schema = { name: "plan", schema: { type: "object", properties: { questions }, required: ["questions"] } };
    const said = await chat(run, { model, messages, schema }, usage);
    const planned: { questions: string[] } = JSON.parse(said.text);
    return planned.questions;
  });
}

function createResearcher(web: Web): Agent {
  return {
    name: "researcher",
    description: "Searches the web and reads pages to answer one question.",
    model: "gpt-4o",
    instructions: "Answer the question from pages you have read. Use the calculator for sums.",
    tools: [
      defineTool("web_search", "Search the web", "query", (query) => web.search(query)),
      defineTool("read_page", "Read a page of the web", "url", (url) => web.read(url)),
      defineTool("calculator", "Work out an arithmetic expression", "expression", async (expression) => ({
        expression,
        result: calculate(expression),
      })),
    ],
  };
}

const writer: Agent = {
  name: "writer",
  description: "Turns findings into a short report.",
  model: "gpt-4.1",
  instructions: "Write a short report from the findings. Add nothing.",
  tools: [],
};
