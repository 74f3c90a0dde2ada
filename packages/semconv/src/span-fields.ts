/**
 * Which attribute answers which question about a span, oldest dialects included. One row per field of a span that has a column of
 * its own in the store; `keys` in order of precedence: the first one present wins.
 */
export interface SpanField {
  readonly field: SpanFieldName;
  readonly type: "string" | "int" | "double" | "string[]";
  readonly keys: readonly string[];
}

export type SpanFieldName =
  | "operation"
  | "provider"
  | "requestModel"
  | "responseModel"
  | "responseId"
  | "inputTokens"
  | "outputTokens"
  | "cacheReadTokens"
  | "cacheWriteTokens"
  | "reasoningTokens"
  | "serviceTier"
  | "finishReasons"
  | "timeToFirstChunkSeconds"
  | "conversationId"
  | "userId"
  | "agentName"
  | "toolName"
  | "toolCallId"
  | "dataSourceId"
  | "documentCount"
  | "errorType";

export const spanFields: readonly SpanField[] = [
  { field: "operation", type: "string", keys: ["gen_ai.operation.name"] },
  {
    field: "provider",
    type: "string",
    keys: ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"],
  },
  {
    field: "requestModel",
    type: "string",
    keys: [
      "gen_ai.request.model",
      "llm.request.model",
      "llm.model_name",
      "embedding.model_name",
      "reranker.model_name",
      "ai.model.id",
      "langfuse.observation.model.name",
      "langsmith.metadata.ls_model_name",
    ],
  },
  {
    field: "responseModel",
    type: "string",
    keys: ["gen_ai.response.model", "llm.response.model", "ai.response.model"],
  },
  { field: "responseId", type: "string", keys: ["gen_ai.response.id", "ai.response.id"] },
  {
    field: "inputTokens",
    type: "int",
    keys: [
      "gen_ai.usage.input_tokens",
      "gen_ai.usage.prompt_tokens",
      "llm.usage.prompt_tokens",
      "llm.token_count.prompt",
      "ai.usage.promptTokens",
      "ai.usage.inputTokens",
      "ai.usage.tokens",
    ],
  },
  {
    field: "outputTokens",
    type: "int",
    keys: [
      "gen_ai.usage.output_tokens",
      "gen_ai.usage.completion_tokens",
      "llm.usage.completion_tokens",
      "llm.token_count.completion",
      "ai.usage.completionTokens",
      "ai.usage.outputTokens",
    ],
  },
  {
    field: "cacheReadTokens",
    type: "int",
    keys: [
      "gen_ai.usage.cache_read.input_tokens",
      "gen_ai.usage.cache_read_input_tokens",
      "llm.token_count.prompt_details.cache_read",
      "gen_ai.usage.details.cache_read_tokens",
      "gen_ai.usage.details.cache_read_input_tokens",
      "llm.usage.cache_read_input_tokens",
      "ai.usage.cachedInputTokens",
      "ai.usage.inputTokenDetails.cacheReadTokens",
    ],
  },
  {
    field: "cacheWriteTokens",
    type: "int",
    keys: [
      "gen_ai.usage.cache_write.input_tokens",
      "gen_ai.usage.cache_creation.input_tokens",
      "gen_ai.usage.cache_creation_input_tokens",
      "llm.token_count.prompt_details.cache_write",
      "gen_ai.usage.details.cache_write_tokens",
      "gen_ai.usage.details.cache_creation_input_tokens",
      "llm.usage.cache_creation_input_tokens",
      "ai.usage.inputTokenDetails.cacheWriteTokens",
    ],
  },
  {
    field: "reasoningTokens",
    type: "int",
    keys: [
      "gen_ai.usage.reasoning.output_tokens",
      "gen_ai.usage.reasoning_tokens",
      "llm.token_count.completion_details.reasoning",
      "gen_ai.usage.details.reasoning_tokens",
      "llm.usage.reasoning_tokens",
      "ai.usage.reasoningTokens",
      "ai.usage.outputTokenDetails.reasoningTokens",
    ],
  },
  {
    // what was served counts, not what was asked for
    field: "serviceTier",
    type: "string",
    keys: [
      "openai.response.service_tier",
      "gen_ai.openai.response.service_tier",
      "gen_ai.response.service_tier",
      "openai.request.service_tier",
      "gen_ai.openai.request.service_tier",
      "gen_ai.request.service_tier",
    ],
  },
  {
    field: "finishReasons",
    type: "string[]",
    keys: [
      "gen_ai.response.finish_reasons",
      "llm.response.finish_reason",
      "gen_ai.completion.0.finish_reason",
      "llm.finish_reason",
      "ai.response.finishReason",
      "ai.finishReason",
    ],
  },
  { field: "timeToFirstChunkSeconds", type: "double", keys: ["gen_ai.response.time_to_first_chunk"] },
  {
    field: "conversationId",
    type: "string",
    keys: [
      "gen_ai.conversation.id",
      "session.id",
      "langfuse.session.id",
      "langsmith.trace.session_id",
      "traceloop.association.properties.session_id",
      "ai.telemetry.metadata.sessionId",
    ],
  },
  {
    field: "userId",
    type: "string",
    keys: [
      "user.id",
      "enduser.id",
      "langfuse.user.id",
      "traceloop.association.properties.user_id",
      "ai.telemetry.metadata.userId",
    ],
  },
  { field: "agentName", type: "string", keys: ["gen_ai.agent.name", "agent.name", "agent_name"] },
  { field: "toolName", type: "string", keys: ["gen_ai.tool.name", "tool.name", "ai.toolCall.name"] },
  { field: "toolCallId", type: "string", keys: ["gen_ai.tool.call.id", "tool_call.id", "tool.id", "ai.toolCall.id"] },
  { field: "dataSourceId", type: "string", keys: ["gen_ai.data_source.id"] },
  // a number, or the documents themselves; OpenInference's are counted by their indices ({@link indexedDocuments})
  { field: "documentCount", type: "int", keys: ["genscope.retrieval.count", "gen_ai.retrieval.documents"] },
  { field: "errorType", type: "string", keys: ["error.type"] },
];

/** Prefix of keys that go on with the index of a document: `retrieval.documents.0.document.content`. */
export const indexedDocuments = "retrieval.documents.";

/**
 * What a span is to a reader, whatever library wrote it. Stored as the column `span_type`; the UI has an icon and a hue for each.
 * Decided once, by {@link classifySpan} in span-type.ts.
 */
export const spanTypes = [
  "model", // chat, generate_content, text_completion
  "embedding",
  "retrieval",
  "rerank",
  "tool",
  "agent",
  "workflow",
  "guardrail",
  "evaluation",
  "memory",
  "http",
  "rpc",
  "database",
  "messaging",
  "internal",
] as const;
export type SpanType = (typeof spanTypes)[number];
