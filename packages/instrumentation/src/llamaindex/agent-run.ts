import { type Context, context as contextApi, createContextKey, SpanKind } from "@opentelemetry/api";
import { type ContentAttributes, Operation } from "../core/operation.ts";
import { setAgent } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { questionOf } from "./li-messages.ts";

interface Turn {
  readonly name: string;
  readonly operation: Operation;
  readonly context: Context;
}

const runKey = createContextKey("genscope.llamaindex-run");

/** The run that a context is in. */
export function getAgentRun(context: Context): AgentRun | undefined {
  const run = context.getValue(runKey);
  return run instanceof AgentRun ? run : undefined;
}

function startOf(telemetry: Telemetry, kind: string, name: string, parent: Context, question?: unknown): Operation {
  const subject = { "gen_ai.agent.name": name };
  return new Operation(telemetry, {
    name: `${kind} ${name}`,
    kind: SpanKind.INTERNAL,
    attributes: { "gen_ai.operation.name": kind, ...subject },
    parent,
    ...(question === undefined ? {} : { content: () => ({ "gen_ai.input.messages": [questionOf(question)] }) }),
    duration: { metric: "gen_ai.invoke_agent.duration", attributes: () => subject },
  });
}

function agentContext({ context }: Operation, name: string): Context {
  return setAgent(context, { name, inferenceCalls: 0, toolCalls: 0 });
}

/** A run of one agent, or of several that hand over to each other: each then has a span for its turn. */
export class AgentRun {
  readonly context: Context;
  readonly #telemetry: Telemetry;
  readonly #operation: Operation;
  readonly #isOne: boolean;
  #turn: Turn | undefined;

  constructor(telemetry: Telemetry, names: readonly string[], question: unknown) {
    const [name = "agent"] = names;
    this.#telemetry = telemetry;
    this.#isOne = names.length < 2;
    const kind = this.#isOne ? "invoke_agent" : "invoke_workflow";
    const title = this.#isOne ? name : "AgentWorkflow";
    this.#operation = startOf(telemetry, kind, title, contextApi.active(), question);
    const context = this.#isOne ? agentContext(this.#operation, name) : this.#operation.context;
    this.context = context.setValue(runKey, this);
  }

  /** Where an agent's work belongs: its turn begins with the first of it, and ends when another agent works. */
  contextOf(name: string): Context {
    if (this.#isOne || this.#operation.ended) return this.context;
    if (this.#turn?.name !== name) {
      this.#turn?.operation.end();
      const operation = startOf(this.#telemetry, "invoke_agent", name, this.context);
      this.#turn = { name, operation, context: agentContext(operation, name) };
    }
    return this.#turn.context;
  }

  end(content: () => ContentAttributes): void {
    this.#turn?.operation.end();
    this.#operation.end({}, content);
  }

  fail(error: unknown): void {
    this.#turn?.operation.fail(error);
    this.#operation.fail(error);
  }
}
