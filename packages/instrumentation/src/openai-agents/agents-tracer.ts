import { type Context, context as contextApi, createContextKey, SpanKind } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { ModelCall } from "../core/model-call.ts";
import { Operation, type OperationStart } from "../core/operation.ts";
import { type JsonObject, parsedOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere, type ModelRun, setAgent, setModelRun, setTool } from "../core/run-context.ts";
import { toolStart } from "../core/tool-start.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { AgentsContext } from "./agents-context.ts";
import { type AgentsFailure, type AgentsSpan, type AgentsStore, type AgentsTrace, failureOf } from "./agents-data.ts";
import { isModelSpan, modelCallOf } from "./agents-model.ts";

/** A span of the Agents SDK that has begun. One without an operation is passed over: what is below it belongs to what is above. */
interface Step {
  readonly context: Context;
  readonly operation?: Operation;
  /** A call to a model: recorded when it is over, and only if no layer below has. */
  readonly model?: { readonly mark: ModelRun; readonly parent: Context; readonly startedMs: number };
}

interface Run {
  readonly context: Context;
  readonly operation: Operation | undefined;
  readonly steps: Map<string, Step>;
  failure: AgentsFailure | undefined;
}

/** The id of the trace of the Agents SDK that a context belongs to. */
const traceKey = createContextKey("genscope.agents-trace");

/** Traces that nobody ends, as of a process that lives long, must not be kept for ever. */
const maxRuns = 10_000;

/**
 * What the Agents SDK traces, as spans: workflows, agents, tools, handoffs and guardrails, and calls to models that nothing below records. Its methods never throw.
 */
export class AgentsTracer {
  readonly #telemetry: Telemetry;
  readonly #runs = new Map<string, Run>();

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
  }

  startTrace(trace: AgentsTrace): void {
    guard("starting a workflow", () => this.#runOf(trace, baseOf(contextApi.active())));
  }

  endTrace(trace: AgentsTrace): void {
    guard("ending a workflow", () => {
      const run = this.#runs.get(trace.traceId);
      this.#runs.delete(trace.traceId);
      if (run?.failure === undefined) run?.operation?.end();
      else run.operation?.endAsFailure(run.failure.type, run.failure.message);
    });
  }

  /** Whether this store begins a trace: the SDK tells of its end only if nothing throws. */
  begins({ trace, span }: AgentsStore): boolean {
    return trace !== undefined && span === undefined && !this.#runs.has(trace.traceId);
  }

  failTrace({ traceId }: AgentsTrace, error: unknown): void {
    guard("failing a workflow", () => {
      this.#runs.get(traceId)?.operation?.fail(error);
      this.#runs.delete(traceId);
    });
  }

  startSpan(span: AgentsSpan): void {
    guard("starting a step of an agent", () => {
      const active = contextApi.active();
      this.#stepOf(span, active instanceof AgentsContext ? active : undefined);
    });
  }

  endSpan(span: AgentsSpan): void {
    guard("ending a step of an agent", () => {
      const run = this.#runs.get(span.traceId);
      const step = run?.steps.get(span.spanId);
      if (run === undefined || step === undefined || span.endedAt !== null) return;
      const failure = failureOf(span.error);
      if (span.parentId === null || !run.steps.has(span.parentId)) run.failure = failure;
      if (step.model !== undefined) this.#endModel(span, step.model, failure);
      else if (step.operation !== undefined) endOperation(step.operation, span, failure);
    });
  }

  /** Where the work is that a store tells of. */
  contextOf({ trace, span }: AgentsStore, within: AgentsContext): Context | undefined {
    if (span !== undefined && span.endedAt === null && span.startedAt !== null) {
      return this.#stepOf(span, within)?.context;
    }
    if (span !== undefined) return this.#runs.get(span.traceId)?.steps.get(span.spanId)?.context;
    if (trace === undefined || isOf(within.base, trace.traceId)) return within.base;
    return this.#runOf(trace, within.base)?.context;
  }

  #runOf(trace: AgentsTrace, base: Context): Run | undefined {
    const known = this.#runs.get(trace.traceId);
    if (known !== undefined) return known;
    if (trace.traceId === "no-op" || this.#runs.size >= maxRuns) return undefined;
    const isSilent = isRecordedElsewhere(base);
    const subject = { "gen_ai.agent.name": trace.name };
    const operation = isSilent
      ? undefined
      : new Operation(this.#telemetry, {
          name: `invoke_workflow ${trace.name}`,
          kind: SpanKind.INTERNAL,
          attributes: {
            "gen_ai.operation.name": "invoke_workflow",
            ...subject,
            // the application's own id of what belongs together
            "gen_ai.conversation.id": stringOf(trace.groupId),
          },
          parent: base,
          duration: { metric: "gen_ai.invoke_agent.duration", attributes: () => subject },
        });
    const context = (operation?.context ?? base).setValue(traceKey, trace.traceId);
    const run: Run = { context, operation, steps: new Map(), failure: undefined };
    this.#runs.set(trace.traceId, run);
    return run;
  }

  #stepOf(span: AgentsSpan, within: AgentsContext | undefined): Step | undefined {
    const run = this.#runs.get(span.traceId);
    const known = run?.steps.get(span.spanId);
    if (known !== undefined || run === undefined) return known;
    // with spans of the application's own in between
    const isEntry = within !== undefined && (span.parentId ?? undefined) === within.entrySpanId;
    const above = span.parentId === null ? undefined : run.steps.get(span.parentId)?.context;
    const parent = isEntry && isOf(within.base, span.traceId) ? within.base : (above ?? run.context);
    const step = run.operation === undefined ? { context: parent } : this.#begin(span.spanData, parent);
    run.steps.set(span.spanId, step);
    return step;
  }

  #begin(data: JsonObject, parent: Context): Step {
    if (isModelSpan(data)) {
      const mark: ModelRun = { recorded: false };
      return { context: setModelRun(parent, mark), model: { mark, parent, startedMs: performance.now() } };
    }
    const start = operationOf(data, parent);
    if (start === undefined) return { context: parent };
    const operation = new Operation(this.#telemetry, start);
    const name = stringOf(data["name"]);
    let { context } = operation;
    if (data["type"] === "agent") context = setAgent(context, { name, inferenceCalls: 0, toolCalls: 0 });
    if (data["type"] === "function") context = setTool(context, { span: operation.span, name: name ?? "tool" });
    return { context, operation };
  }

  #endModel(span: AgentsSpan, model: NonNullable<Step["model"]>, failure: AgentsFailure | undefined): void {
    if (model.mark.recorded) return;
    const { start, answer } = modelCallOf(span.spanData);
    const call = contextApi.with(
      model.parent,
      () => new ModelCall(this.#telemetry, { ...start, startedMs: model.startedMs }),
    );
    if (failure === undefined) call.end(answer);
    else call.fail({ name: failure.type, message: failure.message }, answer);
  }
}

