import { type Context, createContextKey, type Span } from "@opentelemetry/api";
import { CallContext } from "./call-context.ts";

/** What is known about the run a span belongs to. */
export interface RunContext {
  readonly userId?: string;
  readonly sessionId?: string;
  /** A real id of the conversation, never one made up. */
  readonly conversationId?: string;
  /** The part of the product that the run serves; costs and tokens are told apart by it. */
  readonly feature?: string;
  readonly tags?: readonly string[];
}

// keys of one description are one key in every copy of the API and of this package
const runKey = createContextKey("genscope.run");
const agentKey = createContextKey("genscope.agent");
const toolKey = createContextKey("genscope.tool");
const modelRunKey = createContextKey("genscope.model-run");
const claimKey = createContextKey("genscope.claimed");
const suppressKey = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

export function getRunContext(context: Context): RunContext | undefined {
  return context.getValue(runKey) as RunContext | undefined;
}

export function setRunContext(context: Context, run: RunContext): Context {
  return context.setValue(runKey, run);
}

/** The agent (or workflow) that a context is in, and how many calls it has made itself so far. */
export interface AgentContext {
  readonly name: string | undefined;
  inferenceCalls: number;
  toolCalls: number;
}

export function getAgent(context: Context): AgentContext | undefined {
  return context.getValue(agentKey) as AgentContext | undefined;
}

export function setAgent(context: Context, agent: AgentContext): Context {
  return context.setValue(agentKey, agent);
}

/** The span of the tool that is being run, and the tool's name: a protocol below that calls just this tool says more about it, and nothing twice. */
export interface ToolContext {
  readonly span: Span;
  readonly name: string;
}

export function getTool(context: Context): ToolContext | undefined {
  return context.getValue(toolKey) as ToolContext | undefined;
}

export function setTool(context: Context, tool: ToolContext): Context {
  return context.setValue(toolKey, tool);
}

/** A call to a model that a framework makes, and whether a layer below has recorded it. */
export interface ModelRun {
  recorded: boolean;
}

export function getModelRun(context: Context): ModelRun | undefined {
  return context.getValue(modelRunKey) as ModelRun | undefined;
}

export function setModelRun(context: Context, run: ModelRun): Context {
  return context.setValue(modelRunKey, run);
}

/** Whether a layer above already records this call, or the application asked for silence. */
export function isRecordedElsewhere(context: Context): boolean {
  return context.getValue(suppressKey) === true || context.getValue(claimKey) === true;
}

/** A context in which layers below do not record the model call again. */
export function claimCall(context: Context): Context {
  return context.setValue(claimKey, true);
}

/** As {@link claimCall}, and below the call's span. */
export function claimCallWithSpan(context: Context, span: Span): Context {
  return new CallContext(context, span, claimKey, true);
}

/** The run as span attributes. */
export function runAttributes(run: RunContext | undefined): Record<string, string | string[]> {
  const attributes: Record<string, string | string[]> = {};
  if (run === undefined) return attributes;
  if (run.userId !== undefined) attributes["user.id"] = run.userId;
  if (run.sessionId !== undefined) attributes["session.id"] = run.sessionId;
  if (run.conversationId !== undefined) attributes["gen_ai.conversation.id"] = run.conversationId;
  if (run.feature !== undefined) attributes["genscope.feature"] = run.feature;
  if (run.tags !== undefined) attributes["genscope.tags"] = [...run.tags];
  return attributes;
}
