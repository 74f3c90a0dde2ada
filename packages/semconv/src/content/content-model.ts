import type { SpanFieldName, SpanType } from "../span-fields.ts";

/** OTLP/JSON `AnyValue`; 64-bit integers as text. */
export type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number | "NaN" | "Infinity" | "-Infinity" }
  | { bytesValue: string }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: Attribute[] } }
  | Record<string, never>;

export interface Attribute {
  readonly key: string;
  readonly value: AnyValue;
}

/** What content is read from: a span with its events and the log records that carry its id. */
export interface ContentSpan {
  readonly type: SpanType;
  readonly attributes: readonly Attribute[];
  readonly events: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[];
  readonly logs: readonly {
    readonly eventName: string;
    readonly body: AnyValue;
    readonly attributes: readonly Attribute[];
  }[];
}

export type ContentPart =
  | { readonly type: "text" | "reasoning"; readonly text: string }
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; readonly arguments: string }
  | { readonly type: "tool-result"; readonly id: string; readonly name: string; readonly result: string }
  | { readonly type: "other"; readonly label: string; readonly json: string };

export interface ContentMessage {
  readonly role: string;
  readonly name?: string;
  readonly parts: readonly ContentPart[];
  readonly finishReason?: string;
}

export interface ContentDocument {
  readonly id?: string;
  readonly title?: string;
  readonly content: string;
  readonly score?: number;
  /** Whatever else came with it, as JSON. */
  readonly metadata?: string;
}

export interface ToolContent {
  readonly name: string;
  readonly id: string;
  readonly description: string | undefined;
  readonly arguments: string | undefined;
  readonly result: string | undefined;
}

/** What a span carried, whatever dialect it was written in. */
export interface SpanContent {
  /** System instructions first, where they came apart from the messages. */
  readonly input: readonly ContentMessage[];
  readonly output: readonly ContentMessage[];
  readonly toolDefinitions: readonly { readonly name: string; readonly json: string }[];
  readonly tool: ToolContent | undefined;
  readonly query: string | undefined;
  readonly documents: readonly ContentDocument[];
  /** The texts that were embedded. */
  readonly embedded: readonly string[];
  /** What went into a step and came out of it, where that is neither messages nor a call nor documents. */
  readonly value: { readonly input: string | undefined; readonly output: string | undefined };
  /** Settings the call was made with, prefixes removed. */
  readonly parameters: readonly { readonly key: string; readonly text: string }[];
  /** Token counts the span tells. Never below 0, integers only. */
  readonly usage: ReadonlyMap<SpanFieldName, number>;
  readonly reading: Reading;
}

/** How the content was read: the answer to "why do I not see my prompt". */
export interface Reading {
  readonly mapped: readonly MappedKey[];
  readonly ignored: readonly IgnoredKey[];
}

export interface MappedKey {
  /** A key, `{prefix}*`, or the name of an event. */
  readonly key: string;
  /** Keys read as one: the indexed keys below a prefix, or records of one event name. */
  readonly count: number;
  readonly dialect: Dialect;
  /** What it became, in words. */
  readonly meaning: string;
  readonly from: "attribute" | "event" | "log";
}

export interface IgnoredKey {
  readonly key: string;
  readonly count: number;
  readonly dialect: Dialect | undefined;
  readonly reason: "superseded" | "malformed" | "unknown";
  /** The key that was believed instead. */
  readonly by?: string;
}

export const dialects = {
  "gen-ai": "OpenTelemetry GenAI",
  "gen-ai-events": "OpenTelemetry GenAI events (1.26–1.36)",
  genscope: "Genscope",
  openllmetry: "OpenLLMetry",
  openinference: "OpenInference",
  "ai-sdk": "Vercel AI SDK",
  langfuse: "Langfuse",
  langsmith: "LangSmith",
  mlflow: "MLflow",
  "pydantic-ai": "Pydantic AI, Logfire",
} as const;
export type Dialect = keyof typeof dialects;
