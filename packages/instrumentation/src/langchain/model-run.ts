import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallStart } from "../core/call-start.ts";
import type { Answer } from "../core/model-call.ts";
import {
  arrayOf,
  integerOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  stringOf,
  stringsOf,
} from "../core/read.ts";
import type { TokenUsage } from "../core/usage.ts";
import { lcMessage, lcMessages } from "./lc-messages.ts";

/** LangChain's names of providers that the conventions have another for. */
const providers: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  google_genai: "gcp.gemini",
  google_vertexai: "gcp.vertex_ai",
  amazon_bedrock: "aws.bedrock",
  bedrock: "aws.bedrock",
  mistral: "mistral_ai",
  mistralai: "mistral_ai",
  xai: "x_ai",
  together: "together_ai",
  fireworks: "fireworks_ai",
};

/** What a model is asked, as LangChain tells its callbacks: for a model whose own library nobody instruments. */
export function modelStart(model: unknown, extra: unknown, metadata: unknown, messages: unknown): CallStart {
  const about = objectOf(metadata);
  const parameters = objectOf(objectOf(extra)["invocation_params"]);
  // `langchain/chat_models/openai/ChatOpenAI`
  const provider = stringOf(about["ls_provider"]) ?? stringOf(arrayOf(objectOf(model)["id"])[2]) ?? "langchain";
  const attributes: GenAiAttributes = {
    "gen_ai.request.temperature": numberOf(about["ls_temperature"]) ?? numberOf(parameters["temperature"]),
    "gen_ai.request.max_tokens": integerOf(about["ls_max_tokens"]) ?? integerOf(parameters["max_tokens"]),
    "gen_ai.request.top_p": numberOf(parameters["top_p"]),
    "gen_ai.request.stop_sequences": stringsOf(about["ls_stop"]) ?? stringsOf(parameters["stop"]),
    "gen_ai.request.stream": parameters["stream"] === true ? true : undefined,
  };
  return {
    operation: about["ls_model_type"] === "llm" ? "text_completion" : "chat",
    provider: providers[provider] ?? provider,
    measured: "inference",
    model: stringOf(about["ls_model_name"]) ?? stringOf(parameters["model"]) ?? stringOf(parameters["model_name"]),
    attributes,
    content: () => ({
      "gen_ai.input.messages":
        typeof arrayOf(messages)[0] === "string"
          ? arrayOf(messages).map((content) => ({ role: "user", parts: [{ type: "text", content }] }))
          : lcMessages(messages),
    }),
  };
}

/** What it answered: the first generation of each prompt. */
export function modelAnswer(output: unknown): Answer {
  const [generation] = arrayOf(arrayOf(objectOf(output)["generations"])[0]).filter(isObject);
  const message = objectOf(generation?.["message"]);
  const about: JsonObject = { ...objectOf(generation?.["generationInfo"]), ...objectOf(message["response_metadata"]) };
  const reason = stringOf(about["finish_reason"]) ?? stringOf(about["stop_reason"]) ?? stringOf(about["finishReason"]);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(message["id"]),
      "gen_ai.response.model": stringOf(about["model_name"]) ?? stringOf(about["model"]),
      "gen_ai.response.finish_reasons": reason === undefined ? undefined : [reason],
    },
    usage: usageOf(message["usage_metadata"], objectOf(output)["llmOutput"]),
    output: () =>
      generation === undefined
        ? []
        : [
            isObject(generation["message"])
              ? lcMessage(generation["message"], reason ?? "stop")
              : {
                  role: "assistant",
                  parts: [{ type: "text", content: generation["text"] ?? "" }],
                  finish_reason: reason ?? "stop",
                },
          ],
  };
}

function usageOf(metadata: unknown, llmOutput: unknown): TokenUsage | undefined {
  if (isObject(metadata)) {
    const input = objectOf(metadata["input_token_details"]);
    const output = objectOf(metadata["output_token_details"]);
    return {
      input: integerOf(metadata["input_tokens"]),
      output: integerOf(metadata["output_tokens"]),
      cacheRead: integerOf(input["cache_read"]),
      cacheWrite: integerOf(input["cache_creation"]),
      reasoning: integerOf(output["reasoning"]),
    };
  }
  const tokens = objectOf(objectOf(llmOutput)["tokenUsage"]);
  const [input, output] = [integerOf(tokens["promptTokens"]), integerOf(tokens["completionTokens"])];
  return input === undefined && output === undefined ? undefined : { input, output };
}
