import type { Dialect } from "./content-model.ts";

/**
 * What a key tells. `stepInput` and `stepOutput` are what went in and came out of any kind of step; the span's type decides what
 * that is: a tool's arguments, a retriever's query, a model's messages. `messages` holds both sides of a conversation.
 */
export type Slot =
  | "instructions"
  | "input"
  | "output"
  | "messages"
  | "messageEvents"
  | "outputText"
  | "outputReasoning"
  | "outputToolCalls"
  | "toolDefinitions"
  | "toolName"
  | "toolId"
  | "toolDescription"
  | "toolArguments"
  | "toolResult"
  | "query"
  | "documents"
  | "embedded"
  | "parameters"
  | "stepInput"
  | "stepOutput";

export interface ContentRule {
  readonly dialect: Dialect;
  /** A key; with `form: "indexed"` or `"prefix"` what such keys begin with, dot included. */
  readonly key: string;
  readonly slot: Slot;
  /** `indexed`: the keys `{key}{n}.…` spell a list. `prefix`: every key below is one item. */
  readonly form?: "indexed" | "prefix";
  /** Only on spans that have this key too: the same key means another thing elsewhere. */
  readonly when?: string;
}

/** In order of precedence within a slot: the first whose key is there and can be read is believed, the others are superseded. */
export const contentRules: readonly ContentRule[] = [
  // OpenTelemetry GenAI 1.37 and later; on the span or on `gen_ai.client.inference.operation.details`.
  { dialect: "gen-ai", key: "gen_ai.system_instructions", slot: "instructions" },
  { dialect: "gen-ai", key: "gen_ai.input.messages", slot: "input" },
  { dialect: "gen-ai", key: "gen_ai.output.messages", slot: "output" },
  { dialect: "gen-ai", key: "gen_ai.tool.definitions", slot: "toolDefinitions" },
  { dialect: "gen-ai", key: "gen_ai.tool.name", slot: "toolName" },
  { dialect: "gen-ai", key: "gen_ai.tool.call.id", slot: "toolId" },
  { dialect: "gen-ai", key: "gen_ai.tool.description", slot: "toolDescription" },
  { dialect: "gen-ai", key: "gen_ai.tool.call.arguments", slot: "toolArguments" },
  { dialect: "gen-ai", key: "gen_ai.tool.call.result", slot: "toolResult" },
  { dialect: "gen-ai", key: "gen_ai.retrieval.query.text", slot: "query" },
  { dialect: "gen-ai", key: "gen_ai.retrieval.documents", slot: "documents" },
  { dialect: "gen-ai", key: "gen_ai.memory.query.text", slot: "query" },
  { dialect: "gen-ai", key: "gen_ai.memory.records", slot: "documents" },
  { dialect: "gen-ai", key: "gen_ai.request.", slot: "parameters", form: "prefix" },

  // Genscope's own steps, where the conventions have no key.
  { dialect: "genscope", key: "genscope.input", slot: "stepInput" },
  { dialect: "genscope", key: "genscope.output", slot: "stepOutput" },

  // Pydantic AI, by version of its instrumentation; Logfire's own OpenAI and Anthropic instrumentations.
  { dialect: "pydantic-ai", key: "pydantic_ai.all_messages", slot: "messages" },
  { dialect: "pydantic-ai", key: "all_messages_events", slot: "messageEvents" },
  { dialect: "pydantic-ai", key: "events", slot: "messageEvents" },
  { dialect: "pydantic-ai", key: "request_data", slot: "input" },
  { dialect: "pydantic-ai", key: "response_data", slot: "output" },
  { dialect: "pydantic-ai", key: "tool_arguments", slot: "toolArguments" },
  { dialect: "pydantic-ai", key: "tool_response", slot: "toolResult" },
  { dialect: "pydantic-ai", key: "model_request_parameters", slot: "toolDefinitions" },
  { dialect: "pydantic-ai", key: "final_result", slot: "stepOutput" },

  { dialect: "openllmetry", key: "gen_ai.prompt.", slot: "input", form: "indexed" },
  { dialect: "openllmetry", key: "gen_ai.completion.", slot: "output", form: "indexed" },
  { dialect: "openllmetry", key: "llm.prompts.", slot: "input", form: "indexed" },
  { dialect: "openllmetry", key: "llm.completions.", slot: "output", form: "indexed" },
  { dialect: "openllmetry", key: "llm.request.functions.", slot: "toolDefinitions", form: "indexed" },

  { dialect: "openinference", key: "llm.input_messages.", slot: "input", form: "indexed" },
  { dialect: "openinference", key: "llm.output_messages.", slot: "output", form: "indexed" },
  { dialect: "openinference", key: "llm.prompts.", slot: "input", form: "indexed" },
  { dialect: "openinference", key: "llm.tools.", slot: "toolDefinitions", form: "indexed" },
  { dialect: "openinference", key: "llm.invocation_parameters", slot: "parameters" },
  { dialect: "openinference", key: "reranker.query", slot: "query" },
  { dialect: "openinference", key: "retrieval.documents.", slot: "documents", form: "indexed" },
  { dialect: "openinference", key: "reranker.output_documents.", slot: "documents", form: "indexed" },
  { dialect: "openinference", key: "reranker.input_documents.", slot: "documents", form: "indexed" },
  { dialect: "openinference", key: "embedding.embeddings.", slot: "embedded", form: "indexed" },
  { dialect: "openinference", key: "embedding.text", slot: "embedded" },
  { dialect: "openinference", key: "tool.name", slot: "toolName" },
  { dialect: "openinference", key: "tool_call.id", slot: "toolId" },
  { dialect: "openinference", key: "tool.id", slot: "toolId" },
  { dialect: "openinference", key: "tool.description", slot: "toolDescription" },
  { dialect: "openinference", key: "tool_call.function.arguments", slot: "toolArguments" },

  // AI SDK 3 to 6; version 7 writes OpenTelemetry's keys.
  { dialect: "ai-sdk", key: "ai.prompt.messages", slot: "input" },
  { dialect: "ai-sdk", key: "ai.prompt", slot: "input" },
  { dialect: "ai-sdk", key: "ai.response.reasoning", slot: "outputReasoning" },
  { dialect: "ai-sdk", key: "ai.response.text", slot: "outputText" },
  { dialect: "ai-sdk", key: "ai.response.object", slot: "outputText" },
  { dialect: "ai-sdk", key: "ai.result.text", slot: "outputText" },
  { dialect: "ai-sdk", key: "ai.result.object", slot: "outputText" },
  { dialect: "ai-sdk", key: "ai.response.toolCalls", slot: "outputToolCalls" },
  { dialect: "ai-sdk", key: "ai.result.toolCalls", slot: "outputToolCalls" },
  { dialect: "ai-sdk", key: "ai.prompt.tools", slot: "toolDefinitions" },
  { dialect: "ai-sdk", key: "ai.toolCall.name", slot: "toolName" },
  { dialect: "ai-sdk", key: "ai.toolCall.id", slot: "toolId" },
  { dialect: "ai-sdk", key: "ai.toolCall.args", slot: "toolArguments" },
  { dialect: "ai-sdk", key: "ai.toolCall.result", slot: "toolResult" },
  { dialect: "ai-sdk", key: "ai.values", slot: "embedded" },
  { dialect: "ai-sdk", key: "ai.value", slot: "embedded" },
  { dialect: "ai-sdk", key: "ai.settings.", slot: "parameters", form: "prefix" },

  { dialect: "langfuse", key: "langfuse.observation.input", slot: "stepInput" },
  { dialect: "langfuse", key: "langfuse.observation.output", slot: "stepOutput" },
  { dialect: "langfuse", key: "langfuse.observation.model.parameters", slot: "parameters" },

  { dialect: "mlflow", key: "mlflow.chat.tools", slot: "toolDefinitions" },
  { dialect: "mlflow", key: "mlflow.chat.messages", slot: "messages" },
  { dialect: "mlflow", key: "mlflow.spanInputs", slot: "stepInput" },
  { dialect: "mlflow", key: "mlflow.spanOutputs", slot: "stepOutput" },

  // LangSmith's exporter writes a run's inputs and outputs, whatever the run is, under the oldest GenAI keys.
  { dialect: "langsmith", key: "gen_ai.prompt", slot: "stepInput", when: "langsmith.span.kind" },
  { dialect: "langsmith", key: "gen_ai.completion", slot: "stepOutput", when: "langsmith.span.kind" },
  { dialect: "gen-ai-events", key: "gen_ai.prompt", slot: "stepInput" },
  { dialect: "gen-ai-events", key: "gen_ai.completion", slot: "stepOutput" },

  { dialect: "openllmetry", key: "traceloop.entity.input", slot: "stepInput" },
  { dialect: "openllmetry", key: "traceloop.entity.output", slot: "stepOutput" },
  { dialect: "openinference", key: "input.value", slot: "stepInput" },
  { dialect: "openinference", key: "output.value", slot: "stepOutput" },
];

