import type { AttributeName } from "./attributes.ts";

/**
 * How much the conventions want an attribute: on every span, under a condition, where the library has it, or only if somebody asked for it (content).
 */
export type RequirementLevel = "required" | "conditional" | "recommended" | "opt-in";

export type Requirements = { readonly [Name in AttributeName]?: RequirementLevel };

/** One kind of span as the conventions define it. */
export interface SpanConvention {
  /** The conventions' own id of the kind, which is not sent. */
  readonly type: string;
  readonly kind: "CLIENT" | "SERVER" | "INTERNAL";
  /** Values of `gen_ai.operation.name`; empty where another attribute tells the kind. */
  readonly operations: readonly string[];
  /** The attribute whose value follows the operation in the span's name. */
  readonly nameSuffix?: AttributeName;
  readonly attributes: Requirements;
  /** Attributes that a sampler wants to see: set when the span starts. */
  readonly atStart: readonly AttributeName[];
}

const error = { "error.type": "conditional" } as const;
const address = { "server.address": "recommended", "server.port": "conditional" } as const;
const content = {
  "gen_ai.system_instructions": "opt-in",
  "gen_ai.input.messages": "opt-in",
  "gen_ai.output.messages": "opt-in",
  "gen_ai.tool.definitions": "opt-in",
} as const;
const usage = {
  "gen_ai.usage.input_tokens": "recommended",
  "gen_ai.usage.output_tokens": "recommended",
} as const;
const usageParts = {
  "gen_ai.usage.cache_read.input_tokens": "recommended",
  "gen_ai.usage.cache_write.input_tokens": "recommended",
  "gen_ai.usage.reasoning.output_tokens": "recommended",
  "gen_ai.usage.text.input_tokens": "recommended",
  "gen_ai.usage.image.input_tokens": "recommended",
  "gen_ai.usage.audio.input_tokens": "recommended",
  "gen_ai.usage.text.output_tokens": "recommended",
  "gen_ai.usage.image.output_tokens": "recommended",
  "gen_ai.usage.audio.output_tokens": "recommended",
  "gen_ai.usage.text.cache_read.input_tokens": "recommended",
  "gen_ai.usage.image.cache_read.input_tokens": "recommended",
  "gen_ai.usage.audio.cache_read.input_tokens": "recommended",
} as const;
const provider = { "gen_ai.operation.name": "required", "gen_ai.provider.name": "required" } as const;
const model = { "gen_ai.request.model": "conditional" } as const;
const parameters = {
  "gen_ai.request.max_tokens": "recommended",
  "gen_ai.request.temperature": "recommended",
  "gen_ai.request.top_p": "recommended",
  "gen_ai.request.frequency_penalty": "recommended",
  "gen_ai.request.presence_penalty": "recommended",
  "gen_ai.request.stop_sequences": "recommended",
  "gen_ai.request.choice.count": "conditional",
  "gen_ai.request.seed": "conditional",
  "gen_ai.output.type": "conditional",
  "gen_ai.conversation.id": "conditional",
} as const;
const clientStart = [
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "server.address",
  "server.port",
] as const satisfies readonly AttributeName[];

const invokeAgent = {
  "gen_ai.operation.name": "required",
  ...model,
  ...parameters,
  ...usage,
  ...content,
  ...error,
  "gen_ai.agent.name": "conditional",
  "gen_ai.agent.description": "conditional",
  "gen_ai.data_source.id": "conditional",
  "gen_ai.response.finish_reasons": "recommended",
} as const;

const mcp = {
  "mcp.method.name": "required",
  "gen_ai.operation.name": "recommended",
  "gen_ai.tool.name": "conditional",
  "gen_ai.prompt.name": "conditional",
  ...error,
  "rpc.response.status_code": "conditional",
  "mcp.resource.uri": "conditional",
  "jsonrpc.request.id": "conditional",
  "mcp.protocol.version": "recommended",
  "mcp.session.id": "recommended",
  "network.transport": "recommended",
  "network.protocol.name": "recommended",
  "network.protocol.version": "recommended",
  "jsonrpc.protocol.version": "recommended",
  "gen_ai.tool.call.arguments": "opt-in",
  "gen_ai.tool.call.result": "opt-in",
} as const;

