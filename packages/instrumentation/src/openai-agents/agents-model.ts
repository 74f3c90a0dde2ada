import type { CallStart } from "../core/call-start.ts";
import type { Answer } from "../core/model-call.ts";
import { arrayOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import { chatAnswer } from "../openai/chat.ts";
import { readServer } from "../openai/provider.ts";
import { chatContent, responseContent } from "../openai/messages.ts";
import { responsesAnswer } from "../openai/responses.ts";
import { readUsage } from "../openai/usage.ts";

/** A call to a model, read from the span that the Agents SDK has of it. */
export interface AgentsModelCall {
  readonly start: CallStart;
  readonly answer: Answer;
}

export function modelCallOf(data: JsonObject): AgentsModelCall {
  return data["type"] === "response" ? responseOf(data) : generationOf(data);
}

function responseOf(data: JsonObject): AgentsModelCall {
  const response = objectOf(data["_response"]);
  const asked = { ...response, input: data["_input"] };
  const answer = responsesAnswer(response, "openai");
  return {
    // the model asked for and its parameters are not told: those in the answer are what they came to
    start: {
      operation: "chat",
      provider: "openai",
      measured: "inference",
      attributes: { "openai.api.type": "responses" },
      content: () => responseContent(asked),
    },
    answer: {
      ...answer,
      attributes: {
        ...answer.attributes,
        "gen_ai.response.id": answer.attributes["gen_ai.response.id"] ?? stringOf(data["response_id"]),
      },
    },
  };
}

function generationOf(data: JsonObject): AgentsModelCall {
  const config = objectOf(data["model_config"]);
  const { provider, address, port } = serverOf(config);
  const output = arrayOf(data["output"])[0];
  const answer = chatAnswer(output, provider);
  return {
    start: {
      operation: "chat",
      provider,
      measured: "inference",
      model: stringOf(data["model"]),
      serverAddress: address,
      serverPort: port,
      attributes: {
        "gen_ai.request.temperature": numberOf(config["temperature"]),
        "gen_ai.request.top_p": numberOf(config["top_p"]),
        "gen_ai.request.frequency_penalty": numberOf(config["frequency_penalty"]),
        "gen_ai.request.presence_penalty": numberOf(config["presence_penalty"]),
        "gen_ai.request.reasoning.level": stringOf(config["reasoning_effort"]),
      },
      content: () => chatContent({ messages: data["input"] }),
    },
    answer: { ...answer, usage: answer.usage ?? readUsage(data["usage"]) },
  };
}

function serverOf(config: JsonObject): { provider: string; address?: string | undefined; port?: number | undefined } {
  // of a model that is not OpenAI's: `openai.chat`
  const named = stringOf(config["provider"])?.split(".")[0];
  if (named !== undefined) return { provider: named };
  return stringOf(config["base_url"]) === undefined ? { provider: "openai" } : readServer(config["base_url"]);
}

/** Whether a span is of a call to a model. */
export function isModelSpan(data: unknown): boolean {
  return isObject(data) && (data["type"] === "response" || data["type"] === "generation");
}
