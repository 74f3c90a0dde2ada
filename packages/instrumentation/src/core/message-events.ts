import type { CallContent } from "./call-events.ts";
import { arrayOf, isObject, type JsonObject, objectOf } from "./read.ts";

export interface MessageEvent {
  readonly eventName: string;
  readonly attributes: Record<string, unknown>;
  readonly body: Record<string, unknown>;
}

/** Content as conventions up to 1.36 had it: one event per message, `gen_ai.choice` for each answer. */
export function messageEvents(provider: string, content: CallContent): readonly MessageEvent[] {
  const attributes = { "gen_ai.system": provider };
  const instructions = arrayOf(content["gen_ai.system_instructions"]);
  const events: MessageEvent[] = [];
  if (instructions.length > 0) {
    events.push({ eventName: "gen_ai.system.message", attributes, body: { content: textOf(instructions) } });
  }
  for (const message of arrayOf(content["gen_ai.input.messages"]).filter(isObject)) {
    events.push({ eventName: `gen_ai.${roleOf(message)}.message`, attributes, body: bodyOf(message) });
  }
  for (const [index, message] of arrayOf(content["gen_ai.output.messages"]).filter(isObject).entries()) {
    const body = { index, finish_reason: message["finish_reason"] ?? "error", message: bodyOf(message) };
    events.push({ eventName: "gen_ai.choice", attributes, body });
  }
  return events;
}

function roleOf(message: JsonObject): string {
  const role = message["role"];
  return role === "assistant" || role === "tool" || role === "system" ? role : "user";
}

function textOf(parts: readonly unknown[]): string {
  return parts
    .filter(isObject)
    .filter(({ type }) => type === "text")
    .map(({ content }) => String(content))
    .join("\n");
}

function bodyOf(message: JsonObject): Record<string, unknown> {
  const parts = arrayOf(message["parts"]).filter(isObject);
  const text = textOf(parts);
  const calls = parts.filter(({ type }) => type === "tool_call");
  const result = parts.find(({ type }) => type === "tool_call_response");
  const body: Record<string, unknown> = { role: message["role"] };
  if (text !== "") body["content"] = text;
  if (result !== undefined) Object.assign(body, { id: result["id"], content: result["response"] });
  if (calls.length > 0) {
    body["tool_calls"] = calls.map((call) => ({
      id: call["id"],
      type: "function",
      function: { name: call["name"], arguments: objectOf(call)["arguments"] },
    }));
  }
  return body;
}