/** The kinds of spans at the pinned version ({@link genAiVersion}). */
export const spanConventions = {
  inference: {
    type: "gen_ai.client.inference",
    kind: "CLIENT",
    operations: ["chat", "generate_content", "text_completion"],
    nameSuffix: "gen_ai.request.model",
    atStart: clientStart,
    attributes: {
      ...provider,
      ...model,
      ...parameters,
      ...usage,
      ...usageParts,
      ...content,
      ...address,
      ...error,
      "gen_ai.prompt.name": "conditional",
      "gen_ai.prompt.version": "conditional",
      "gen_ai.request.stream": "conditional",
      "gen_ai.request.top_k": "conditional",
      "gen_ai.request.reasoning.level": "recommended",
      "gen_ai.request.previous_response.id": "recommended",
      "gen_ai.response.id": "recommended",
      "gen_ai.response.model": "recommended",
      "gen_ai.response.finish_reasons": "recommended",
      "gen_ai.response.time_to_first_chunk": "recommended",
      "gen_ai.conversation.compacted": "recommended",
      "openai.request.service_tier": "conditional",
      "openai.response.service_tier": "conditional",
      "openai.response.system_fingerprint": "recommended",
      "openai.api.type": "recommended",
      // only where a guardrail is in use, though the conventions' page of Bedrock calls it required
      "aws.bedrock.guardrail.id": "conditional",
    },
  },
  embeddings: {
    type: "gen_ai.client.embeddings",
    kind: "CLIENT",
    operations: ["embeddings"],
    nameSuffix: "gen_ai.request.model",
    atStart: clientStart,
    attributes: {
      ...provider,
      ...model,
      ...address,
      ...error,
      "gen_ai.request.encoding_formats": "recommended",
      "gen_ai.embeddings.dimension.count": "recommended",
      "gen_ai.usage.input_tokens": "recommended",
      "gen_ai.response.model": "recommended",
    },
  },
  retrieval: {
    type: "gen_ai.retrieval.client",
    kind: "CLIENT",
    operations: ["retrieval"],
    nameSuffix: "gen_ai.data_source.id",
    atStart: [],
    attributes: {
      "gen_ai.operation.name": "required",
      "gen_ai.provider.name": "conditional",
      ...model,
      ...address,
      ...error,
      "gen_ai.data_source.id": "conditional",
      "gen_ai.retrieval.top_k": "recommended",
      "gen_ai.retrieval.query.text": "opt-in",
      "gen_ai.retrieval.documents": "opt-in",
    },
  },
  fetchResponse: {
    type: "gen_ai.fetch_response.client",
    kind: "CLIENT",
    operations: ["fetch_response"],
    atStart: ["gen_ai.operation.name", "gen_ai.provider.name", "server.address", "server.port"],
    attributes: {
      ...provider,
      ...address,
      ...error,
      "gen_ai.response.id": "required",
      "gen_ai.request.stream_cursor": "conditional",
      "gen_ai.response.model": "recommended",
      "gen_ai.response.status": "recommended",
      "gen_ai.response.finish_reasons": "recommended",
      "gen_ai.system_instructions": "opt-in",
      "gen_ai.output.messages": "opt-in",
      "gen_ai.tool.definitions": "opt-in",
      "openai.api.type": "recommended",
      "openai.response.service_tier": "conditional",
    },
  },
  memory: {
    type: "gen_ai.memory.client",
    kind: "CLIENT",
    operations: [
      "search_memory",
      "create_memory",
      "update_memory",
      "upsert_memory",
      "delete_memory",
      "create_memory_store",
      "delete_memory_store",
    ],
    atStart: [],
    attributes: {
      "gen_ai.operation.name": "required",
      "gen_ai.provider.name": "conditional",
      ...address,
      ...error,
      "gen_ai.memory.store.id": "conditional",
      "gen_ai.memory.record.id": "conditional",
      "gen_ai.memory.record.count": "recommended",
      "gen_ai.memory.query.text": "opt-in",
      "gen_ai.memory.records": "opt-in",
    },
  },
  createAgent: {
    type: "gen_ai.create_agent.client",
    kind: "CLIENT",
    operations: ["create_agent"],
    nameSuffix: "gen_ai.agent.name",
    atStart: [...clientStart, "gen_ai.agent.name"],
    attributes: {
      ...provider,
      ...model,
      ...address,
      ...error,
      "gen_ai.agent.id": "conditional",
      "gen_ai.agent.name": "conditional",
      "gen_ai.agent.description": "conditional",
      "gen_ai.agent.version": "conditional",
      "gen_ai.system_instructions": "opt-in",
    },
  },
  invokeAgentClient: {
    type: "gen_ai.invoke_agent.client",
    kind: "CLIENT",
    operations: ["invoke_agent"],
    nameSuffix: "gen_ai.agent.name",
    atStart: [...clientStart, "gen_ai.agent.name"],
    attributes: {
      ...invokeAgent,
      ...provider,
      ...address,
      ...usageParts,
      "gen_ai.agent.id": "conditional",
      "gen_ai.agent.version": "conditional",
      "gen_ai.request.previous_response.id": "recommended",
    },
  },
  invokeAgent: {
    type: "gen_ai.invoke_agent.internal",
    kind: "INTERNAL",
    operations: ["invoke_agent", "invoke_workflow"],
    nameSuffix: "gen_ai.agent.name",
    atStart: ["gen_ai.operation.name", "gen_ai.request.model", "gen_ai.agent.name"],
    attributes: invokeAgent,
  },
  plan: {
    type: "gen_ai.plan.internal",
    kind: "INTERNAL",
    operations: ["plan"],
    nameSuffix: "gen_ai.agent.name",
    atStart: ["gen_ai.operation.name"],
    attributes: { "gen_ai.operation.name": "required", "gen_ai.agent.name": "conditional", ...error },
  },
  executeTool: {
    type: "gen_ai.execute_tool",
    kind: "INTERNAL",
    operations: ["execute_tool"],
    nameSuffix: "gen_ai.tool.name",
    atStart: ["gen_ai.operation.name", "gen_ai.tool.name", "gen_ai.tool.type"],
    attributes: {
      "gen_ai.operation.name": "required",
      "gen_ai.tool.name": "required",
      "gen_ai.agent.name": "conditional",
      "gen_ai.conversation.id": "conditional",
      ...error,
      "gen_ai.tool.type": "recommended",
      "gen_ai.tool.call.id": "recommended",
      "gen_ai.tool.description": "recommended",
      "gen_ai.tool.call.arguments": "opt-in",
      "gen_ai.tool.call.result": "opt-in",
      "gen_ai.skill.name": "conditional",
      "gen_ai.skill.description": "recommended",
      "gen_ai.skill.source.uri": "recommended",
      "gen_ai.skill.resource.name": "conditional",
      "process.executable.name": "conditional",
      "process.executable.path": "recommended",
      "process.exit.code": "conditional",
    },
  },
  mcpClient: {
    type: "mcp.client",
    kind: "CLIENT",
    operations: [],
    atStart: [],
    attributes: { ...mcp, ...address },
  },
  mcpServer: {
    type: "mcp.server",
    kind: "SERVER",
    operations: [],
    atStart: [],
    attributes: { ...mcp, "client.address": "recommended", "client.port": "recommended" },
  },
} as const satisfies Readonly<Record<string, SpanConvention>>;

export type SpanConventionName = keyof typeof spanConventions;

/** The span's name: the operation, followed by the value the conventions put there if there is one. */
export function genAiSpanName(operation: string, suffix?: string): string {
  return suffix === undefined || suffix === "" ? operation : `${operation} ${suffix}`;
}