/** Events, on the span or as log records, that are one message each: 1.28 to 1.36. The role is what stands between the dots. */
export const messageEvents: ReadonlyMap<string, { readonly slot: "input" | "output"; readonly role: string }> = new Map(
  [
    ["gen_ai.system.message", { slot: "input", role: "system" }],
    ["gen_ai.user.message", { slot: "input", role: "user" }],
    ["gen_ai.assistant.message", { slot: "input", role: "assistant" }],
    ["gen_ai.tool.message", { slot: "input", role: "tool" }],
    ["gen_ai.choice", { slot: "output", role: "assistant" }],
  ],
);

/** Events whose attributes say what a span's would. The last two are those of 1.26 and 1.27; Genscope's carries the content of all that is no inference. */
export const detailEvents: ReadonlySet<string> = new Set([
  "gen_ai.client.inference.operation.details",
  "genscope.step.details",
  "gen_ai.content.prompt",
  "gen_ai.content.completion",
]);

/** Whose key it is, by how it begins; the first that fits. A key of none of these is no business of the GenAI dialects. */
export const dialectPrefixes: readonly (readonly [prefix: string, dialect: Dialect])[] = [
  ["gen_ai.prompt.", "openllmetry"],
  ["gen_ai.completion.", "openllmetry"],
  ["gen_ai.", "gen-ai"],
  ["traceloop.", "openllmetry"],
  ["llm.request.", "openllmetry"],
  ["llm.usage.", "openllmetry"],
  ["llm.completions.", "openllmetry"],
  ["llm.", "openinference"],
  ["openinference.", "openinference"],
  ["input.", "openinference"],
  ["output.", "openinference"],
  ["retrieval.", "openinference"],
  ["reranker.", "openinference"],
  ["embedding.", "openinference"],
  ["tool.", "openinference"],
  ["tool_call.", "openinference"],
  ["ai.", "ai-sdk"],
  ["langfuse.", "langfuse"],
  ["langsmith.", "langsmith"],
  ["mlflow.", "mlflow"],
  ["pydantic_ai.", "pydantic-ai"],
  ["logfire.", "pydantic-ai"],
];

/** In words, for the reader of the panel. */
export const slotMeanings: Readonly<Record<Slot, string>> = {
  instructions: "system instructions",
  input: "input messages",
  output: "output messages",
  messages: "messages",
  messageEvents: "messages",
  outputText: "output text",
  outputReasoning: "reasoning",
  outputToolCalls: "tool calls",
  toolDefinitions: "tools offered",
  toolName: "tool name",
  toolId: "tool call id",
  toolDescription: "tool description",
  toolArguments: "tool arguments",
  toolResult: "tool result",
  query: "query",
  documents: "documents",
  embedded: "embedded text",
  parameters: "model parameter",
  stepInput: "input",
  stepOutput: "output",
};
