import type { SpanType } from "./span-fields.ts";

/** A key whose value tells what a span is. */
export interface SpanTypeRule {
  readonly key: string;
  readonly values: Readonly<Record<string, SpanType>>;
}

/** In order of precedence: the first rule whose key is present with a value it knows decides. Values are compared as they are sent. */
export const spanTypeRules: readonly SpanTypeRule[] = [
  {
    key: "gen_ai.operation.name",
    values: {
      chat: "model",
      generate_content: "model",
      text_completion: "model",
      completion: "model",
      responses: "model",
      fetch_response: "model",
      // Genscope's own words for what the conventions have none for
      compact: "model",
      moderation: "guardrail",
      embeddings: "embedding",
      embedding: "embedding",
      retrieval: "retrieval",
      rerank: "rerank",
      create_agent: "agent",
      invoke_agent: "agent",
      plan: "agent",
      invoke_workflow: "workflow",
      execute_tool: "tool",
      run_guardrail: "guardrail",
      evaluate: "evaluation",
      search_memory: "memory",
      create_memory: "memory",
      update_memory: "memory",
      upsert_memory: "memory",
      delete_memory: "memory",
      create_memory_store: "memory",
      delete_memory_store: "memory",
    },
  },
  {
    key: "openinference.span.kind",
    values: {
      LLM: "model",
      EMBEDDING: "embedding",
      RETRIEVER: "retrieval",
      RERANKER: "rerank",
      TOOL: "tool",
      AGENT: "agent",
      CHAIN: "workflow",
      GUARDRAIL: "guardrail",
      EVALUATOR: "evaluation",
    },
  },
  { key: "traceloop.span.kind", values: { workflow: "workflow", task: "workflow", agent: "agent", tool: "tool" } },
  {
    key: "llm.request.type",
    values: { chat: "model", completion: "model", embedding: "embedding", rerank: "rerank" },
  },
  {
    key: "langfuse.observation.type",
    values: {
      generation: "model",
      embedding: "embedding",
      retriever: "retrieval",
      tool: "tool",
      agent: "agent",
      chain: "workflow",
      guardrail: "guardrail",
      evaluator: "evaluation",
    },
  },
  {
    key: "ai.operationId",
    values: {
      "ai.generateText.doGenerate": "model",
      "ai.streamText.doStream": "model",
      "ai.generateObject.doGenerate": "model",
      "ai.streamObject.doStream": "model",
      "ai.generateText": "workflow",
      "ai.streamText": "workflow",
      "ai.generateObject": "workflow",
      "ai.streamObject": "workflow",
      "ai.embed.doEmbed": "embedding",
      "ai.rerank.doRerank": "rerank",
      "ai.rerank": "workflow",
      "ai.embedMany.doEmbed": "embedding",
      "ai.embed": "workflow",
      "ai.embedMany": "workflow",
      "ai.toolCall": "tool",
    },
  },
  {
    key: "langsmith.span.kind",
    values: {
      llm: "model",
      LLM: "model",
      embedding: "embedding",
      retriever: "retrieval",
      tool: "tool",
      chain: "workflow",
    },
  },
  {
    // MLflow writes every value as JSON, a text in its quotes.
    key: "mlflow.spanType",
    values: {
      '"CHAT_MODEL"': "model",
      '"LLM"': "model",
      '"EMBEDDING"': "embedding",
      '"RETRIEVER"': "retrieval",
      '"RERANKER"': "rerank",
      '"TOOL"': "tool",
      '"AGENT"': "agent",
      '"CHAIN"': "workflow",
      '"WORKFLOW"': "workflow",
      '"GUARDRAIL"': "guardrail",
      '"EVALUATOR"': "evaluation",
      '"MEMORY"': "memory",
      CHAT_MODEL: "model",
      LLM: "model",
      EMBEDDING: "embedding",
      RETRIEVER: "retrieval",
      RERANKER: "rerank",
      TOOL: "tool",
      AGENT: "agent",
      CHAIN: "workflow",
      WORKFLOW: "workflow",
      GUARDRAIL: "guardrail",
      EVALUATOR: "evaluation",
      MEMORY: "memory",
    },
  },
  { key: "mcp.method.name", values: { "tools/call": "tool" } },
];

/** Where no rule decides: the first prefix that any attribute's key has. */
export const spanTypePrefixes: readonly { readonly prefix: string; readonly type: SpanType }[] = [
  { prefix: "db.", type: "database" },
  { prefix: "messaging.", type: "messaging" },
  { prefix: "rpc.", type: "rpc" },
  { prefix: "http.", type: "http" },
];

/** What a span is, from its string attributes. The loader decides by the same tables, on bytes. */
export function classifySpan(attributes: Readonly<Record<string, unknown>>): SpanType {
  for (const { key, values } of spanTypeRules) {
    const value = attributes[key];
    if (typeof value === "string" && Object.hasOwn(values, value)) return values[value]!;
  }
  const keys = Object.keys(attributes);
  for (const { prefix, type } of spanTypePrefixes) if (keys.some((key) => key.startsWith(prefix))) return type;
  return "internal";
}
