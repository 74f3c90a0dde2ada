import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { Answer } from "../core/model-call.ts";
import { arrayOf, integerOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import { put, type WritableAttributes } from "../core/put.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import { commonRequest, outputType } from "./chat.ts";
import { responseMessage } from "./messages.ts";
import { speaksOpenAi } from "./provider.ts";
import { readUsage } from "./usage.ts";

export function responsesRequest(body: JsonObject, provider: string): GenAiAttributes {
  const { conversation } = body;
  const prompt = objectOf(body["prompt"]);
  const out = commonRequest(body, provider);
  put(out, "gen_ai.request.max_tokens", integerOf(body["max_output_tokens"]));
  put(out, "gen_ai.request.reasoning.level", stringOf(objectOf(body["reasoning"])["effort"]));
  put(out, "gen_ai.request.previous_response.id", stringOf(body["previous_response_id"]));
  put(out, "gen_ai.output.type", outputType(objectOf(objectOf(body["text"])["format"])["type"]));
  put(out, "gen_ai.prompt.name", stringOf(prompt["id"]));
  put(out, "gen_ai.prompt.version", stringOf(prompt["version"]));
  // absent, it must not hide the conversation the application named itself
  put(out, "gen_ai.conversation.id", stringOf(conversation) ?? stringOf(objectOf(conversation)["id"]));
  if (speaksOpenAi(provider)) out["openai.api.type"] = "responses";
  return out;
}

const statusReasons: Readonly<Record<string, string>> = { failed: "error", cancelled: "error" };

/** Why a response ended, in the words of a chat's finish reasons. `undefined` while it runs. */
export function responseFinishReason(response: JsonObject): string | undefined {
  const status = stringOf(response["status"]);
  if (status === "incomplete") {
    const reason = stringOf(objectOf(response["incomplete_details"])["reason"]);
    return reason === "max_output_tokens" ? "length" : (reason ?? "length");
  }
  if (status !== "completed") return status === undefined ? undefined : statusReasons[status];
  const calls = arrayOf(response["output"])
    .filter(isObject)
    .some(({ type }) => type === "function_call" || type === "custom_tool_call");
  return calls ? "tool_calls" : "stop";
}

export function responsesAnswer(value: unknown, provider: string): Answer {
  if (!isObject(value)) return { attributes: {} };
  const reason = responseFinishReason(value);
  const compacted = arrayOf(value["output"])
    .filter(isObject)
    .some(({ type }) => type === "compaction");
  const attributes: WritableAttributes = {
    "gen_ai.response.id": stringOf(value["id"]),
    "gen_ai.response.model": stringOf(value["model"]),
  };
  if (reason !== undefined) attributes["gen_ai.response.finish_reasons"] = [reason];
  if (compacted) attributes["gen_ai.conversation.compacted"] = true;
  put(attributes, "gen_ai.conversation.id", stringOf(objectOf(value["conversation"])["id"]));
  if (speaksOpenAi(provider)) put(attributes, "openai.response.service_tier", stringOf(value["service_tier"]));
  return {
    attributes,
    usage: readUsage(value["usage"]),
    output: () => responseMessage(value["output"], reason === "tool_calls" ? "tool_call" : reason),
  };
}

/** A response fetched again: what it is now, without its usage, which was counted when it was made. */
export function fetchedAnswer(value: unknown, provider: string): Answer {
  const { attributes, output } = responsesAnswer(value, provider);
  return {
    attributes: { ...attributes, "gen_ai.response.status": stringOf(objectOf(value)["status"]) },
    ...(output === undefined ? {} : { output }),
  };
}

/** Reads a streamed response: its events carry the whole response at the beginning and at the end, and each item as it is done. */
export function readResponseEvents(
  provider: string,
  toAnswer: (value: unknown, provider: string) => Answer,
): ChunkReader {
  let response: JsonObject | undefined;
  const items: unknown[] = [];
  return {
    push(event) {
      if (!isObject(event)) return;
      if (isObject(event["response"])) response = event["response"];
      if (event["type"] === "response.output_item.done") items.push(event["item"]);
    },
    answer() {
      if (response === undefined) return { attributes: {} };
      const whole = arrayOf(response["output"]).length > 0 ? response : { ...response, output: items };
      return toAnswer(whole, provider);
    },
  };
}
