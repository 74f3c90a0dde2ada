import type { Model } from "../models.ts";
import type { JsonObject } from "../read.ts";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, as on the wire. */
  readonly arguments: string;
}

/** One message, whichever API it came by. */
export interface Turn {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** Of a tool's turn: the call it answers. */
  readonly toolCallId?: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject;
}

/** A request for an answer, free of the shape it had on the wire. */
export interface Prompt {
  readonly model: Model;
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice: "auto" | "none" | "required" | { readonly name: string };
  readonly parallelToolCalls: boolean;
  /** JSON asked for, with or without a schema; `undefined` for text. */
  readonly json: { readonly schema: JsonObject } | undefined;
  readonly maxTokens: number;
  readonly stop: readonly string[];
}

/** What the model says to a prompt. */
export interface Reply {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: "stop" | "length" | "tool_calls";
  readonly reasoningTokens: number;
}