function isOf(context: Context, traceId: string): boolean {
  return context.getValue(traceKey) === traceId;
}

function baseOf(context: Context): Context {
  return context instanceof AgentsContext ? context.base : context;
}

/** The operation that a span is, `undefined` where it has no counterpart: tasks and turns, which agents consist of, and lists of tools. */
function operationOf(data: JsonObject, parent: Context): OperationStart | undefined {
  const name = stringOf(data["name"]) ?? "";
  const common = { kind: SpanKind.INTERNAL, parent };
  switch (data["type"]) {
    case "agent": {
      const subject = { "gen_ai.agent.name": name };
      return {
        ...common,
        name: `invoke_agent ${name}`,
        attributes: { "gen_ai.operation.name": "invoke_agent", ...subject },
        duration: { metric: "gen_ai.invoke_agent.duration", attributes: () => subject },
      };
    }
    case "function":
      return toolStart({ name }, parent);
    case "guardrail":
      return {
        ...common,
        name: `run_guardrail ${name}`,
        attributes: { "gen_ai.operation.name": "run_guardrail", "genscope.guardrail.name": name },
      };
    case "handoff":
      return { ...common, name: "handoff", attributes: { "genscope.task.name": "handoff" } };
    case "custom":
      return { ...common, name, attributes: { "genscope.task.name": name } };
    default:
      return undefined;
  }
}

function endOperation(operation: Operation, span: AgentsSpan, failure: AgentsFailure | undefined): void {
  const data = span.spanData;
  const content = (): JsonObject =>
    data["type"] === "function"
      ? {
          "gen_ai.tool.call.arguments": asObject(data["input"], "input"),
          "gen_ai.tool.call.result": asObject(data["output"], "output"),
        }
      : {};
  if (data["type"] === "handoff") {
    const to = stringOf(data["to_agent"]);
    if (to !== undefined) operation.span.updateName(`handoff ${to}`);
    operation.span.setAttributes({
      "genscope.handoff.from": stringOf(data["from_agent"]) ?? "",
      "genscope.handoff.to": to ?? "",
    });
  }
  if (data["type"] === "guardrail") {
    operation.span.setAttribute("genscope.guardrail.triggered", data["triggered"] === true);
  }
  if (failure === undefined) operation.end({}, content);
  else operation.endAsFailure(failure.type, failure.message, content);
}

/** Arguments and results are objects by the conventions' schema; nothing was said where the SDK keeps its data to itself. */
function asObject(value: unknown, key: string): unknown {
  if (value === undefined || value === "") return undefined;
  const parsed = parsedOf(value);
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? parsed : { [key]: parsed };
}
