import { type Context, context as contextApi } from "@opentelemetry/api";
import { FrameworkCall } from "../core/framework-call.ts";
import { guard } from "../core/guard.ts";
import { Operation } from "../core/operation.ts";
import { isRecordedElsewhere, setAgent, setTool } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type MastraSpan, spanOf } from "./mastra-data.ts";
import { embeddingAnswer, embeddingStart, inferenceAnswer, inferenceStart } from "./mastra-model.ts";
import { operationOf, outcomeOf } from "./mastra-operations.ts";

/** A span of Mastra's that has begun. One without an operation is passed over: what is below it belongs to what is above. */
interface Step {
  readonly span: MastraSpan;
  readonly context: Context;
  readonly operation?: Operation;
  readonly call?: FrameworkCall;
  /** The agent's run that it is a part of. */
  readonly agent?: Step | undefined;
  /** The call to a model that is made within this step. */
  inner: FrameworkCall | undefined;
  /** Calls of an agent that failed: why, its own end tells. */
  readonly failed: FrameworkCall[];
}

/** Spans that nobody ends, as of a process that lives long, must not be kept for ever. */
const maxSteps = 10_000;

/** What Mastra traces, as spans: agents, workflows and their steps, tools, memory, searches, and calls to models that nothing below records. Its methods never throw. */
export class MastraTracer {
  readonly #telemetry: Telemetry;
  readonly #steps = new Map<string, Step>();

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
  }

  /** `exported`: Mastra's own span, at the moment it begins. */
  start(exported: unknown): void {
    guard("starting a step of Mastra", () => {
      const span = spanOf(exported);
      if (span === undefined || span.type === "model_chunk" || this.#steps.size >= maxSteps) return;
      const above = this.#steps.get(span.parentSpanId ?? "");
      const parent = above?.context ?? contextApi.active();
      this.#steps.set(span.id, this.#begin(span, parent, above));
    });
  }

  end(exported: unknown): void {
    guard("ending a step of Mastra", () => {
      const span = spanOf(exported);
      const step = span === undefined ? undefined : this.#steps.get(span.id);
      if (span === undefined || step === undefined) return;
      this.#steps.delete(span.id);
      if (step.call !== undefined) endCall(step.call, span, step.agent);
      for (const call of step.failed) call.fail(span.failure ?? unknownFailure);
      if (step.operation !== undefined) endOperation(step.operation, span);
    });
  }

  /** Its end will not be told: the application leaves it out of what is exported. */
  release(id: string): void {
    guard("ending a step of Mastra", () => {
      const step = this.#steps.get(id);
      this.#steps.delete(id);
      step?.call?.end();
      for (const call of step?.failed ?? []) call.fail(unknownFailure);
      step?.operation?.end();
    });
  }

  /** A piece of a model's answer has arrived. */
  chunk(exported: unknown): void {
    guard("noting a chunk", () => {
      const span = spanOf(exported);
      if (span?.type === "model_chunk") this.#steps.get(span.parentSpanId ?? "")?.call?.chunk();
    });
  }

  /** Where the work of a span is done. */
  contextOf(id: string): Context {
    const step = this.#steps.get(id);
    return step?.inner?.context ?? step?.context ?? contextApi.active();
  }

  #begin(span: MastraSpan, parent: Context, above: Step | undefined): Step {
    const agent = above?.span.type === "agent_run" ? above : above?.agent;
    const step = { span, context: parent, agent, inner: undefined, failed: [] };
    if (isRecordedElsewhere(parent)) return step;
    if (span.type === "model_inference") {
      const call = new FrameworkCall(this.#telemetry, inferenceStart(span, ...this.#askedIn(above)), parent);
      // the request is made in the step around it
      if (above !== undefined) above.inner = call;
      return { ...step, call };
    }
    if (span.type === "rag_embedding") {
      const call = new FrameworkCall(this.#telemetry, embeddingStart(span), parent);
      return { ...step, context: call.context, call };
    }
    const start = operationOf(span, parent);
    if (start === undefined) return step;
    // the model is done when a tool that it called begins
    if (span.type.endsWith("tool_call")) above?.inner?.done();
    const operation = new Operation(this.#telemetry, start);
    let { context } = operation;
    if (span.type === "agent_run" || span.type === "workflow_run") {
      context = setAgent(context, { name: span.subject, inferenceCalls: 0, toolCalls: 0 });
    }
    if (span.type.endsWith("tool_call")) context = setTool(context, { span: operation.span, name: span.subject });
    return { ...step, context, operation };
  }

  /** What a model is asked in a step, and the tools it may call: the whole answer's span has both for its first step. */
  #askedIn(step: Step | undefined): [asked: unknown, tools: unknown] {
    const generation = this.#steps.get(step?.span.parentSpanId ?? "")?.span;
    return [step?.span.input ?? generation?.input, generation?.attributes["tools"]];
  }
}

const unknownFailure = { name: "_OTHER", message: "" } as const;

function endCall(call: FrameworkCall, span: MastraSpan, agent: Step | undefined): void {
  if (span.failure !== undefined) call.fail(span.failure);
  else if (span.attributes["finishReason"] !== "error") {
    call.end(() => (span.type === "rag_embedding" ? embeddingAnswer(span) : inferenceAnswer(span)));
  } else if (agent === undefined) call.fail(unknownFailure);
  else agent.failed.push(call);
}

function endOperation(operation: Operation, span: MastraSpan): void {
  const { attributes, content } = outcomeOf(span);
  if (span.failure === undefined) operation.end(attributes, content);
  else operation.endAsFailure(span.failure.name, span.failure.message, content);
}
