/** A conversation, whatever dialect it was read from. */
export type ChatPart =
  | { readonly type: "text" | "reasoning"; readonly text: string }
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; readonly arguments: string }
  | { readonly type: "tool-result"; readonly id: string; readonly name: string; readonly result: string }
  | { readonly type: "other"; readonly label: string; readonly json: string };

export interface ChatMessage {
  readonly role: string;
  readonly name?: string;
  readonly parts: readonly ChatPart[];
  readonly finishReason?: string;
}

export interface ToolContent {
  readonly name: string;
  readonly id: string;
  readonly description: string | undefined;
  readonly arguments: string | undefined;
  readonly result: string | undefined;
}

export interface ReadDocument {
  readonly id?: string;
  readonly title?: string;
  readonly content: string;
  readonly score?: number;
  /** JSON. */
  readonly metadata?: string;
}

/** What content is about. */
export type Facet =
  | "instructions"
  | "input"
  | "output"
  | "tool name"
  | "tool call id"
  | "tool description"
  | "tool arguments"
  | "tool result"
  | "tools offered"
  | "query"
  | "documents";

/** One answer to "how was this read": the dialect's rule that told, and the keys it was told by. */
export interface Reading {
  readonly facet: Facet;
  readonly dialect: string;
  /** An attribute's key, a prefix with `*`, or an event's name. */
  readonly key: string;
}

/** What a span carried, as far as it could be read, and how. */
export interface SpanContent {
  readonly input: readonly ChatMessage[];
  readonly output: readonly ChatMessage[];
  readonly toolDefinitions: readonly { readonly name: string; readonly json: string }[];
  readonly tool: ToolContent | undefined;
  readonly query: string | undefined;
  readonly documents: readonly ReadDocument[];
  readonly readings: readonly Reading[];
  /** Rules that would have answered, had another with more to say not come first. */
  readonly passedOver: readonly Reading[];
  /** Keys that hold content, but not in a form that could be read. */
  readonly refused: readonly string[];
}
