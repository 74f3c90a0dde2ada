import type { Prompt, Reply, Turn } from "../brain/prompt.ts";
import { countReplyTokens, respond } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import type { Model } from "../models.ts";
import { isObject, type JsonObject, readArray, readInteger, readObject, readString } from "../read.ts";
import { sendEvents, sendJson, wholeMs } from "../send.ts";
import type { WireCall } from "../wire-format.ts";
import { cohereFinishReason, cohereUsage } from "./cohere-usage.ts";

/** A request to the first version of Cohere's API that is answered with a text. */
export interface CohereV1Request {
  readonly kind: "chat" | "generate";
  readonly request: JsonObject;
  readonly model: Model;
  readonly call: WireCall;
}

/** Answers a chat or a generation as Cohere's API did in version 1: one message beside its history, streams of JSON lines. */
export async function answerV1({ kind, request, model, call }: CohereV1Request): Promise<void> {
  const { id, reply, fault, pace } = call;
  const prompt = readPrompt(kind, request, model);
  const said = respond(prompt, 0);
  const meta = { api_version: { version: "1" }, ...cohereUsage(prompt, said) };
  const reason = cohereFinishReason(said);
  const answer =
    kind === "generate"
      ? { id, prompt: request["prompt"], generations: [{ id, text: said.text, finish_reason: reason }], meta }
      : {
          response_id: id,
          generation_id: id,
          text: said.text,
          finish_reason: said.toolCalls.length > 0 ? "COMPLETE" : reason,
          ...(said.toolCalls.length === 0 ? {} : { tool_calls: callsOf(said) }),
          meta,
        };
  if (request["stream"] !== true) return sendJson(reply, answer, fault, wholeMs(pace, countReplyTokens(said)));
  return sendEvents(reply, lines(eventsOf(kind, said, answer, id, reason)), fault, pace, {
    contentType: "application/stream+json",
    error: () => `${JSON.stringify({ event_type: "stream-end", is_finished: true, finish_reason: "ERROR" })}\n`,
  });
}

function readPrompt(kind: string, request: JsonObject, model: Model): Prompt {
  const history = readArray(request["chat_history"] ?? [], "chat_history").map((turn) =>
    readTurn(readObject(turn, "chat_history")),
  );
  const text =
    kind === "generate" ? readString(request["prompt"], "prompt") : readString(request["message"], "message");
  const results = readArray(request["tool_results"] ?? [], "tool_results").map((one): Turn => {
    const { outputs } = readObject(one, "tool_results");
    return { role: "tool", text: JSON.stringify(outputs), toolCalls: [] };
  });
  return {
    model,
    turns: [...history, { role: "user", text, toolCalls: [] }, ...results],
    tools: readArray(request["tools"] ?? [], "tools").map((one) => {
      const tool = readObject(one, "tools");
      const definitions = isObject(tool["parameter_definitions"]) ? tool["parameter_definitions"] : {};
      const parameters = { type: "object", properties: definitions, required: Object.keys(definitions) };
      return { name: readString(tool["name"], "name"), description: String(tool["description"]), parameters };
    }),
    toolChoice: "auto",
    parallelToolCalls: true,
    json: undefined,
    maxTokens: readInteger(request["max_tokens"], "max_tokens", 1) ?? 4096,
    stop: readArray(request["stop_sequences"] ?? [], "stop_sequences").map(String),
  };
}

const roles: Readonly<Record<string, Turn["role"]>> = { CHATBOT: "assistant", SYSTEM: "system", USER: "user" };

function readTurn(turn: JsonObject): Turn {
  const role = roles[readString(turn["role"], "role")] ?? "user";
  const { message } = turn;
  return { role, text: typeof message === "string" ? message : "", toolCalls: [] };
}

function callsOf({ toolCalls }: Reply): JsonObject[] {
  return toolCalls.map(({ name, arguments: text }) => ({ name, parameters: JSON.parse(text) as unknown }));
}

function* eventsOf(
  kind: string,
  said: Reply,
  response: JsonObject,
  id: string,
  reason: string,
): Generator<JsonObject, void, undefined> {
  if (kind === "chat") yield { is_finished: false, event_type: "stream-start", generation_id: id };
  for (const text of tokens(said.text)) yield { is_finished: false, event_type: "text-generation", text };
  if (said.toolCalls.length > 0) {
    yield { is_finished: false, event_type: "tool-calls-generation", tool_calls: callsOf(said) };
  }
  yield { is_finished: true, event_type: "stream-end", finish_reason: reason, response };
}

function* lines(events: Iterable<JsonObject>): Generator<string, void, undefined> {
  for (const event of events) yield `${JSON.stringify(event)}\n`;
}
