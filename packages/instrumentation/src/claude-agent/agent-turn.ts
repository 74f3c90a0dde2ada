import { type Context, SpanKind } from "@opentelemetry/api";
import { contentParts } from "../anthropic/content.ts";
import { errorMessage } from "../core/error-type.ts";
import { Operation } from "../core/operation.ts";
import { arrayOf, integerOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import { setAgent, setTool } from "../core/run-context.ts";
import { toolStart } from "../core/tool-start.ts";
import type { Telemetry } from "../core/telemetry.ts";
import {
  type ClaudeServer,
  outputTokensOf,
  type ToolResult,
  toolResultsOf,
  type ToolUse,
  toolUsesOf,
} from "./claude-data.ts";
import { ModelLoop } from "./model-loop.ts";

/** What is known of an agent before it begins. */
export interface AgentStart {
  readonly name: string | undefined;
  readonly model: string | undefined;
  readonly server: ClaudeServer;
  /** The question, where it is one text. */
  readonly prompt: string | undefined;
  /** What the CLI has told of earlier turns. */
  readonly before: Totals;
}

/** What the CLI counts over all turns of a conversation. */
export interface Totals {
  /** Of all models. */
  readonly outputTokens: number;
  readonly costUsd: number;
}

interface RunningTool {
  readonly operation: Operation;
  readonly context: Context;
  readonly input: JsonObject;
  /** The agent that the tool is, once it says something. */
  agent?: { readonly operation: Operation; readonly context: Context; readonly loop: ModelLoop };
}

/** One question to the agent, from there to its result: the calls to models and tools that its messages tell of. */
export class AgentTurn {
  readonly context: Context;
  readonly #telemetry: Telemetry;
  readonly #start: AgentStart;
  readonly #operation: Operation;
  readonly #loop: ModelLoop;
  readonly #tools = new Map<string, RunningTool>();
  #attributes: Readonly<Record<string, unknown>> = {};

  constructor(telemetry: Telemetry, parent: Context, start: AgentStart) {
    const { name, model, server, prompt } = start;
    this.#telemetry = telemetry;
    this.#start = start;
    this.#operation = startAgent(telemetry, parent, name, model, prompt);
    this.context = agentContext(this.#operation, name);
    this.#loop = new ModelLoop(telemetry, this.context, server, model);
    if (prompt !== undefined) this.#loop.hear("user", prompt);
  }

  get ended(): boolean {
    return this.#operation.ended;
  }

  /** Where a tool's work belongs. */
  contextOf(toolUseId: unknown): Context {
    return this.#tools.get(String(toolUseId))?.context ?? this.context;
  }

  /** A message of the agent's. The last one has the totals. */
  push(message: JsonObject): Totals | undefined {
    const session = stringOf(message["session_id"]);
    if (session !== undefined) this.#attributes = { "gen_ai.conversation.id": session };
    const body = objectOf(message["message"]);
    switch (message["type"]) {
      case "system":
        if (message["subtype"] === "init") this.#loop.ready(stringOf(message["model"]));
        return undefined;
      case "stream_event":
        this.#loopOf(message).stream(objectOf(message["event"]));
        return undefined;
      case "assistant":
        this.#loopOf(message).say(body, message["error"]);
        for (const use of toolUsesOf(body["content"])) this.#startTool(use, this.#contextOf(message));
        return undefined;
      case "user":
        this.#loopOf(message).hear("user", body["content"]);
        for (const result of toolResultsOf(body["content"])) this.#endTool(result);
        return undefined;
      case "result":
        return this.#finish(message);
      default:
        return undefined;
    }
  }

  /** Nobody reads on. */
  leave(): void {
    this.#close(undefined);
    this.#operation.end(this.#attributes);
  }

  /** `type`: for `error.type`. */
  fail(error: unknown, type: string): void {
    this.#loop.fail({ name: type, message: errorMessage(error) });
    this.#close(undefined);
    this.#operation.fail(error, { type, attributes: this.#attributes });
  }

  #finish(result: JsonObject): Totals {
    const { before } = this.#start;
    const outputTokens = outputTokensOf(result["modelUsage"]);
    const own = integerOf(objectOf(result["usage"])["output_tokens"]);
    this.#close({ own, all: outputTokens - before.outputTokens });
    const cost = numberOf(result["total_cost_usd"]);
    const attributes = {
      ...this.#attributes,
      ...(cost === undefined ? {} : { "genscope.agent.reported_cost_usd": cost - before.costUsd }),
    };
    const subtype = stringOf(result["subtype"]) ?? "success";
    if (subtype === "success" && result["is_error"] !== true) {
      this.#operation.end(attributes, () => ({
        "gen_ai.output.messages": [{ role: "assistant", parts: contentParts(result["result"]) }],
      }));
    } else {
      const status = integerOf(result["api_error_status"]);
      const said = stringOf(result["result"]) ?? arrayOf(result["errors"]).map(String).join("\n");
      const type = status === undefined ? (subtype === "success" ? "_OTHER" : subtype) : String(status);
      this.#operation.fail({ message: said }, { type, attributes });
    }
    return { outputTokens, costUsd: cost ?? before.costUsd };
  }

  /** Ends what is open. The agent's own loop knows its tokens from the result; of those of agents below, all together are known. */
  #close(tokens: { readonly own: number | undefined; readonly all: number } | undefined): void {
    let rest = tokens === undefined ? undefined : tokens.all - this.#loop.end(tokens.own);
    if (tokens === undefined) this.#loop.end(undefined);
    for (const tool of this.#tools.values()) {
      const counted = tool.agent?.loop.end(rest);
      if (rest !== undefined && counted !== undefined) rest -= counted;
      tool.agent?.operation.end();
      tool.operation.end();
    }
    this.#tools.clear();
  }

  #startTool({ id, name, input }: ToolUse, parent: Context): void {
    if (this.#tools.has(id)) return;
    const run = { name, callId: id, input: () => (isObject(input) ? input : { input }) };
    const operation = new Operation(this.#telemetry, toolStart(run, parent));
    const context = setTool(operation.context, { span: operation.span, name });
    this.#tools.set(id, { operation, context, input: objectOf(input) });
  }

  #endTool({ id, isError, content }: ToolResult): void {
    const tool = this.#tools.get(id);
    if (tool === undefined) return;
    const result = (): JsonObject => ({ "gen_ai.tool.call.result": isObject(content) ? content : { output: content } });
    if (tool.agent === undefined) this.#tools.delete(id);
    // how many tokens its calls gave is told at the end
    else {
      tool.agent.loop.close();
      tool.agent.operation.end();
    }
    if (isError) tool.operation.endAsFailure("tool_error", "", result);
    else tool.operation.end({}, result);
  }

  #loopOf(message: JsonObject): ModelLoop {
    const tool = this.#tools.get(stringOf(message["parent_tool_use_id"]) ?? "");
    if (tool === undefined) return this.#loop;
    tool.agent ??= this.#startAgent(tool);
    return tool.agent.loop;
  }

  #contextOf(message: JsonObject): Context {
    return this.#tools.get(stringOf(message["parent_tool_use_id"]) ?? "")?.agent?.context ?? this.context;
  }

  #startAgent({ context: parent, input }: RunningTool): NonNullable<RunningTool["agent"]> {
    const name = stringOf(input["subagent_type"]);
    const operation = startAgent(this.#telemetry, parent, name, undefined, stringOf(input["prompt"]));
    const context = agentContext(operation, name);
    return { operation, context, loop: new ModelLoop(this.#telemetry, context, this.#start.server, undefined) };
  }
}

function agentContext({ context }: Operation, name: string | undefined): Context {
  return setAgent(context, { name, inferenceCalls: 0, toolCalls: 0 });
}

function startAgent(
  telemetry: Telemetry,
  parent: Context,
  name: string | undefined,
  model: string | undefined,
  prompt: string | undefined,
): Operation {
  const subject = name === undefined ? {} : { "gen_ai.agent.name": name };
  return new Operation(telemetry, {
    name: name === undefined ? "invoke_agent" : `invoke_agent ${name}`,
    kind: SpanKind.INTERNAL,
    attributes: { "gen_ai.operation.name": "invoke_agent", ...subject, "gen_ai.request.model": model },
    parent,
    content: () =>
      prompt === undefined ? {} : { "gen_ai.input.messages": [{ role: "user", parts: contentParts(prompt) }] },
    duration: { metric: "gen_ai.invoke_agent.duration", attributes: () => subject },
  });
}
