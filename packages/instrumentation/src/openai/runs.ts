import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallContent } from "../core/call-events.ts";
import type { Answer } from "../core/model-call.ts";
import { integerOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import type { Endpoint } from "../stainless/endpoint.ts";
import { outputType } from "./chat.ts";
import { chatMessages, toolDefinitions } from "./messages.ts";
import { readUsage } from "./usage.ts";

const run = {
  operation: "invoke_agent",
  measured: "other",
  // it has an id, and no name
  subject: () => "",
  request: runRequest,
  content: runContent,
  answer: runAnswer,
  chunks: readRunEvents,
} as const;

/** A method's first argument is the thread. */
function inThread([threadId, body]: readonly unknown[]): JsonObject {
  return { ...objectOf(body), thread_id: threadId };
}

/** The run's id goes before the thread's, or, in version 4, after it. */
function ofRun([first, second, third]: readonly unknown[]): JsonObject {
  return typeof second === "string"
    ? { ...objectOf(third), thread_id: first, run_id: second }
    : { ...objectOf(second), run_id: first };
}

const assistant = {
  operation: "create_agent",
  measured: "other",
  subject: (body: JsonObject) => stringOf(body["name"]) ?? "",
  request: (body: JsonObject) => ({
    "gen_ai.agent.name": stringOf(body["name"]),
    "gen_ai.agent.description": stringOf(body["description"]),
  }),
  content: instructionsOf,
  answer: (value: unknown) => ({ attributes: { "gen_ai.agent.id": stringOf(objectOf(value)["id"]) } }),
} as const;

/**
 * Assistants and their runs, up to version 6 of the library. What waits for a run until it has ended is one call, with its usage; a run that was begun by itself
 * has its usage where it is waited for. The calls of the model that a run makes are one span below it, which counts.
 */
export const runEndpoints: readonly Endpoint[] = [
  { path: ["Beta", "Assistants"], method: "create", ...assistant },
  { path: ["Beta", "Threads"], method: "createAndRun", ...run },
  { path: ["Beta", "Threads"], method: "createAndRunPoll", ...run },
  { path: ["Beta", "Threads", "Runs"], method: "create", body: inThread, ...run },
  { path: ["Beta", "Threads", "Runs"], method: "createAndPoll", body: inThread, ...run },
  { path: ["Beta", "Threads", "Runs"], method: "submitToolOutputs", body: ofRun, ...run },
  { path: ["Beta", "Threads", "Runs"], method: "submitToolOutputsAndPoll", body: ofRun, ...run },
  {
    path: ["Beta", "Threads", "Runs"],
    method: "poll",
    body: ofRun,
    operation: "fetch_response",
    measured: "other",
    subject: () => "",
    request: (body) => ({ "gen_ai.response.id": stringOf(body["run_id"]) }),
    answer: (value) => ({ attributes: {}, ...inferenceOf(value) }),
  },
];

function runRequest(body: JsonObject): GenAiAttributes {
  const thread = stringOf(body["thread_id"]);
  return {
    "gen_ai.agent.id": stringOf(body["assistant_id"]),
    "gen_ai.request.temperature": numberOf(body["temperature"]),
    "gen_ai.request.top_p": numberOf(body["top_p"]),
    "gen_ai.request.max_tokens": integerOf(body["max_completion_tokens"]),
    "gen_ai.output.type": outputType(objectOf(body["response_format"])["type"]),
    ...(thread === undefined ? {} : { "gen_ai.conversation.id": thread }),
  };
}

function instructionsOf(body: JsonObject): CallContent {
  const instructions = stringOf(body["instructions"]);
  return instructions === undefined ? {} : { "gen_ai.system_instructions": [{ type: "text", content: instructions }] };
}

function runContent(body: JsonObject): CallContent {
  const messages = chatMessages(body["additional_messages"] ?? objectOf(body["thread"])["messages"]);
  return {
    ...instructionsOf(body),
    ...(messages.length === 0 ? {} : { "gen_ai.input.messages": messages }),
    "gen_ai.tool.definitions": toolDefinitions(body["tools"]),
  };
}

const reasons: Readonly<Record<string, string>> = {
  completed: "stop",
  requires_action: "tool_calls",
  incomplete: "length",
  failed: "error",
  cancelled: "error",
  expired: "error",
};

/** A run as it is now; one that goes on has no reason to have ended. */
function runAnswer(value: unknown): Answer {
  const { assistant_id: agent, model, usage } = objectOf(value);
  const read = readUsage(usage);
  return {
    attributes: {
      "gen_ai.agent.id": stringOf(agent),
      "gen_ai.request.model": stringOf(model),
      ...endOf(value),
    },
    ...(read === undefined ? {} : { usage: read }),
    ...inferenceOf(value),
  };
}

function endOf(value: unknown): GenAiAttributes {
  const { status, thread_id: thread } = objectOf(value);
  const reason = reasons[stringOf(status) ?? ""];
  return {
    "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
    ...(typeof thread === "string" ? { "gen_ai.conversation.id": thread } : {}),
  };
}

/** The calls of the model that a run has made, once its usage tells of them. */
function inferenceOf(value: unknown): Pick<Answer, "inference"> {
  const { model, usage } = objectOf(value);
  const read = readUsage(usage);
  if (read === undefined) return {};
  return { inference: { model: stringOf(model), answer: { attributes: endOf(value), usage: read } } };
}

/** The run comes again with each thing that happens to it. */
function readRunEvents(): ChunkReader {
  let last: unknown;
  return {
    push(event) {
      const { event: name, data } = objectOf(event);
      if (/^thread\.run\.(?!step)/u.test(stringOf(name) ?? "") && isObject(data)) last = data;
    },
    answer: () => runAnswer(last),
  };
}
