import { type Context, SpanKind } from "@opentelemetry/api";
import type { ContentAttributes, OperationStart } from "../core/operation.ts";
import { arrayOf, integerOf, isObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import { toolStart } from "../core/tool-start.ts";
import type { MastraSpan } from "./mastra-data.ts";
import { answerOf, asObject, messagesOf } from "./mastra-model.ts";

const memoryOperations: Readonly<Record<string, string>> = {
  recall: "search_memory",
  save: "upsert_memory",
  update: "update_memory",
  delete: "delete_memory",
  observe: "create_memory",
  reflect: "update_memory",
};

/** Kinds of steps that are the application's own work. */
const tasks = new Set(["workflow_step", "generic", "rag_ingestion", "rag_action", "graph_action", "scorer_run"]);

/** The operation that a span of Mastra's is, `undefined` where it has no counterpart: what an agent consists of, and how a workflow gets to its steps. */
export function operationOf(span: MastraSpan, parent: Context): OperationStart | undefined {
  const { type, subject, attributes } = span;
  if (type === "agent_run") return runOf("invoke_agent", span, parent);
  if (type === "workflow_run") return runOf("invoke_workflow", span, parent);
  if (type.endsWith("tool_call")) return toolOf(span, parent);
  if (type === "memory_operation") {
    const name = memoryOperations[stringOf(attributes["operationType"]) ?? ""];
    if (name === undefined) return undefined;
    return {
      name,
      kind: SpanKind.CLIENT,
      attributes: {
        "gen_ai.operation.name": name,
        "gen_ai.memory.record.count": integerOf(attributes["messageCount"]),
      },
      parent,
    };
  }
  if (type === "rag_vector_operation" && attributes["operation"] === "query") return searchOf(span, parent);
  if (!tasks.has(type)) return undefined;
  const name = type === "workflow_step" ? (/'(.+)'/u.exec(span.name)?.[1] ?? subject) : span.name;
  return { name, kind: SpanKind.INTERNAL, attributes: { "genscope.task.name": name }, parent };
}

function runOf(kind: string, { subject, attributes, metadata, input }: MastraSpan, parent: Context): OperationStart {
  const about = { "gen_ai.agent.name": subject };
  return {
    name: `${kind} ${subject}`,
    kind: SpanKind.INTERNAL,
    attributes: {
      "gen_ai.operation.name": kind,
      ...about,
      // the thread of a memory
      "gen_ai.conversation.id": stringOf(attributes["conversationId"]) ?? stringOf(metadata["threadId"]),
    },
    parent,
    content: () => (kind === "invoke_agent" ? inputOf(input, attributes["instructions"]) : {}),
    duration: { metric: "gen_ai.invoke_agent.duration", attributes: () => about },
  };
}

function inputOf(input: unknown, instructions: unknown): ContentAttributes {
  const messages = messagesOf(input);
  return {
    ...(typeof instructions === "string" && instructions !== ""
      ? { "gen_ai.system_instructions": [{ type: "text", content: instructions }] }
      : {}),
    ...(messages.length === 0 ? {} : { "gen_ai.input.messages": messages }),
  };
}

function toolOf({ type, subject, attributes, input }: MastraSpan, parent: Context): OperationStart {
  const run = {
    name: subject,
    type: type === "provider_tool_call" ? "extension" : "function",
    callId: stringOf(attributes["toolCallId"]),
    description: stringOf(attributes["toolDescription"]),
    input: () => asObject(input, "input"),
  };
  return toolStart(run, parent);
}

function searchOf({ attributes, input }: MastraSpan, parent: Context): OperationStart {
  const index = stringOf(attributes["indexName"]);
  return {
    name: index === undefined ? "retrieval" : `retrieval ${index}`,
    kind: SpanKind.CLIENT,
    attributes: {
      "gen_ai.operation.name": "retrieval",
      "db.system.name": stringOf(attributes["store"]),
      "gen_ai.data_source.id": index,
      "gen_ai.retrieval.top_k": integerOf(attributes["topK"]),
    },
    parent,
    content: () => ({ "gen_ai.retrieval.query.text": stringOf(objectOf(input)["query"]) ?? stringOf(input) }),
  };
}

/** What an operation came to. */
export function outcomeOf({ type, attributes, output }: MastraSpan): {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly content: () => ContentAttributes;
} {
  if (type.endsWith("tool_call")) {
    return { attributes: {}, content: () => ({ "gen_ai.tool.call.result": asObject(output, "output") }) };
  }
  if (type === "memory_operation") {
    const count = integerOf(attributes["vectorResultCount"]) ?? integerOf(attributes["messageCount"]);
    return { attributes: { "gen_ai.memory.record.count": count }, content: () => ({}) };
  }
  if (type === "rag_vector_operation") {
    const found = arrayOf(output).length > 0 ? arrayOf(output) : arrayOf(objectOf(output)["results"]);
    return {
      attributes: { "genscope.retrieval.count": found.length },
      content: () => ({ "gen_ai.retrieval.documents": found.filter(isObject).map(documentOf) }),
    };
  }
  return {
    attributes: {},
    content: () => {
      const messages = type === "agent_run" ? answerOf(output) : [];
      return messages.length === 0 ? {} : { "gen_ai.output.messages": messages };
    },
  };
}

function documentOf(found: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const score = numberOf(found["score"]);
  return {
    ...(typeof found["id"] === "string" ? { id: found["id"] } : {}),
    ...(score === undefined ? {} : { score }),
    content: found["document"] ?? objectOf(found["metadata"])["text"],
  };
}
