import type { Requirements } from "./spans.ts";

/** One metric: its instrument, UCUM unit, advised bucket boundaries and attributes. */
export interface MetricConvention {
  readonly instrument: "histogram" | "counter";
  readonly unit: string;
  readonly description: string;
  /** Upper bounds, ascending. */
  readonly boundaries?: readonly number[];
  readonly attributes: Requirements;
}

const powersOf = (base: number, first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => Number((first * base ** index).toFixed(2)));

/** Seconds of a call to a model: 10 ms to 82 s, doubling. */
export const durationBoundaries: readonly number[] = powersOf(2, 0.01, 14);
/** Tokens of one operation: 1 to 67 million, by fours. */
export const tokenBoundaries: readonly number[] = powersOf(4, 1, 14);
/** Seconds of an agent's run: 100 ms to seven minutes, doubling. */
export const agentDurationBoundaries: readonly number[] = powersOf(2, 0.1, 13);
const callBoundaries: readonly number[] = powersOf(2, 1, 8);
const mcpBoundaries: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

const common = {
  "gen_ai.operation.name": "required",
  "gen_ai.provider.name": "required",
  "gen_ai.request.model": "conditional",
  "gen_ai.response.model": "recommended",
  "server.address": "recommended",
  "server.port": "conditional",
  "openai.response.service_tier": "recommended",
  "openai.response.system_fingerprint": "recommended",
} as const;
const withError = { ...common, "error.type": "conditional" } as const;
const counted = { ...common, "gen_ai.token.modality": "required" } as const;
const agent = { "gen_ai.agent.name": "recommended" } as const;
const mcpOperation = {
  "mcp.method.name": "required",
  "error.type": "conditional",
  "gen_ai.tool.name": "conditional",
  "gen_ai.prompt.name": "conditional",
  "rpc.response.status_code": "conditional",
  "gen_ai.operation.name": "recommended",
  "mcp.protocol.version": "recommended",
  "network.transport": "recommended",
  "network.protocol.name": "recommended",
  "network.protocol.version": "recommended",
  "jsonrpc.protocol.version": "recommended",
  "server.address": "recommended",
  "server.port": "recommended",
  "mcp.resource.uri": "opt-in",
} as const;
const mcpSession = {
  "mcp.protocol.version": "recommended",
  "network.transport": "recommended",
  "network.protocol.name": "recommended",
  "network.protocol.version": "recommended",
  "error.type": "conditional",
} as const;

function seconds(
  description: string,
  attributes: Requirements,
  boundaries: readonly number[] = durationBoundaries,
): MetricConvention {
  return { instrument: "histogram", unit: "s", description, boundaries, attributes };
}
function tokenCounter(description: string): MetricConvention {
  return { instrument: "counter", unit: "{token}", description, attributes: counted };
}
function tokenHistogram(description: string, attributes: Requirements): MetricConvention {
  return { instrument: "histogram", unit: "{token}", description, boundaries: tokenBoundaries, attributes };
}

/** The metrics at the pinned version, and those of 1.41 that it replaced ({@link conventions} says which belong to which). */
export const metricConventions = {
  "gen_ai.client.inference.duration": seconds("Duration of an inference, retries included.", withError),
  "gen_ai.client.inference.time_to_first_chunk": seconds(
    "From the request to the first chunk of a streamed answer.",
    common,
  ),
  "gen_ai.client.inference.time_per_output_chunk": seconds("Between one chunk of a stream and the next.", common),
  "gen_ai.client.inference.usage.input_tokens": tokenCounter("Input tokens used, cached ones included."),
  "gen_ai.client.inference.usage.output_tokens": tokenCounter("Output tokens used, reasoning included."),
  "gen_ai.client.inference.usage.cache_read.input_tokens": tokenCounter("Input tokens served from a cache."),
  "gen_ai.client.inference.usage.cache_write.input_tokens": tokenCounter("Input tokens written to a cache."),
  "gen_ai.client.inference.usage.reasoning.output_tokens": tokenCounter("Output tokens spent on reasoning."),
  "gen_ai.client.inference.operation.input_tokens": tokenHistogram("Input tokens of one inference.", withError),
  "gen_ai.client.inference.operation.output_tokens": tokenHistogram("Output tokens of one inference.", withError),
  "gen_ai.client.embeddings.duration": seconds("Duration of an embeddings call, retries included.", withError),
  "gen_ai.client.embeddings.operation.input_tokens": tokenHistogram("Input tokens of one embeddings call.", common),
  "gen_ai.client.operation.duration": seconds("Duration of a GenAI client operation.", withError),
  "gen_ai.invoke_agent.duration": seconds(
    "Duration of an agent's run.",
    { "error.type": "conditional", "gen_ai.agent.name": "conditional", "gen_ai.request.model": "recommended" },
    agentDurationBoundaries,
  ),
  "gen_ai.invoke_agent.inference_calls": {
    instrument: "histogram",
    unit: "{inference_call}",
    description: "Inferences an agent's run made itself.",
    boundaries: callBoundaries,
    attributes: agent,
  },
  "gen_ai.invoke_agent.tool_calls": {
    instrument: "histogram",
    unit: "{tool_call}",
    description: "Tools an agent's run called itself.",
    boundaries: callBoundaries,
    attributes: agent,
  },
  "gen_ai.execute_tool.duration": seconds("Duration of a tool's execution.", {
    "gen_ai.tool.name": "required",
    "gen_ai.tool.type": "recommended",
    "gen_ai.agent.name": "conditional",
    "error.type": "conditional",
  }),
  "mcp.client.operation.duration": seconds("Duration of an MCP request, at the client.", mcpOperation, mcpBoundaries),
  "mcp.server.operation.duration": seconds("Duration of an MCP request, at the server.", mcpOperation, mcpBoundaries),
  "mcp.client.session.duration": seconds("Duration of an MCP session, at the client.", mcpSession, mcpBoundaries),
  "mcp.server.session.duration": seconds("Duration of an MCP session, at the server.", mcpSession, mcpBoundaries),

  "gen_ai.client.token.usage": tokenHistogram("Tokens of one operation, by type.", withError),
  "gen_ai.client.operation.time_to_first_chunk": seconds(
    "From the request to the first chunk of a streamed answer.",
    common,
  ),
  "gen_ai.client.operation.time_per_output_chunk": seconds("Between one chunk of a stream and the next.", common),
} as const satisfies Readonly<Record<string, MetricConvention>>;

export type MetricName = keyof typeof metricConventions;
