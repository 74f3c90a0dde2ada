import type { AttributeName, MetricName } from "@genscope/semconv/genai";
import { SpanKind } from "@opentelemetry/api";

/** What the caller says of a step; what does not fit its kind is ignored. */
export interface StepOptions {
  /** Unless given, the function's own name. */
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  /** Of an embedding, a reranker or an agent that uses one model only. */
  readonly model?: string;
  readonly provider?: string;
  /** Of a retrieval: the collection, index or knowledge base. */
  readonly dataSource?: string;
  readonly topK?: number;
  /** Of a tool: `function`, `extension` or `datastore`. `function` unless said. */
  readonly toolType?: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** `false` keeps this step's input and output, or one of them, from being captured whatever the rules are. */
  readonly capture?: boolean | { readonly input?: boolean; readonly output?: boolean };
}

/** How one kind of step is written down. */
export interface StepKind {
  /** `gen_ai.operation.name`; a task has none, the conventions know no such operation. */
  readonly operation?: string;
  readonly spanKind: SpanKind;
  /** What follows the operation in the span's name. */
  readonly subject: (name: string, options: StepOptions) => string | undefined;
  readonly attributes: (name: string, options: StepOptions) => Readonly<Record<string, unknown>>;
  readonly input: AttributeName | "genscope.input";
  readonly output: AttributeName | "genscope.output";
  /** Whether content has the form of messages. */
  readonly messages?: true;
  readonly duration?: MetricName;
  /** Whether calls below are counted as this step's. */
  readonly agent?: true;
}

const named = (name: string): string => name;

export const stepKinds = {
  workflow: {
    operation: "invoke_workflow",
    spanKind: SpanKind.INTERNAL,
    subject: named,
    attributes: (name, { version }) => ({ "gen_ai.agent.name": name, "genscope.version": version }),
    input: "gen_ai.input.messages",
    output: "gen_ai.output.messages",
    messages: true,
    duration: "gen_ai.invoke_agent.duration",
    agent: true,
  },
  task: {
    spanKind: SpanKind.INTERNAL,
    subject: named,
    attributes: (name, { version }) => ({ "genscope.task.name": name, "genscope.version": version }),
    input: "genscope.input",
    output: "genscope.output",
  },
  agent: {
    operation: "invoke_agent",
    spanKind: SpanKind.INTERNAL,
    subject: named,
    attributes: (name, { description, model, version }) => ({
      "gen_ai.agent.name": name,
      "gen_ai.agent.description": description,
      "gen_ai.request.model": model,
      "genscope.version": version,
    }),
    input: "gen_ai.input.messages",
    output: "gen_ai.output.messages",
    messages: true,
    duration: "gen_ai.invoke_agent.duration",
    agent: true,
  },
  tool: {
    operation: "execute_tool",
    spanKind: SpanKind.INTERNAL,
    subject: named,
    attributes: (name, { description, toolType, version }) => ({
      "gen_ai.tool.name": name,
      "gen_ai.tool.type": toolType ?? "function",
      "gen_ai.tool.description": description,
      "genscope.version": version,
    }),
    input: "gen_ai.tool.call.arguments",
    output: "gen_ai.tool.call.result",
    duration: "gen_ai.execute_tool.duration",
  },
  retrieval: {
    operation: "retrieval",
    spanKind: SpanKind.CLIENT,
    subject: (name, { dataSource }) => dataSource ?? name,
    attributes: (name, { dataSource, topK, provider, model }) => ({
      "gen_ai.data_source.id": dataSource ?? name,
      "gen_ai.retrieval.top_k": topK,
      "gen_ai.provider.name": provider,
      "gen_ai.request.model": model,
    }),
    input: "gen_ai.retrieval.query.text",
    output: "gen_ai.retrieval.documents",
  },
  rerank: {
    operation: "rerank",
    spanKind: SpanKind.CLIENT,
    subject: (name, { model }) => model ?? name,
    attributes: (_name, { model, provider, topK }) => ({
      "gen_ai.request.model": model,
      "gen_ai.provider.name": provider,
      "gen_ai.retrieval.top_k": topK,
    }),
    input: "gen_ai.retrieval.query.text",
    output: "gen_ai.retrieval.documents",
  },
  embedding: {
    operation: "embeddings",
    spanKind: SpanKind.CLIENT,
    subject: (_name, { model }) => model,
    attributes: (_name, { model, provider }) => ({
      "gen_ai.request.model": model,
      // the conventions require one: code of one's own is its own provider
      "gen_ai.provider.name": provider ?? "custom",
    }),
    input: "genscope.input",
    output: "genscope.output",
  },
  guardrail: {
    operation: "run_guardrail",
    spanKind: SpanKind.INTERNAL,
    subject: named,
    attributes: (name, { version }) => ({ "genscope.guardrail.name": name, "genscope.version": version }),
    input: "genscope.input",
    output: "genscope.output",
  },
} as const satisfies Readonly<Record<string, StepKind>>;

export type StepKindName = keyof typeof stepKinds;
