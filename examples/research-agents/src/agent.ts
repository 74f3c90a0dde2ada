import type { Link, Span } from "@opentelemetry/api";
import { chat, type Message, type Run, type Usage } from "./chat.ts";
import { inSpan } from "./spans.ts";
import { executeTool, type Tool } from "./tool.ts";

export interface Agent {
  readonly name: string;
  readonly description: string;
  readonly model: string;
  readonly instructions: string;
  readonly tools: readonly Tool[];
}

/** Runs what an agent does in its `invoke_agent` span, which tells what came in, what went out and what it cost. */
export function inAgentSpan(
  run: Run,
  agent: Agent,
  task: string,
  work: (usage: Usage, span: Span) => Promise<string>,
  links: Link[] = [],
): Promise<string> {
  const attributes = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": agent.name,
    "gen_ai.agent.description": agent.description,
    "gen_ai.request.model": agent.model,
    "gen_ai.conversation.id": run.conversationId,
    "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: task }] }]),
  };
  return inSpan(run.tracer, `invoke_agent ${agent.name}`, { attributes, links }, async (span) => {
    const usage: Usage = { inputTokens: 0, outputTokens: 0 };
    try {
      const text = await work(usage, span);
      span.setAttribute(
        "gen_ai.output.messages",
        JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: text }] }]),
      );
      return text;
    } finally {
      span.setAttributes({
        "gen_ai.usage.input_tokens": usage.inputTokens,
        "gen_ai.usage.output_tokens": usage.outputTokens,
      });
    }
  });
}

const maxRounds = 8;

/** The loop of an agent: ask the model, run the tools it calls (at once if there are several), until it answers. */
export function invokeAgent(run: Run, agent: Agent, task: string, links: Link[] = []): Promise<string> {
  return inAgentSpan(run, agent, task, (usage) => converse(run, agent, task, usage), links);
}

async function converse(run: Run, agent: Agent, task: string, usage: Usage): Promise<string> {
  const messages: Message[] = [
    { role: "system", content: agent.instructions },
    { role: "user", content: task },
  ];
  const tools = agent.tools.map(({ definition }) => definition);
  for (let round = 0; round < maxRounds; round++) {
    const said = await chat(run, { model: agent.model, messages, tools }, usage);
    if (said.toolCalls.length === 0) return said.text;
    messages.push(said.message, ...(await Promise.all(said.toolCalls.map((call) => executeTool(run, agent, call)))));
  }
  throw new Error(`${agent.name} found no answer in ${maxRounds} rounds`);
}
