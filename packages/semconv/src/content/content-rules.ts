import { spanTypes } from "../span-fields.ts";
import type { SpanType } from "../span-fields.ts";
import type { Facet } from "./content.ts";

/** How the value that a rule finds is read. */
export type Shape =
  /** Messages in any of the shapes that readMessages knows. */
  | "messages"
  /** The parts of one message. */
  | "parts"
  /** The text of one message, never taken for JSON. */
  | "plain text"
  /** Tool calls of one message. */
  | "tool calls"
  | "documents"
  | "definitions"
  /** Text, or JSON as text. */
  | "text";

/** One row: where a dialect keeps a facet of a span's content. */
export interface ContentRule {
  readonly facet: Facet;
  readonly dialect: string;
  /** The attribute; or, ending in `.*`, a list flattened into keys. */
  readonly key: string;
  readonly shape: Shape;
  /** Only for spans of these types (see span-fields.ts): generic keys mean something else on each. */
  readonly on?: readonly SpanType[];
  /** Read beside the other rules of its dialect and facet rather than instead of them. */
  readonly adds?: true;
}

const openTelemetry = "OpenTelemetry";
const openLLMetry = "OpenLLMetry";
const openInference = "OpenInference";
const vercel = "Vercel AI SDK";
const langfuse = "Langfuse";
const langSmith = "LangSmith";
const mlflow = "MLflow";
const pydantic = "Pydantic AI";

/** Where generic input and output are those of a call rather than a tool's or a search's. */
const calls = spanTypes.filter((type) => type !== "tool" && type !== "retrieval" && type !== "rerank");

/**
 * In order of precedence: of a facet the first rule that finds something tells. OpenTelemetry's own come first, then what says more, then the generic
 * input and output of whole functions.
 */
