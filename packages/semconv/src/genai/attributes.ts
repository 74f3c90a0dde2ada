/**
 * The type of an attribute's value. `any` is structured content: an object or array where the signal can carry one (log records), JSON text where it
 * cannot (spans).
 */
export type AttributeType = "string" | "int" | "double" | "boolean" | "string[]" | "any";

/** Every attribute the GenAI conventions name, with its type. A name that is not here does not compile where an {@link AttributeName} is wanted. */
export const attributeTypes = {
  "error.type": "string",
  "server.address": "string",
  "server.port": "int",
  "exception.type": "string",
  "exception.message": "string",
  "exception.stacktrace": "string",

  "gen_ai.operation.name": "string",
  "gen_ai.provider.name": "string",
  "gen_ai.conversation.id": "string",
  "gen_ai.conversation.compacted": "boolean",
  "gen_ai.output.type": "string",

  "gen_ai.request.model": "string",
  "gen_ai.request.choice.count": "int",
  "gen_ai.request.encoding_formats": "string[]",
  "gen_ai.request.frequency_penalty": "double",
  "gen_ai.request.max_tokens": "int",
  "gen_ai.request.presence_penalty": "double",
  "gen_ai.request.previous_response.id": "string",
  "gen_ai.request.reasoning.level": "string",
  "gen_ai.request.seed": "int",
  "gen_ai.request.stop_sequences": "string[]",
  "gen_ai.request.stream": "boolean",
  "gen_ai.request.stream_cursor": "string",
  "gen_ai.request.temperature": "double",
  "gen_ai.request.top_k": "int",
  "gen_ai.request.top_p": "double",

  "gen_ai.response.finish_reasons": "string[]",
  "gen_ai.response.id": "string",
  "gen_ai.response.model": "string",
  "gen_ai.response.status": "string",
  "gen_ai.response.time_to_first_chunk": "double",

  "gen_ai.usage.input_tokens": "int",
  "gen_ai.usage.output_tokens": "int",
  "gen_ai.usage.cache_read.input_tokens": "int",
  "gen_ai.usage.cache_write.input_tokens": "int",
  "gen_ai.usage.reasoning.output_tokens": "int",
  "gen_ai.usage.text.input_tokens": "int",
  "gen_ai.usage.image.input_tokens": "int",
  "gen_ai.usage.audio.input_tokens": "int",
  "gen_ai.usage.text.output_tokens": "int",
  "gen_ai.usage.image.output_tokens": "int",
  "gen_ai.usage.audio.output_tokens": "int",
  "gen_ai.usage.text.cache_read.input_tokens": "int",
  "gen_ai.usage.image.cache_read.input_tokens": "int",
  "gen_ai.usage.audio.cache_read.input_tokens": "int",
  "gen_ai.token.modality": "string",

  "gen_ai.system_instructions": "any",
  "gen_ai.input.messages": "any",
  "gen_ai.output.messages": "any",
  "gen_ai.tool.definitions": "any",

  "gen_ai.agent.description": "string",
  "gen_ai.agent.id": "string",
  "gen_ai.agent.name": "string",
  "gen_ai.agent.version": "string",
  "gen_ai.main_agent.description": "string",
  "gen_ai.main_agent.id": "string",
  "gen_ai.main_agent.name": "string",

  "gen_ai.tool.call.arguments": "any",
  "gen_ai.tool.call.id": "string",
  "gen_ai.tool.call.result": "any",
  "gen_ai.tool.description": "string",
  "gen_ai.tool.name": "string",
  "gen_ai.tool.type": "string",
  "gen_ai.skill.description": "string",
  "gen_ai.skill.name": "string",
  "gen_ai.skill.resource.name": "string",
  "gen_ai.skill.source.uri": "string",
  "process.executable.name": "string",
  "process.executable.path": "string",
  "process.exit.code": "int",

  "gen_ai.data_source.id": "string",
  "gen_ai.embeddings.dimension.count": "int",
  "gen_ai.retrieval.documents": "any",
  "gen_ai.retrieval.query.text": "string",
  "gen_ai.retrieval.top_k": "int",

  "gen_ai.memory.query.text": "string",
  "gen_ai.memory.record.count": "int",
  "gen_ai.memory.record.id": "string",
  "gen_ai.memory.records": "any",
  "gen_ai.memory.store.id": "string",

  "gen_ai.prompt.name": "string",
  "gen_ai.prompt.version": "string",

  "gen_ai.evaluation.explanation": "string",
  "gen_ai.evaluation.name": "string",
  "gen_ai.evaluation.score.label": "string",
  "gen_ai.evaluation.score.value": "double",

  "openai.api.type": "string",
  "openai.request.service_tier": "string",
  "openai.response.service_tier": "string",
  "openai.response.system_fingerprint": "string",
  "azure.resource_provider.namespace": "string",
  "aws.bedrock.guardrail.id": "string",
  "aws.bedrock.knowledge_base.id": "string",

  "client.address": "string",
  "client.port": "int",
  "jsonrpc.protocol.version": "string",
  "jsonrpc.request.id": "string",
  "mcp.method.name": "string",
  "mcp.protocol.version": "string",
  "mcp.resource.uri": "string",
  "mcp.session.id": "string",
  "network.protocol.name": "string",
  "network.protocol.version": "string",
  "network.transport": "string",
  "rpc.response.status_code": "string",
} as const satisfies Readonly<Record<string, AttributeType>>;

export type AttributeName = keyof typeof attributeTypes;

/** A template of attributes: the variables of a prompt, one attribute each. */
export type PromptVariableName = `gen_ai.prompt.variable.${string}`;

interface ValueOf {
  readonly string: string;
  readonly int: number;
  readonly double: number;
  readonly boolean: boolean;
  readonly "string[]": readonly string[];
  readonly any: unknown;
}

/** What an attribute of that name holds. */
export type AttributeValueOf<Name extends AttributeName> = ValueOf[(typeof attributeTypes)[Name]];

/** Attributes whose names and types the compiler checks. */
export type GenAiAttributes = { readonly [Name in AttributeName]?: AttributeValueOf<Name> | undefined };

/** Whether a value has the type the conventions give to that attribute. Whole numbers are doubles too. */
export function hasAttributeType(type: AttributeType, value: unknown): boolean {
  switch (type) {
    case "int":
      return Number.isInteger(value);
    case "double":
      return typeof value === "number";
    case "string[]":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "any":
      return value !== undefined;
    default:
      return typeof value === type;
  }
}
