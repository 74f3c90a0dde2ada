import { type Context, SpanKind } from "@opentelemetry/api";
import type { ContentAttributes, OperationStart } from "./operation.ts";
import { getAgent } from "./run-context.ts";

/** What a framework tells of a tool that it is about to run. */
export interface ToolRun {
  readonly name: string;
  readonly type?: string;
  readonly callId?: string | undefined;
  readonly description?: string | undefined;
  /** The agent that runs it, where that is not the one around it. */
  readonly agentName?: string | undefined;
  /** Called only if content is captured. */
  readonly input?: () => unknown;
}

/** The start of a tool's run, which counts among those of the agent around it. */
export function toolStart(tool: ToolRun, parent: Context): OperationStart {
  const { name, type = "function", callId, description, input } = tool;
  const agent = getAgent(parent);
  if (agent !== undefined) agent.toolCalls++;
  const measured = { "gen_ai.tool.name": name, "gen_ai.tool.type": type };
  return {
    name: `execute_tool ${name}`,
    kind: SpanKind.INTERNAL,
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      ...measured,
      "gen_ai.tool.call.id": callId,
      "gen_ai.tool.description": description,
      "gen_ai.agent.name": tool.agentName ?? agent?.name,
    },
    parent,
    content: (): ContentAttributes => ({ "gen_ai.tool.call.arguments": input?.() }),
    duration: { metric: "gen_ai.execute_tool.duration", attributes: () => measured },
  };
}
