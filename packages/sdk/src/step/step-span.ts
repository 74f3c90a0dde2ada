import {
  type AgentContext,
  type ContentAttributes,
  getAgent,
  Operation,
  setAgent,
  setTool,
  type Telemetry,
} from "@genscope/instrumentation";
import { genAiSpanName, workflowNameAttribute } from "@genscope/semconv/genai";
import { type Attributes, type Context, context as contextApi } from "@opentelemetry/api";
import { countOf, inputOf, outputOf } from "./step-content.ts";
import type { StepKind, StepOptions } from "./step-kinds.ts";

/** One run of a step, from its start to its only end. */
export class StepSpan {
  readonly #operation: Operation;
  readonly #kind: StepKind;
  readonly #name: string;
  readonly #options: StepOptions;
  readonly #agent: AgentContext | undefined;
  /** In which the step runs. */
  readonly context: Context;

  constructor(
    telemetry: Telemetry,
    kind: StepKind,
    name: string,
    options: StepOptions,
    parameters: readonly unknown[],
  ) {
    this.#kind = kind;
    this.#name = name;
    this.#options = options;
    const parent = contextApi.active();
    const outer = getAgent(parent);
    this.#operation = new Operation(telemetry, {
      name: this.#spanName(),
      kind: kind.spanKind,
      attributes: this.#startAttributes(telemetry, outer),
      parent,
      contentOf: "task",
      content: () => this.#captured("input", kind.input, () => inputOf(kind, parameters)),
      ...(kind.duration === undefined
        ? {}
        : { duration: { metric: kind.duration, attributes: () => this.#subject() } }),
    });
    let inner = this.#operation.context;
    if (kind.agent === true) {
      this.#agent = { name, inferenceCalls: 0, toolCalls: 0 };
      inner = setAgent(inner, this.#agent);
    } else if (kind.operation === "execute_tool") {
      inner = setTool(inner, { span: this.#operation.span, name });
      if (outer !== undefined) outer.toolCalls++;
    }
    this.context = inner;
  }

  end(value: unknown): void {
    this.#measureAgent();
    const kind = this.#kind;
    this.#operation.end(countOf(kind, value), () => this.#captured("output", kind.output, () => outputOf(kind, value)));
  }

  fail(error: unknown): void {
    this.#measureAgent();
    this.#operation.fail(error, { exception: true });
  }

  #spanName(): string {
    const { operation, subject } = this.#kind;
    const after = subject(this.#name, this.#options);
    return operation === undefined ? (after ?? this.#name) : genAiSpanName(operation, after);
  }

  #startAttributes({ convention }: Telemetry, outer: AgentContext | undefined): Record<string, unknown> {
    const { operation, attributes } = this.#kind;
    const all: Record<string, unknown> = {
      "gen_ai.operation.name": operation,
      ...(operation === "execute_tool" ? { "gen_ai.agent.name": outer?.name } : {}),
      ...attributes(this.#name, this.#options),
      ...this.#options.attributes,
    };
    if (operation === "invoke_workflow" && convention.tokenMetrics === "type") {
      all[workflowNameAttribute] = this.#name;
      delete all["gen_ai.agent.name"];
    }
    return all;
  }

  #captured(side: "input" | "output", attribute: string, read: () => unknown): ContentAttributes {
    const { capture } = this.#options;
    if (capture === false || (typeof capture === "object" && capture[side] === false)) return {};
    return { [attribute]: read() };
  }

  #subject(): Attributes {
    return this.#kind.operation === "execute_tool"
      ? { "gen_ai.tool.name": this.#name, "gen_ai.tool.type": this.#options.toolType ?? "function" }
      : { "gen_ai.agent.name": this.#name };
  }

  #measureAgent(): void {
    if (this.#agent === undefined || this.#operation.ended) return;
    const { telemetry } = this.#operation;
    telemetry.measure("gen_ai.invoke_agent.inference_calls", this.#agent.inferenceCalls, this.#subject());
    telemetry.measure("gen_ai.invoke_agent.tool_calls", this.#agent.toolCalls, this.#subject());
  }
}
