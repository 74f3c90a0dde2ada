import type { StepKind } from "./step-kinds.ts";

/** What went into a step: the one argument as it is, several as a list, none as nothing. */
export function inputOf(kind: StepKind, parameters: readonly unknown[]): unknown {
  const value = parameters.length > 1 ? parameters : parameters[0];
  if (value === undefined) return undefined;
  if (kind.messages === true) return toMessages("user", value);
  if (kind.input === "gen_ai.retrieval.query.text")
    return typeof parameters[0] === "string" ? parameters[0] : undefined;
  // arguments are an object by the conventions' schema
  if (kind.input === "gen_ai.tool.call.arguments" && !isPlainObject(value)) {
    return parameters.length > 1 ? { arguments: value } : { input: value };
  }
  return value;
}

export function outputOf(kind: StepKind, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (kind.messages === true) return toMessages("assistant", value);
  if (kind.output === "gen_ai.retrieval.documents") return Array.isArray(value) ? value : undefined;
  if (kind.output === "gen_ai.tool.call.result" && !isPlainObject(value)) return { output: value };
  return value;
}

/** How many documents a retrieval or a reranking gave: no content, so it is told always. */
export function countOf(kind: StepKind, value: unknown): Readonly<Record<string, unknown>> {
  return kind.output === "gen_ai.retrieval.documents" && Array.isArray(value)
    ? { "genscope.retrieval.count": value.length }
    : {};
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toMessages(role: string, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && value.every(isMessage)) return value;
  const part = typeof value === "string" ? { type: "text", content: value } : { type: "generic", content: value };
  return [{ role, parts: [part] }];
}

/** Whether it is a message of the conventions' schema already. */
function isMessage(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && "role" in value && "parts" in value && Array.isArray(value.parts)
  );
}
