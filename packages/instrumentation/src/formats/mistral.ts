import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallContent } from "../core/call-events.ts";
import type { Answer, ModelCall } from "../core/model-call.ts";
import {
  arrayOf,
  integerOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  parsedOf,
  stringOf,
  stringsOf,
} from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import { chatAnswer, chatRequest, outputType, readChatChunks } from "../openai/chat.ts";
import { chatContent, contentParts, textIn, toolDefinitions } from "../openai/messages.ts";
import { readUsage } from "../openai/usage.ts";
import type { ModelFormat } from "./model-format.ts";

type Part = Readonly<Record<string, unknown>>;

/** A chat with a model under the settings of an agent, which names no model. */
export const mistralAgentChat: ModelFormat = {
  operation: "chat",
  measured: "inference",
  request: (body, provider) => ({
    ...chatRequest(body, provider),
    "gen_ai.agent.id": stringOf(body["agent_id"]),
  }),
  content: chatContent,
  answer: chatAnswer,
  chunks: readChatChunks,
};

/** An agent that is made: its settings, kept by the provider. */
export const mistralAgent: ModelFormat = {
  operation: "create_agent",
  measured: "other",
  subject: (body) => stringOf(body["name"]),
  request: (body) => ({
    "gen_ai.agent.name": stringOf(body["name"]),
    "gen_ai.agent.description": stringOf(body["description"]),
  }),
  content: instructions,
  answer: (value) => {
    const { id, version } = objectOf(value);
    return {
      attributes: {
        "gen_ai.agent.id": stringOf(id),
        "gen_ai.agent.version": integerOf(version)?.toString() ?? stringOf(version),
      },
    };
  },
};

/** The text of a document. It is billed by the page. */
export const mistralOcr: ModelFormat = {
  operation: "generate_content",
  measured: "inference",
  request: () => ({ "gen_ai.output.type": "text" }),
  answer: (value) => ({ attributes: { "gen_ai.response.model": stringOf(objectOf(value)["model"]) } }),
};

/** A conversation that the provider keeps: begun, gone on with, or taken up again, with a model or an agent. `id`: which one. */
export function mistralConversation(id: string | undefined): ModelFormat {
  return {
    operation: "chat",
    measured: "inference",
    request: (body) => ({
      ...conversationRequest(body),
      ...(id === undefined ? {} : { "gen_ai.conversation.id": id }),
    }),
    content: (body) => ({
      ...instructions(body),
      "gen_ai.input.messages": entries(body["inputs"]),
      "gen_ai.tool.definitions": toolDefinitions(body["tools"]),
    }),
    answer: conversationAnswer,
    chunks: readConversationEvents,
  };
}

function instructions(body: JsonObject): CallContent {
  const text = stringOf(body["instructions"]);
  return text === undefined ? {} : { "gen_ai.system_instructions": [{ type: "text", content: text }] };
}

function conversationRequest(body: JsonObject): GenAiAttributes {
  const settings = objectOf(body["completion_args"]);
  return {
    "gen_ai.agent.id": stringOf(body["agent_id"]),
    "gen_ai.request.temperature": numberOf(settings["temperature"]),
    "gen_ai.request.top_p": numberOf(settings["top_p"]),
    "gen_ai.request.max_tokens": integerOf(settings["max_tokens"]),
    "gen_ai.request.stop_sequences": stringsOf(settings["stop"]),
    "gen_ai.request.seed": integerOf(settings["random_seed"]),
    "gen_ai.request.presence_penalty": numberOf(settings["presence_penalty"]),
    "gen_ai.request.frequency_penalty": numberOf(settings["frequency_penalty"]),
    "gen_ai.request.reasoning.level": stringOf(settings["reasoning_effort"]),
    "gen_ai.request.stream": body["stream"] === true ? true : undefined,
    "gen_ai.output.type": outputType(objectOf(settings["response_format"])["type"]),
  };
}