export const contentRules: readonly ContentRule[] = [
  { facet: "instructions", dialect: openTelemetry, key: "gen_ai.system_instructions", shape: "parts" },
  { facet: "input", dialect: openTelemetry, key: "gen_ai.input.messages", shape: "messages" },
  { facet: "output", dialect: openTelemetry, key: "gen_ai.output.messages", shape: "messages" },
  { facet: "tools offered", dialect: openTelemetry, key: "gen_ai.tool.definitions", shape: "definitions" },
  { facet: "tool name", dialect: openTelemetry, key: "gen_ai.tool.name", shape: "text" },
  { facet: "tool call id", dialect: openTelemetry, key: "gen_ai.tool.call.id", shape: "text" },
  { facet: "tool description", dialect: openTelemetry, key: "gen_ai.tool.description", shape: "text" },
  { facet: "tool arguments", dialect: openTelemetry, key: "gen_ai.tool.call.arguments", shape: "text" },
  { facet: "tool result", dialect: openTelemetry, key: "gen_ai.tool.call.result", shape: "text" },
  { facet: "query", dialect: openTelemetry, key: "gen_ai.retrieval.query.text", shape: "text" },
  { facet: "documents", dialect: openTelemetry, key: "gen_ai.retrieval.documents", shape: "documents" },

  { facet: "input", dialect: openLLMetry, key: "gen_ai.prompt.*", shape: "messages" },
  { facet: "output", dialect: openLLMetry, key: "gen_ai.completion.*", shape: "messages" },
  { facet: "tools offered", dialect: openLLMetry, key: "llm.request.functions.*", shape: "definitions" },

  { facet: "input", dialect: openInference, key: "llm.input_messages.*", shape: "messages" },
  { facet: "output", dialect: openInference, key: "llm.output_messages.*", shape: "messages" },
  { facet: "input", dialect: openInference, key: "llm.prompts.*", shape: "messages" },
  { facet: "input", dialect: openInference, key: "embedding.embeddings.*", shape: "messages" },
  { facet: "tools offered", dialect: openInference, key: "llm.tools.*", shape: "definitions" },
  { facet: "tool name", dialect: openInference, key: "tool.name", shape: "text" },
  { facet: "tool call id", dialect: openInference, key: "tool.id", shape: "text" },
  { facet: "tool description", dialect: openInference, key: "tool.description", shape: "text" },
  { facet: "documents", dialect: openInference, key: "reranker.output_documents.*", shape: "documents" },
  { facet: "documents", dialect: openInference, key: "retrieval.documents.*", shape: "documents" },
  { facet: "query", dialect: openInference, key: "reranker.query", shape: "text" },

  { facet: "input", dialect: vercel, key: "ai.prompt.messages", shape: "messages" },
  { facet: "input", dialect: vercel, key: "ai.prompt", shape: "messages" },
  { facet: "input", dialect: vercel, key: "ai.values", shape: "messages" },
  { facet: "input", dialect: vercel, key: "ai.value", shape: "messages" },
  { facet: "output", dialect: vercel, key: "ai.response.text", shape: "plain text", adds: true },
  { facet: "output", dialect: vercel, key: "ai.response.object", shape: "plain text", adds: true },
  { facet: "output", dialect: vercel, key: "ai.response.toolCalls", shape: "tool calls", adds: true },
  { facet: "tools offered", dialect: vercel, key: "ai.prompt.tools", shape: "definitions" },
  { facet: "tool name", dialect: vercel, key: "ai.toolCall.name", shape: "text" },
  { facet: "tool call id", dialect: vercel, key: "ai.toolCall.id", shape: "text" },
  { facet: "tool arguments", dialect: vercel, key: "ai.toolCall.args", shape: "text" },
  { facet: "tool arguments", dialect: vercel, key: "ai.toolCall.input", shape: "text" },
  { facet: "tool result", dialect: vercel, key: "ai.toolCall.result", shape: "text" },
  { facet: "tool result", dialect: vercel, key: "ai.toolCall.output", shape: "text" },

  { facet: "input", dialect: pydantic, key: "pydantic_ai.all_messages", shape: "messages" },
  { facet: "input", dialect: pydantic, key: "all_messages_events", shape: "messages" },
  { facet: "input", dialect: pydantic, key: "events", shape: "messages", on: ["model"] },
  { facet: "output", dialect: pydantic, key: "final_result", shape: "plain text" },
  { facet: "tool arguments", dialect: pydantic, key: "tool_arguments", shape: "text" },
  { facet: "tool result", dialect: pydantic, key: "tool_response", shape: "text" },

  // whole prompts and answers: OpenTelemetry of before 1.27, LangSmith's export
  { facet: "input", dialect: langSmith, key: "gen_ai.prompt", shape: "messages" },
  { facet: "output", dialect: langSmith, key: "gen_ai.completion", shape: "messages" },

  { facet: "tool arguments", dialect: langfuse, key: "langfuse.observation.input", shape: "text", on: ["tool"] },
  { facet: "tool result", dialect: langfuse, key: "langfuse.observation.output", shape: "text", on: ["tool"] },
  { facet: "query", dialect: langfuse, key: "langfuse.observation.input", shape: "text", on: ["retrieval"] },
  { facet: "documents", dialect: langfuse, key: "langfuse.observation.output", shape: "documents", on: ["retrieval"] },
  { facet: "input", dialect: langfuse, key: "langfuse.observation.input", shape: "messages", on: calls },
  { facet: "output", dialect: langfuse, key: "langfuse.observation.output", shape: "messages", on: calls },

  { facet: "tool arguments", dialect: mlflow, key: "mlflow.spanInputs", shape: "text", on: ["tool"] },
  { facet: "tool result", dialect: mlflow, key: "mlflow.spanOutputs", shape: "text", on: ["tool"] },
  { facet: "documents", dialect: mlflow, key: "mlflow.spanOutputs", shape: "documents", on: ["retrieval"] },
  { facet: "query", dialect: mlflow, key: "mlflow.spanInputs", shape: "text", on: ["retrieval"] },
  { facet: "input", dialect: mlflow, key: "mlflow.spanInputs", shape: "messages", on: calls },
  { facet: "output", dialect: mlflow, key: "mlflow.spanOutputs", shape: "messages", on: calls },

  { facet: "tool arguments", dialect: openLLMetry, key: "traceloop.entity.input", shape: "text", on: ["tool"] },
  { facet: "tool result", dialect: openLLMetry, key: "traceloop.entity.output", shape: "text", on: ["tool"] },
  { facet: "query", dialect: openLLMetry, key: "traceloop.entity.input", shape: "text", on: ["retrieval"] },
  { facet: "input", dialect: openLLMetry, key: "traceloop.entity.input", shape: "messages", on: calls },
  { facet: "output", dialect: openLLMetry, key: "traceloop.entity.output", shape: "messages", on: calls },

  { facet: "tool arguments", dialect: openInference, key: "tool.parameters", shape: "text", on: ["tool"] },
  { facet: "tool arguments", dialect: openInference, key: "input.value", shape: "text", on: ["tool"] },
  { facet: "tool result", dialect: openInference, key: "output.value", shape: "text", on: ["tool"] },
  { facet: "query", dialect: openInference, key: "input.value", shape: "text", on: ["retrieval", "rerank"] },
  { facet: "input", dialect: openInference, key: "input.value", shape: "messages", on: calls },
  { facet: "output", dialect: openInference, key: "output.value", shape: "messages", on: calls },
];
