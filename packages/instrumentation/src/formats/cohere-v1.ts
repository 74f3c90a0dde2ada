import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallContent } from "../core/call-events.ts";
import type { Answer, ModelCall } from "../core/model-call.ts";
import { arrayOf, integerOf, isObject, type JsonObject, objectOf, stringOf, stringsOf } from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import { toolDefinitions } from "../openai/messages.ts";
import { cohereFormats, cohereFinishReason, cohereUsage, commonRequest } from "./cohere.ts";
import type { ModelFormat } from "./model-format.ts";

type Part = Readonly<Record<string, unknown>>;

/** Cohere's API, version 1, by the last word of the path, where it is not as version 2 has it. */
export const cohereV1Formats = {
  chat: {
    operation: "chat",
    measured: "inference",
    request: chatRequest,
    content: chatContent,
    answer: chatAnswer,
    chunks: readChatEvents,
  },
  generate: {
    operation: "text_completion",
    measured: "inference",
    request: (body) => {
      const count = integerOf(body["num_generations"]);
      return { ...commonRequest(body), "gen_ai.request.choice.count": count === 1 ? undefined : count };
    },
    content: (body) => ({ "gen_ai.input.messages": [textMessage("user", stringOf(body["prompt"]) ?? "")] }),
    answer: generateAnswer,
    chunks: readGenerateEvents,
  },
  embed: cohereFormats.embed,
  summarize: {
    operation: "text_completion",
    measured: "inference",
    request: commonRequest,
    content: (body) => ({ "gen_ai.input.messages": [textMessage("user", stringOf(body["text"]) ?? "")] }),
    answer: (value) => {
      const { id, summary, meta } = objectOf(value);
      return {
        attributes: { "gen_ai.response.id": stringOf(id) },
        usage: cohereUsage(meta),
        output: () => [{ ...textMessage("assistant", stringOf(summary) ?? ""), finish_reason: "stop" }],
      };
    },
  },
  classify: {
    operation: "classification",
    measured: "other",
    request: () => ({}),
    answer: (value) => ({ attributes: { "gen_ai.response.id": stringOf(objectOf(value)["id"]) } }),
  },
} as const satisfies Readonly<Record<string, ModelFormat>>;

function textMessage(role: string, content: string): Part {
  return { role, parts: [{ type: "text", content }] };
}

function chatRequest(body: JsonObject): GenAiAttributes {
  const conversation = stringOf(body["conversation_id"]);
  return {
    ...commonRequest(body),
    ...(conversation === undefined ? {} : { "gen_ai.conversation.id": conversation }),
  };
}

const roles: Readonly<Record<string, string>> = { CHATBOT: "assistant", SYSTEM: "system", USER: "user", TOOL: "tool" };

function chatContent(body: JsonObject): CallContent {
  const preamble = stringOf(body["preamble"]);
  const message = stringOf(body["message"]);
  const results = arrayOf(body["tool_results"]);
  return {
    ...(preamble === undefined ? {} : { "gen_ai.system_instructions": [{ type: "text", content: preamble }] }),
    "gen_ai.input.messages": [
      ...arrayOf(body["chat_history"])
        .filter(isObject)
        .map((turn) => {
          const role = roles[stringOf(turn["role"]) ?? ""] ?? "user";
          if (role === "tool") return { role, parts: resultsOf(turn["tool_results"]) };
          const text = stringOf(turn["message"]);
          const said = text === undefined ? [] : [{ type: "text", content: text }];
          return { role, parts: [...said, ...callsOf(turn["tool_calls"])] };
        }),
      ...(message === undefined ? [] : [textMessage("user", message)]),
      ...(results.length === 0 ? [] : [{ role: "tool", parts: resultsOf(results) }]),
    ],
    "gen_ai.tool.definitions": toolDefinitions(body["tools"]),
  };
}

/** Version 1 gives calls no ids. */
function callsOf(calls: unknown): readonly Part[] {
  return arrayOf(calls)
    .filter(isObject)
    .map(({ name, parameters }) => ({ type: "tool_call", name: stringOf(name) ?? "", arguments: parameters }));
}

function resultsOf(results: unknown): readonly Part[] {
  return arrayOf(results)
    .filter(isObject)
    .map(({ outputs }) => ({ type: "tool_call_response", response: outputs }));
}

function chatAnswer(value: unknown): Answer {
  if (!isObject(value)) return { attributes: {} };
  const calls = callsOf(value["tool_calls"]);
  const reason = stringOf(value["finish_reason"]);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(value["response_id"]) ?? stringOf(value["generation_id"]),
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
    },
    usage: cohereUsage(value["meta"]),
    output: () => {
      const text = stringOf(value["text"]);
      const said = text === undefined ? [] : [{ type: "text", content: text }];
      const why = calls.length > 0 ? "tool_call" : cohereFinishReason(reason);
      return [{ role: "assistant", parts: [...said, ...calls], finish_reason: why }];
    },
  };
}

function generateAnswer(value: unknown): Answer {
  const { id, generations, meta } = objectOf(value);
  const choices = arrayOf(generations).filter(isObject);
  const reasons = stringsOf(choices.map(({ finish_reason: reason }) => reason));
  return {
    attributes: { "gen_ai.response.id": stringOf(id), "gen_ai.response.finish_reasons": reasons },
    usage: cohereUsage(meta),
    output: () =>
      choices.map(({ text, finish_reason: reason }) => ({
        ...textMessage("assistant", stringOf(text) ?? ""),
        finish_reason: cohereFinishReason(stringOf(reason) ?? "COMPLETE"),
      })),
  };
}

/** The last event has the whole answer; where it does not come, the texts that did. Keeps these only if content is captured. */
function readChatEvents(call: ModelCall): ChunkReader {
  return readEvents(call, chatAnswer);
}

function readGenerateEvents(call: ModelCall): ChunkReader {
  return readEvents(call, (value) =>
    isObject(value) && "text" in value ? generateAnswer({ ...value, generations: [value] }) : generateAnswer(value),
  );
}

function readEvents(call: ModelCall, toAnswer: (value: unknown) => Answer): ChunkReader {
  const { mode } = call.telemetry.content;
  const keepText = mode.events || mode.spans;
  let text = "";
  let about: JsonObject = {};
  return {
    push(event) {
      if (!isObject(event)) return;
      const { generation_id: id, finish_reason: reason, response } = event;
      if (keepText && event["event_type"] === "text-generation") text += stringOf(event["text"]) ?? "";
      if (typeof id === "string") about = { ...about, generation_id: id };
      if (reason !== undefined) about = { ...about, finish_reason: reason };
      if (isObject(response)) about = { ...about, ...response };
    },
    answer: () => toAnswer("text" in about || "generations" in about ? about : { ...about, text }),
  };
}
