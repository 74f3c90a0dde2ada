import { badRequest } from "../api-error.ts";
import type { Prompt, Turn } from "../brain/prompt.ts";
import { findModel } from "../models.ts";
import { isObject, readArray, readInteger, readObject, readString } from "../read.ts";
import { readContent, readFormat, readFunction, readToolChoice } from "./chat-request.ts";

export interface ResponsesRequest {
  readonly prompt: Prompt;
  readonly stream: boolean;
  /** As sent, for the parts that the answer repeats. */
  readonly sent: Readonly<Record<string, unknown>>;
}

function readItem(value: unknown, index: number): Turn | undefined {
  const path = `input[${index}]`;
  const item = readObject(value, path);
  switch (item["type"] ?? "message") {
    case "message": {
      const role = readString(item["role"], `${path}.role`);
      if (role !== "user" && role !== "assistant" && role !== "system" && role !== "developer") {
        throw badRequest(
          `${path}.role`,
          `Invalid value: '${role}'. Supported values: system, developer, user, assistant.`,
        );
      }
      return {
        role: role === "developer" ? "system" : role,
        text: readContent(item["content"], `${path}.content`),
        toolCalls: [],
      };
    }
    case "function_call": {
      const id = readString(item["call_id"], `${path}.call_id`);
      const name = readString(item["name"], `${path}.name`);
      return {
        role: "assistant",
        text: "",
        toolCalls: [{ id, name, arguments: readString(item["arguments"], `${path}.arguments`) }],
      };
    }
    case "function_call_output":
      return {
        role: "tool",
        text: readContent(item["output"], `${path}.output`),
        toolCalls: [],
        toolCallId: readString(item["call_id"], `${path}.call_id`),
      };
    default:
      return undefined;
  }
}

/** Reads the body of `POST /v1/responses`; `history` has the turns of earlier answers by their id. */
export function readResponsesRequest(body: unknown, history: ReadonlyMap<string, readonly Turn[]>): ResponsesRequest {
  const request = readObject(body, "body");
  const model = findModel(readString(request["model"], "model"), "chat");
  const input = request["input"];
  const turns: Turn[] =
    typeof input === "string"
      ? [{ role: "user", text: input, toolCalls: [] }]
      : readArray(input, "input")
          .map(readItem)
          .filter((turn) => turn !== undefined);
  const previousId = request["previous_response_id"];
  const previous = typeof previousId === "string" ? history.get(previousId) : [];
  if (previous === undefined) {
    throw badRequest(
      "previous_response_id",
      `Previous response with id '${String(previousId)}' not found.`,
      "previous_response_not_found",
    );
  }
  const instructions = request["instructions"];
  const system: Turn[] =
    typeof instructions === "string" ? [{ role: "system", text: instructions, toolCalls: [] }] : [];
  const text = isObject(request["text"]) ? request["text"] : {};
  return {
    prompt: {
      model,
      turns: [...system, ...previous, ...turns],
      tools: readArray(request["tools"] ?? [], "tools")
        .map((tool, index) => readObject(tool, `tools[${index}]`))
        .filter((tool) => tool["type"] === "function")
        .map((tool, index) => readFunction(tool, `tools[${index}]`)),
      toolChoice: readToolChoice(request["tool_choice"]),
      parallelToolCalls: request["parallel_tool_calls"] !== false,
      json: readFormat(text["format"], "text.format"),
      maxTokens: readInteger(request["max_output_tokens"], "max_output_tokens", 1) ?? 4096,
      stop: [],
    },
    stream: request["stream"] === true,
    sent: request,
  };
}
