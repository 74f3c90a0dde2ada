/** Well-known values: the conventions' own list of what an attribute may hold. Open lists, unless said: a provider outside them is named by its own word. */
export const operationNames = [
  "chat",
  "generate_content",
  "text_completion",
  "embeddings",
  "retrieval",
  "fetch_response",
  "create_agent",
  "invoke_agent",
  "execute_tool",
  "invoke_workflow",
  "plan",
  "search_memory",
  "create_memory",
  "update_memory",
  "upsert_memory",
  "delete_memory",
  "create_memory_store",
  "delete_memory_store",
] as const;
export type OperationName = (typeof operationNames)[number];

export const providerNames = [
  "openai",
  "anthropic",
  "aws.bedrock",
  "azure.ai.inference",
  "azure.ai.openai",
  "cohere",
  "deepseek",
  "gcp.gemini",
  "gcp.gen_ai",
  "gcp.vertex_ai",
  "groq",
  "ibm.watsonx.ai",
  "mistral_ai",
  "moonshot_ai",
  "perplexity",
  "x_ai",
] as const;
export type ProviderName = (typeof providerNames)[number];

export const outputTypes = ["text", "json", "image", "speech"] as const;
export type OutputType = (typeof outputTypes)[number];

export const tokenModalities = ["text", "image", "audio", "unknown"] as const;
export type TokenModality = (typeof tokenModalities)[number];

export const responseStatuses = ["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"] as const;

export const openAiApiTypes = ["chat_completions", "responses"] as const;

/** Closed only in the schema of messages: the attribute `gen_ai.response.finish_reasons` holds what the provider said. */
export const messageFinishReasons = ["stop", "length", "content_filter", "tool_call", "compaction", "error"] as const;

/** The lists by the attribute they belong to. */
export const wellKnownValues = {
  "gen_ai.operation.name": operationNames,
  "gen_ai.provider.name": providerNames,
  "gen_ai.output.type": outputTypes,
  "gen_ai.token.modality": tokenModalities,
  "gen_ai.response.status": responseStatuses,
  "openai.api.type": openAiApiTypes,
  "openai.request.service_tier": ["auto", "default"],
} as const;
