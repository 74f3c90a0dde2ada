import type { AttributeName } from "./attributes.ts";
import type { MetricName } from "./metrics.ts";

/** The release of the GenAI conventions that the tables here are pinned to. */
export const genAiVersion = "0.1.0";

/** Versions one can have spans, events and metrics written in: the pinned one, and two of the core conventions for backends that lag. */
export const conventionVersions = [genAiVersion, "1.41", "1.36"] as const;
export type ConventionVersion = (typeof conventionVersions)[number];

/** The name an attribute had in an older version; `null` where that version had no such attribute, so that it is left out. */
export type Renames = Readonly<Partial<Record<AttributeName, string | null>>>;

/** What differs between a version and the pinned one. */
export interface Convention {
  readonly version: ConventionVersion;
  /** For the instrumentation scope. Only core releases have published a schema file. */
  readonly schemaUrl?: string;
  readonly renames: Renames;
  /** Values of `gen_ai.provider.name` that were spelled otherwise. */
  readonly providerNames: Readonly<Record<string, string>>;
  /** The metric that takes a duration, by what was measured. */
  readonly durationMetrics: {
    readonly inference: MetricName;
    readonly embeddings: MetricName;
    readonly other: MetricName;
  };
  readonly chunkMetrics?: { readonly first: MetricName; readonly next: MetricName };
  /** `counters`: one counter per kind of token and two histograms. `type`: one histogram with the attribute `gen_ai.token.type`. */
  readonly tokenMetrics: "counters" | "type";
  /** Content and exceptions as they are sent: events of 1.37 and later, or one event per message. */
  readonly contentEvents: "details" | "per-message";
  readonly exceptionEvent: boolean;
}

const modalities: Renames = {
  "gen_ai.usage.text.input_tokens": null,
  "gen_ai.usage.image.input_tokens": null,
  "gen_ai.usage.audio.input_tokens": null,
  "gen_ai.usage.text.output_tokens": null,
  "gen_ai.usage.image.output_tokens": null,
  "gen_ai.usage.audio.output_tokens": null,
  "gen_ai.usage.text.cache_read.input_tokens": null,
  "gen_ai.usage.image.cache_read.input_tokens": null,
  "gen_ai.usage.audio.cache_read.input_tokens": null,
};

const since1_42: Renames = {
  ...modalities,
  "gen_ai.usage.cache_write.input_tokens": "gen_ai.usage.cache_creation.input_tokens",
  "gen_ai.retrieval.top_k": "gen_ai.request.top_k",
  "gen_ai.conversation.compacted": null,
  "gen_ai.request.previous_response.id": null,
  "gen_ai.request.reasoning.level": null,
  "gen_ai.request.stream_cursor": null,
  "gen_ai.response.status": null,
  "gen_ai.prompt.version": null,
};

const since1_37: Renames = {
  ...since1_42,
  "gen_ai.provider.name": "gen_ai.system",
  "openai.request.service_tier": "gen_ai.openai.request.service_tier",
  "openai.response.service_tier": "gen_ai.openai.response.service_tier",
  "openai.response.system_fingerprint": "gen_ai.openai.response.system_fingerprint",
  "openai.api.type": null,
  "gen_ai.system_instructions": null,
  "gen_ai.input.messages": null,
  "gen_ai.output.messages": null,
  "gen_ai.tool.definitions": null,
  "gen_ai.tool.call.arguments": null,
  "gen_ai.tool.call.result": null,
  "gen_ai.embeddings.dimension.count": null,
  "gen_ai.agent.version": null,
  "gen_ai.prompt.name": null,
  "gen_ai.request.stream": null,
  "gen_ai.response.time_to_first_chunk": null,
  "gen_ai.retrieval.documents": null,
  "gen_ai.retrieval.query.text": null,
  "gen_ai.retrieval.top_k": null,
  "gen_ai.usage.cache_read.input_tokens": null,
  "gen_ai.usage.cache_write.input_tokens": null,
  "gen_ai.usage.reasoning.output_tokens": null,
};

const operationDuration = {
  inference: "gen_ai.client.operation.duration",
  embeddings: "gen_ai.client.operation.duration",
  other: "gen_ai.client.operation.duration",
} as const;

export const conventions: Readonly<Record<ConventionVersion, Convention>> = {
  [genAiVersion]: {
    version: genAiVersion,
    renames: {},
    providerNames: {},
    durationMetrics: {
      inference: "gen_ai.client.inference.duration",
      embeddings: "gen_ai.client.embeddings.duration",
      other: "gen_ai.client.operation.duration",
    },
    chunkMetrics: {
      first: "gen_ai.client.inference.time_to_first_chunk",
      next: "gen_ai.client.inference.time_per_output_chunk",
    },
    tokenMetrics: "counters",
    contentEvents: "details",
    exceptionEvent: true,
  },
  "1.41": {
    version: "1.41",
    schemaUrl: "https://opentelemetry.io/schemas/1.41.0",
    renames: since1_42,
    providerNames: {},
    durationMetrics: operationDuration,
    chunkMetrics: {
      first: "gen_ai.client.operation.time_to_first_chunk",
      next: "gen_ai.client.operation.time_per_output_chunk",
    },
    tokenMetrics: "type",
    contentEvents: "details",
    exceptionEvent: true,
  },
  "1.36": {
    version: "1.36",
    schemaUrl: "https://opentelemetry.io/schemas/1.36.0",
    renames: since1_37,
    providerNames: { x_ai: "xai" },
    durationMetrics: operationDuration,
    tokenMetrics: "type",
    contentEvents: "per-message",
    exceptionEvent: false,
  },
};

/** The attribute that held a workflow's name before workflows became agents. */
export const workflowNameAttribute = "gen_ai.workflow.name";

/** The attribute of `gen_ai.client.token.usage` that tells input from output. Gone at the pinned version. */
export const tokenTypeAttribute = "gen_ai.token.type";

/**
 * The version that `OTEL_SEMCONV_STABILITY_OPT_IN` asks for: `gen_ai_latest_experimental` is the pinned one, `gen_ai/1.41` and `gen_ai/1.36` the others.
 * The first item of the list that speaks of GenAI decides; `undefined` if none does.
 */
export function parseStabilityOptIn(value: string | undefined): ConventionVersion | undefined {
  for (const item of value?.split(",") ?? []) {
    const name = item.trim().toLowerCase();
    if (name === "gen_ai_latest_experimental") return genAiVersion;
    const version = conventionVersions.find((known) => name === `gen_ai/${known}`);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** Attributes under the names of a version. Those it does not have are left out; `undefined` values too. */
export function toVersion(
  attributes: Readonly<Record<string, unknown>>,
  { renames, providerNames, version }: Convention,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const isNewest = version === genAiVersion;
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    const name = isNewest ? key : versionedName(key, renames);
    if (name === null) continue;
    out[name] = key === "gen_ai.provider.name" && typeof value === "string" ? (providerNames[value] ?? value) : value;
  }
  return out;
}

/** As {@link toVersion}, without a copy where none is needed: the pinned version's are the attributes themselves, with what is `undefined` in them. */
export function inVersion(
  attributes: Readonly<Record<string, unknown>>,
  convention: Convention,
): Readonly<Record<string, unknown>> {
  return convention.version === genAiVersion ? attributes : toVersion(attributes, convention);
}

/** The name an attribute has in a version, `null` if it has none there. */
export function versionedName(key: string, renames: Renames): string | null {
  const renamed = renames[key as AttributeName];
  return renamed === undefined ? key : renamed;
}
