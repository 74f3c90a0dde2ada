import { llamaIndexModules } from "./llamaindex/modules.ts";

/** One library that is instrumented. */
export interface Library {
  /** The subpath of this package with its instrumentation, which also names it in options. */
  readonly name: string;
  /** The export of that subpath: a subclass of `LibraryInstrumentation`. */
  readonly className: string;
  /** What is waited for, as an application would import it. */
  readonly specifiers: readonly string[];
  /** Functions of these modules that are not exported and are replaced. */
  readonly locals?: readonly string[];
}

/** Every library that is instrumented. */
export const libraries = [
  {
    name: "openai",
    className: "OpenAIInstrumentation",
    specifiers: [
      "openai",
      "openai/realtime/ws",
      "openai/realtime/websocket",
      "openai/beta/realtime/ws",
      "openai/beta/realtime/websocket",
    ],
  },
  {
    name: "anthropic",
    className: "AnthropicInstrumentation",
    // the flavours for Bedrock, Vertex and Foundry load no more of the library than its resources
    specifiers: ["@anthropic-ai/sdk", "@anthropic-ai/sdk/resources/index"],
  },
  { name: "bedrock", className: "BedrockInstrumentation", specifiers: ["@aws-sdk/client-bedrock-runtime"] },
  { name: "google", className: "GoogleGenAIInstrumentation", specifiers: ["@google/genai"] },
  { name: "ollama", className: "OllamaInstrumentation", specifiers: ["ollama", "ollama/browser"] },
  { name: "groq", className: "GroqInstrumentation", specifiers: ["groq-sdk"] },
  { name: "together", className: "TogetherInstrumentation", specifiers: ["together-ai"] },
  {
    name: "mistral",
    className: "MistralInstrumentation",
    specifiers: ["@mistralai/mistralai", "@mistralai/mistralai/extra/observability"],
  },
  { name: "cohere", className: "CohereInstrumentation", specifiers: ["cohere-ai", "cohere-ai/aws"] },
  { name: "voyage", className: "VoyageInstrumentation", specifiers: ["voyageai"] },
  { name: "huggingface", className: "HuggingFaceInstrumentation", specifiers: ["@huggingface/inference"] },
  { name: "replicate", className: "ReplicateInstrumentation", specifiers: ["replicate"] },
  {
    name: "vercel-ai",
    className: "VercelAiInstrumentation",
    specifiers: ["ai"],
    locals: ["getTracer", "selectTelemetryAttributes", "recordErrorOnSpan"],
  },
  { name: "openai-agents", className: "OpenAIAgentsInstrumentation", specifiers: ["@openai/agents-core"] },
  {
    name: "langchain",
    className: "LangChainInstrumentation",
    specifiers: [
      "@langchain/core/callbacks/manager",
      "@langchain/core/singletons",
      "@langchain/core/language_models/chat_models",
      "@langchain/core/language_models/llms",
    ],
  },
  {
    name: "llamaindex",
    className: "LlamaIndexInstrumentation",
    specifiers: llamaIndexModules,
    locals: ["callTool"],
  },
  {
    name: "mastra",
    className: "MastraInstrumentation",
    specifiers: ["@mastra/observability", "@mastra/core", "@mastra/core/mastra"],
  },
  {
    name: "claude-agent",
    className: "ClaudeAgentInstrumentation",
    specifiers: ["@anthropic-ai/claude-agent-sdk"],
    locals: ["query", "tool"],
  },
  { name: "qdrant", className: "QdrantInstrumentation", specifiers: ["@qdrant/js-client-rest"] },
  { name: "pinecone", className: "PineconeInstrumentation", specifiers: ["@pinecone-database/pinecone"] },
  { name: "chroma", className: "ChromaInstrumentation", specifiers: ["chromadb", "chromadb-client"] },
  { name: "elasticsearch", className: "ElasticsearchInstrumentation", specifiers: ["@elastic/elasticsearch"] },
  { name: "opensearch", className: "OpenSearchInstrumentation", specifiers: ["@opensearch-project/opensearch"] },
  { name: "weaviate", className: "WeaviateInstrumentation", specifiers: ["weaviate-client", "weaviate-ts-client"] },
  { name: "milvus", className: "MilvusInstrumentation", specifiers: ["@zilliz/milvus2-sdk-node"] },
  { name: "lancedb", className: "LanceDbInstrumentation", specifiers: ["@lancedb/lancedb"] },
  { name: "redis", className: "RedisInstrumentation", specifiers: ["@redis/client/dist/lib/client"] },
  { name: "ioredis", className: "IoredisInstrumentation", specifiers: ["ioredis"] },
  { name: "pg", className: "PgInstrumentation", specifiers: ["pg"] },
  {
    name: "mcp",
    className: "McpInstrumentation",
    specifiers: [
      "@modelcontextprotocol/sdk/shared/protocol.js",
      "@modelcontextprotocol/client",
      "@modelcontextprotocol/server",
    ],
  },
] as const satisfies readonly Library[];

export type LibraryName = (typeof libraries)[number]["name"];

/** What is waited for, of one library. */
export function specifiersOf(name: LibraryName): readonly string[] {
  return libraries.find((one) => one.name === name)?.specifiers ?? [];
}