/** What goes into a conversation: a text, or entries of which some may be of the assistant. */
function entries(inputs: unknown): readonly Part[] {
  if (typeof inputs === "string") return [{ role: "user", parts: [{ type: "text", content: inputs }] }];
  return arrayOf(inputs)
    .filter(isObject)
    .map((entry) => {
      if (entry["type"] === "function.result") {
        const id = stringOf(entry["tool_call_id"]);
        const response = entry["result"] ?? "";
        return { role: "tool", parts: [{ type: "tool_call_response", ...(id === undefined ? {} : { id }), response }] };
      }
      const role = stringOf(entry["role"]);
      return role === undefined || entry["content"] === undefined
        ? { role: "assistant", parts: outputParts(entry) }
        : { role, parts: contentParts(entry["content"]) };
    });
}

function outputParts(entry: JsonObject): readonly Part[] {
  const id = stringOf(entry["tool_call_id"]) ?? stringOf(entry["id"]);
  const named = { ...(id === undefined ? {} : { id }), name: stringOf(entry["name"]) ?? "" };
  switch (entry["type"]) {
    case "function.call":
      return [{ type: "tool_call", ...named, arguments: parsedOf(entry["arguments"]) }];
    case "tool.execution":
      return [
        {
          type: "server_tool_call",
          ...named,
          server_tool_call: { type: named.name, arguments: parsedOf(entry["arguments"]) },
        },
      ];
    case "agent.handoff":
      return [{ type: "generic", generic_type: "agent.handoff" }];
    default:
      return contentParts(entry["content"]);
  }
}

function conversationAnswer(value: unknown): Answer {
  if (!isObject(value)) return { attributes: {} };
  const outputs = arrayOf(value["outputs"]).filter(isObject);
  const said = outputs.findLast(({ type }) => type === "message.output");
  const reason = outputs.some(({ type }) => type === "function.call") ? "tool_calls" : "stop";
  return {
    attributes: {
      "gen_ai.response.id": stringOf(said?.["id"]),
      "gen_ai.response.model": stringOf(said?.["model"]),
      "gen_ai.response.finish_reasons": outputs.length === 0 ? undefined : [reason],
      ...(typeof value["conversation_id"] === "string" ? { "gen_ai.conversation.id": value["conversation_id"] } : {}),
    },
    usage: readUsage(value["usage"]),
    output: () => [
      {
        role: "assistant",
        parts: outputs.flatMap(outputParts),
        finish_reason: reason === "stop" ? "stop" : "tool_call",
      },
    ],
  };
}

/** Puts a streamed conversation together. Keeps texts only if content is captured. */
function readConversationEvents(call: ModelCall): ChunkReader {
  const { mode } = call.telemetry.content;
  const keepText = mode.events || mode.spans;
  const outputs: Record<string, unknown>[] = [];
  let about: JsonObject = {};

  function entryOf(event: JsonObject, type: string): Record<string, unknown> {
    const known = outputs.find((entry) => entry["id"] === event["id"]);
    if (known !== undefined) return known;
    const { id, model, name, tool_call_id } = event;
    const entry = { type, id, model, name, tool_call_id, content: "", arguments: "" };
    outputs.push(entry);
    return entry;
  }

  return {
    push(event) {
      if (!isObject(event)) return;
      switch (event["type"]) {
        case "conversation.response.started":
          about = { ...about, conversation_id: event["conversation_id"] };
          break;
        case "conversation.response.done":
          about = { ...about, usage: event["usage"] };
          break;
        case "message.output.delta": {
          const entry = entryOf(event, "message.output");
          const { content } = event;
          if (keepText)
            entry["content"] = `${String(entry["content"])}${textIn(isObject(content) ? [content] : content) ?? ""}`;
          break;
        }
        case "function.call.delta": {
          const entry = entryOf(event, "function.call");
          if (keepText) entry["arguments"] = `${String(entry["arguments"])}${stringOf(event["arguments"]) ?? ""}`;
          break;
        }
        case "tool.execution.started":
          entryOf(event, "tool.execution");
          break;
        default:
      }
    },
    answer: () => conversationAnswer({ ...about, outputs }),
  };
}
