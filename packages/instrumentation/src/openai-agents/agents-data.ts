import { isObject, type JsonObject, stringOf } from "../core/read.ts";

/** What is used of a trace of the Agents SDK. */
export interface AgentsTrace {
  readonly traceId: string;
  readonly name: string;
  readonly groupId: string | null;
}

/** What is used of a span of the Agents SDK. What it says of its work changes until it ends. */
export interface AgentsSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly spanData: Readonly<Record<string, unknown>>;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly error: unknown;
}

/** What the Agents SDK keeps for the work that is being done: it changes as spans begin and end. */
export interface AgentsStore {
  readonly active?: boolean;
  readonly trace?: AgentsTrace;
  readonly span?: AgentsSpan;
}

export function storeOf(value: unknown): AgentsStore {
  return isObject(value) ? value : {};
}

export function isSpan(value: unknown): value is AgentsSpan {
  return isObject(value) && "spanData" in value && "spanId" in value;
}

export interface AgentsFailure {
  /** For `error.type`. */
  readonly type: string;
  readonly message: string;
}

/** What a span says went wrong. It has a message, seldom the error: of a tool's, most often that there was one. */
export function failureOf(error: unknown): AgentsFailure | undefined {
  if (!isObject(error)) return undefined;
  const data = isObject(error["data"]) ? error["data"] : {};
  const message = stringOf(error["message"]) ?? "";
  const cause = stringOf(data["error"]);
  return { type: typeOf(cause ?? message, data), message: cause ?? message };
}

function typeOf(text: string, data: JsonObject): string {
  // "TypeError: x is not a function", or OpenAI's "500 The server had an error"
  const named = /^([A-Z]\w{0,63})(?::|$)/u.exec(text)?.[1] ?? /^([45]\d\d) /u.exec(text)?.[1];
  if (named !== undefined) return named;
  return data["tool_name"] === undefined ? "_OTHER" : "tool_error";
}
