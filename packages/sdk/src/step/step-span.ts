import {
  type AgentContext,
  asText,
  errorMessage,
  errorType,
  getAgent,
  getRunContext,
  guard,
  runAttributes,
  setAgent,
  setTool,
  type Telemetry,
} from "@genscope/instrumentation";
import { genAiSpanName, toVersion, workflowNameAttribute } from "@genscope/semconv/genai";
import { type Context, context as contextApi, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { inputOf, outputOf } from "./step-content.ts";
import type { StepKind, StepOptions } from "./step-kinds.ts";

/** One run of a step, from its start to its only end. */
export class StepSpan {
  readonly #telemetry: Telemetry;
  readonly #kind: StepKind;
  readonly #name: string;
  readonly #options: StepOptions;
  readonly #span: Span;
  readonly #startMs = performance.now();
  readonly #agent: AgentContext | undefined;
  readonly #content: Record<string, unknown> = {};
  /** In which the step runs. */
  readonly context: Context;
  #ended = false;

  constructor(
    telemetry: Telemetry,
    kind: StepKind,
    name: string,
    options: StepOptions,
    parameters: readonly unknown[],
  ) {
    this.#telemetry = telemetry;
    this.#kind = kind;
    this.#name = name;
    this.#options = options;
    const parent = contextApi.active();
    const outer = getAgent(parent);
    this.#span = telemetry.tracer.startSpan(
      this.#spanName(),
      { kind: kind.spanKind, attributes: this.#startAttributes(parent, outer) },
      parent,
    );
    let inner = trace.setSpan(parent, this.#span);
    if (kind.agent === true) {
      this.#agent = { name, inferenceCalls: 0, toolCalls: 0 };
      inner = setAgent(inner, this.#agent);
    } else if (kind.operation === "execute_tool") {
      inner = setTool(inner, { span: this.#span, name });
      if (outer !== undefined) outer.toolCalls++;
    }
    this.context = inner;
    guard("capturing a step's input", () => this.#capture("input", kind.input, () => inputOf(kind, parameters)));
  }

  end(value: unknown): void {
    guard("capturing a step's output", () =>
      this.#capture("output", this.#kind.output, () => outputOf(this.#kind, value)),
    );
    this.#end(undefined);
  }

  fail(error: unknown): void {
    this.#end({ error });
  }

  #end(failure: { readonly error: unknown } | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    guard("ending a step", () => {
      const type = failure === undefined ? undefined : errorType(failure.error);
      const { content, convention } = this.#telemetry;
      if (this.#span.isRecording()) {
        const attributes = {
          ...(content.mode.spans ? asText(this.#content) : {}),
          ...(type === undefined ? {} : { "error.type": type }),
        };
        this.#span.setAttributes(toVersion(attributes, convention));
        if (failure !== undefined) {
          const message = content.maskText(errorMessage(failure.error));
          this.#span.setStatus({ code: SpanStatusCode.ERROR, ...(message === "" ? {} : { message }) });
          if (failure.error instanceof Error) {
            this.#span.recordException({
              name: failure.error.name,
              message,
              ...(failure.error.stack === undefined ? {} : { stack: content.maskText(failure.error.stack) }),
            });
          }
        }
      }
      this.#measure(type);
      this.#sendEvent();
    });
    guard("ending a span", () => this.#span.end());
  }

  #spanName(): string {
    const { operation, subject } = this.#kind;
    const after = subject(this.#name, this.#options);
    return operation === undefined ? (after ?? this.#name) : genAiSpanName(operation, after);
  }

  #startAttributes(parent: Context, outer: AgentContext | undefined): Record<string, never> {
    const { operation, attributes } = this.#kind;
    const all: Record<string, unknown> = {
      ...runAttributes(getRunContext(parent)),
      "gen_ai.operation.name": operation,
      ...(operation === "execute_tool" ? { "gen_ai.agent.name": outer?.name } : {}),
      ...attributes(this.#name, this.#options),
      ...this.#options.attributes,
    };
    if (operation === "invoke_workflow" && this.#telemetry.convention.tokenMetrics === "type") {
      all[workflowNameAttribute] = this.#name;
      delete all["gen_ai.agent.name"];
    }
    return toVersion(all, this.#telemetry.convention) as Record<string, never>;
  }

  #capture(side: "input" | "output", attribute: string, read: () => unknown): void {
    const { content } = this.#telemetry;
    if (!content.mode.events && !(content.mode.spans && this.#span.isRecording())) return;
    const { capture } = this.#options;
    if (capture === false || (typeof capture === "object" && capture[side] === false)) return;
    const value = read();
    if (value === undefined) return;
    const operation = this.#kind.operation ?? "task";
    const released = content.release({ attribute: attribute as never, value, operation });
    if (released !== undefined) this.#content[attribute] = released;
  }

  #measure(type: string | undefined): void {
    const { duration } = this.#kind;
    if (duration === undefined) return;
    const error = type === undefined ? {} : { "error.type": type };
    const subject =
      this.#kind.operation === "execute_tool"
        ? { "gen_ai.tool.name": this.#name, "gen_ai.tool.type": this.#options.toolType ?? "function" }
        : { "gen_ai.agent.name": this.#name };
    this.#telemetry.measure(duration, (performance.now() - this.#startMs) / 1000, { ...subject, ...error });
    if (this.#agent === undefined) return;
    this.#telemetry.measure("gen_ai.invoke_agent.inference_calls", this.#agent.inferenceCalls, subject);
    this.#telemetry.measure("gen_ai.invoke_agent.tool_calls", this.#agent.toolCalls, subject);
  }

  /** Content goes to an event of its own: the conventions' details event is for inferences. */
  #sendEvent(): void {
    if (!this.#telemetry.content.mode.events || Object.keys(this.#content).length === 0) return;
    const { operation } = this.#kind;
    this.#telemetry.logger?.emit({
      eventName: "genscope.step.details",
      severityNumber: 5,
      attributes: {
        ...(operation === undefined ? {} : { "gen_ai.operation.name": operation }),
        ...this.#content,
      },
      context: this.context,
    });
  }
}
