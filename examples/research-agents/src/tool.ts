import type { Agent } from "./agent.ts";
import type { Message, Run, ToolCall, ToolDefinition } from "./chat.ts";
import { fail, inSpan } from "./spans.ts";

export interface Tool {
  readonly definition: ToolDefinition;
  /** Gives the result as the model shall read it. What it throws, the model reads as an error. */
  execute(input: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** A tool with one text parameter, as all of this example are. */
export function defineTool(
  name: string,
  description: string,
  parameter: string,
  execute: (value: string) => Promise<unknown>,
): Tool {
  return {
    definition: {
      type: "function",
      function: {
        name,
        description,
        parameters: { type: "object", properties: { [parameter]: { type: "string" } }, required: [parameter] },
      },
    },
    execute: (input) => execute(String(input[parameter])),
  };
}

/** Runs one tool call in an `execute_tool` span and gives the message that answers it. A failure is told to the model, not thrown. */
export function executeTool(run: Run, agent: Agent, call: ToolCall): Promise<Message> {
  const { name, arguments: json } = call.function;
  const tool = agent.tools.find(({ definition }) => definition.function.name === name);
  const attributes = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": name,
    "gen_ai.tool.type": "function",
    "gen_ai.tool.call.id": call.id,
    "gen_ai.tool.call.arguments": json,
    "gen_ai.tool.description": tool?.definition.function.description ?? "",
    "gen_ai.agent.name": agent.name,
    "gen_ai.conversation.id": run.conversationId,
  };
  return inSpan(run.tracer, `execute_tool ${name}`, { attributes }, async (span) => {
    let result: unknown;
    try {
      if (tool === undefined) throw new Error(`there is no tool ${name}`);
      const input: Record<string, unknown> = JSON.parse(json);
      result = await tool.execute(input);
    } catch (error) {
      fail(span, error);
      result = { error: error instanceof Error ? error.message : String(error) };
    }
    const content = JSON.stringify(result);
    span.setAttribute("gen_ai.tool.call.result", content);
    return { role: "tool", tool_call_id: call.id, content };
  });
}
